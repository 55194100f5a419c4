//! Loss and gradients of a classifier on libtorch's own tape.

use burn::tensor::{Int, Tensor};

use crate::engine::model::classifier::SCORE;
use crate::engine::model::{Body, Network, Parameters, Records};
use crate::engine::objective::classification::{Labelled, Told};
use crate::engine::torch::gradients::{leaves, shaped_parameters};
use crate::engine::torch::weights::{Reading, Weights};
use crate::engine::torch::{gpt2, llama, raw_int, wrap};

/// Returns what comes out of a pass over a batch, or nothing where the tensors live on another backend.
pub fn loss_and_gradients(
    network: &Network,
    parameters: &Parameters,
    labelled: &Labelled,
    smoothing: f64,
    n_records: f64,
) -> Option<Told> {
    let (weights, leaves) = leaves(parameters)?;
    let classes = raw_int(&labelled.classes_B)?;
    let (loss, right) = tch::with_grad(|| {
        let logits = logits_of(network, &weights, &labelled.tokens_BS, &labelled.records)?;
        let right = logits.argmax(-1, false).eq_tensor(&classes).sum(tch::Kind::Int64);
        let sum = logits.cross_entropy_loss(&classes, None::<tch::Tensor>, tch::Reduction::Sum, -100, smoothing);
        Some((sum / n_records, right))
    })?;
    let (names, leaves): (Vec<String>, Vec<tch::Tensor>) = leaves.into_iter().unzip();
    let gradients = tch::Tensor::run_backward(&[&loss], &leaves, false, false);
    let gradients = names.into_iter().zip(gradients.into_iter().map(wrap)).collect();
    Some(Told { loss: loss.double_value(&[]), right: right.int64_value(&[]) as u64, gradients })
}

/// Returns the logits of the classes without a tape, or nothing where the tensors live on another backend.
///
/// # Shapes
/// - tokens: `[batch, sequence]` (int) -> logits: `[batch, classes]`
pub fn logits(
    network: &Network,
    parameters: &Parameters,
    tokens: &Tensor<2, Int>,
    records: &Records,
) -> Option<Tensor<2>> {
    let weights = shaped_parameters(parameters)?;
    tch::no_grad(|| logits_of(network, &weights, tokens, records)).map(wrap)
}

fn logits_of(network: &Network, weights: &Weights, tokens: &Tensor<2, Int>, records: &Records) -> Option<tch::Tensor> {
    let (tokens, reading) = (raw_int(tokens)?, Reading::of(records)?);
    let hidden = match network.body() {
        Body::Llama(shape, tables) => llama::hidden(shape, tables, weights, &tokens, Some(&reading), None)?,
        Body::Gpt2(shape, _) => gpt2::hidden(shape, weights, &tokens, Some(&reading), None),
    };
    Some(reading.logits(&hidden, weights.get(SCORE)))
}
