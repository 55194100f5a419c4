//! Loss and gradients on libtorch's own tape.

use burn::tensor::{Int, Tensor};

use crate::engine::model::attention::Documents;
use crate::engine::model::{Body, Gradients, Network, Parameters};
use crate::engine::objective::Inputs;
use crate::engine::torch::weights::{Apart, Weights};
use crate::engine::torch::{gpt2, llama, raw, raw_int, wrap};

/// The target that does not count.
const IGNORED: i64 = -100;

/// Returns the loss of a batch and its gradients, or nothing where the tensors live on another backend.
pub fn loss_and_gradients(
    network: &Network,
    parameters: &Parameters,
    inputs: &Inputs,
    n_targets: f64,
) -> Option<(f64, Gradients)> {
    let (weights, leaves) = leaves(parameters)?;
    let targets = raw_int(&inputs.targets_N)?.masked_fill(&raw(&inputs.mask_N)?.eq(0.0), IGNORED);
    let loss = tch::with_grad(|| {
        let logits = logits_of(network, &weights, &inputs.tokens_BS, inputs.documents.as_ref())?;
        let sum = logits.cross_entropy_loss(&targets, None::<tch::Tensor>, tch::Reduction::Sum, IGNORED, 0.0);
        Some(sum / n_targets)
    })?;
    let (names, leaves): (Vec<String>, Vec<tch::Tensor>) = leaves.into_iter().unzip();
    let gradients = tch::Tensor::run_backward(&[&loss], &leaves, false, false);
    let gradients = names.into_iter().zip(gradients.into_iter().map(wrap)).collect();
    Some((loss.double_value(&[]), gradients))
}

/// Returns the logits of every place without a tape, or nothing where the tensors live on another backend.
///
/// # Shapes
/// - tokens: `[batch, sequence]` (int) -> logits: `[batch * sequence, vocabulary]`
pub fn logits(
    network: &Network,
    parameters: &Parameters,
    tokens: &Tensor<2, Int>,
    documents: Option<&Documents>,
) -> Option<Tensor<2>> {
    let weights = shaped_parameters(parameters)?;
    tch::no_grad(|| logits_of(network, &weights, tokens, documents)).map(wrap)
}

fn logits_of(
    network: &Network,
    weights: &Weights,
    tokens: &Tensor<2, Int>,
    documents: Option<&Documents>,
) -> Option<tch::Tensor> {
    let tokens = raw_int(tokens)?;
    let apart = match documents {
        Some(documents) => Some(Apart::of(documents)?),
        None => None,
    };
    match network.body() {
        Body::Llama(shape, tables) => llama::logits(shape, tables, weights, &tokens, apart.as_ref()),
        Body::Gpt2(shape, _) => Some(gpt2::logits(shape, weights, &tokens, apart.as_ref())),
    }
}

/// Returns the parameters in their shapes, or nothing where they live on another backend.
pub(super) fn shaped_parameters(parameters: &Parameters) -> Option<Weights> {
    let shaped = |(name, parameter): (&String, &crate::engine::model::Parameter)| {
        Some((name.clone(), shaped(&raw(&parameter.values)?, &parameter.shape)))
    };
    let by_name = parameters.iter().map(shaped).collect::<Option<_>>()?;
    Some(Weights { by_name, adapter_scale: parameters.adapter_scale })
}

/// Returns the parameters in their shapes, and the trainable ones among them as flat leaves of a tape.
pub(super) fn leaves(parameters: &Parameters) -> Option<(Weights, Vec<(String, tch::Tensor)>)> {
    let (mut by_name, mut leaves) = (std::collections::BTreeMap::new(), Vec::new());
    for (name, parameter) in parameters.iter() {
        let mut values = raw(&parameter.values)?;
        if parameter.is_trainable {
            values = values.detach().set_requires_grad(true);
            leaves.push((name.clone(), values.shallow_clone()));
        }
        by_name.insert(name.clone(), tch::with_grad(|| shaped(&values, &parameter.shape)));
    }
    Some((Weights { by_name, adapter_scale: parameters.adapter_scale }, leaves))
}

fn shaped(values: &tch::Tensor, shape: &[usize]) -> tch::Tensor {
    values.view(shape.iter().map(|n| *n as i64).collect::<Vec<_>>().as_slice())
}
