//! The loss of a batch and its gradients.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::engine::model::attention::Documents;
use crate::engine::model::{Gradients, Network, Parameters};
use crate::engine::objective::cross_entropy;
use crate::engine::sampler::Batch;
use crate::engine::torch;

/// A batch on a device.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// What the model reads.
    pub tokens_BS: Tensor<2, Int>,
    /// What it is to predict.
    pub targets_N: Tensor<1, Int>,
    /// 1 where the prediction counts, else 0.
    pub mask_N: Tensor<1>,
    /// The documents, where they end what is looked at.
    pub documents: Option<Documents>,
}

impl Inputs {
    /// Copies a batch to a device.
    pub fn new(batch: Batch, device: &Device) -> Self {
        let Batch { rows, context, inputs, targets, mask, documents, labels: _ } = batch;
        let of_rows = |values: Vec<i64>| Tensor::from_data(TensorData::new(values, [rows, context]), device);
        Self {
            tokens_BS: of_rows(inputs),
            documents: documents
                .map(|(numbers, places)| Documents { numbers_BS: of_rows(numbers), places_BS: of_rows(places) }),
            targets_N: Tensor::from_data(TensorData::new(targets, [rows * context]), device),
            mask_N: Tensor::from_data(TensorData::new(mask, [rows * context]), device),
        }
    }
}

/// Returns the loss of a batch, and its gradients by the trainable parameters.
///
/// Both are shares of a step: the sum of the surprises over the `n_targets` targets of all of its micro-batches.
pub fn loss_and_gradients(
    network: &Network,
    parameters: &Parameters,
    inputs: Inputs,
    n_targets: f64,
) -> (f64, Gradients) {
    torch::gradients::loss_and_gradients(network, parameters, &inputs, n_targets)
        .unwrap_or_else(|| plain(network, parameters, inputs, n_targets))
}

/// Does the same with the plain modules and burn's tape, on any backend: the reference.
pub fn plain(network: &Network, parameters: &Parameters, inputs: Inputs, n_targets: f64) -> (f64, Gradients) {
    let leaves = parameters.leaves();
    let logits_NV = network.logits(&leaves, inputs.tokens_BS, inputs.documents.as_ref());
    let loss = cross_entropy::mean_over(logits_NV, inputs.targets_N, inputs.mask_N, n_targets);
    let mut tape = loss.backward();
    (f64::from(loss.into_scalar::<f32>()), leaves.take_gradients(&mut tape))
}
