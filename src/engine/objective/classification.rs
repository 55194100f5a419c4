//! Classification: how surprised a model is by the classes of records, in nats.
//!
//! Legend: B batch, C classes.

use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use crate::engine::model::{Gradients, Network, Parameters, Records};
use crate::engine::sampler::Batch;
use crate::engine::sampler::labelled::Labels;
use crate::engine::seed;
use crate::engine::torch;
use crate::recipe::classification::Classification;

/// The records of a batch with their classes on a device.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// What the model reads.
    pub tokens_BS: Tensor<2, Int>,
    /// How it reads that.
    pub records: Records,
    /// The classes.
    pub classes_B: Tensor<1, Int>,
}

/// What came out of a pass over a batch.
#[derive(Debug)]
pub struct Told {
    /// The batch's share of the loss.
    pub loss: f64,
    /// How many classes were told right.
    pub right: u64,
    /// The gradients of the loss.
    pub gradients: Gradients,
}

impl Labelled {
    /// Copies a batch of records to a device; with a seed, some of their numbers are left out.
    ///
    /// What is left out is drawn on the host, so that it is the same on every backend and after a resumption.
    pub fn new(
        network: &Network,
        classification: &Classification,
        batch: &Batch,
        labels: &Labels,
        seed: Option<u64>,
    ) -> Self {
        let (device, rows, sequence) = (network.device(), batch.rows, batch.context);
        let mut records = Records::new(classification, &labels.lengths, sequence, device);
        if let Some(seed) = seed.filter(|_| classification.dropout > 0.0) {
            let drop = |name, rows| drop(seed, name, classification.dropout, [rows, network.width()], device);
            records.embedding_drop_ND = Some(drop("dropout/embedding", rows * sequence));
            records.pool_drop_BD = Some(drop("dropout/pool", rows));
        }
        Self {
            tokens_BS: Tensor::from_data(TensorData::new(batch.inputs.clone(), [rows, sequence]), device),
            records,
            classes_B: Tensor::from_data(TensorData::new(labels.classes.clone(), [rows]), device),
        }
    }
}

/// Returns 0 where a number is left out, and else what keeps the mean (Srivastava et al. 2014).
fn drop(seed: u64, name: &str, share: f64, shape: [usize; 2], device: &Device) -> Tensor<2> {
    let kept = (1.0 / (1.0 - share)) as f32;
    let values = seed::coins(&mut seed::stream(seed, name), shape[0] * shape[1], share);
    let values: Vec<f32> = values.into_iter().map(|is_out| if is_out { 0.0 } else { kept }).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Returns the loss of a batch over the `n_records` records of a step, how many classes are right, and the gradients.
///
/// The target is the class with a share of 1 - `label-smoothing`, and all classes alike with the rest (Szegedy et al. 2016).
pub fn loss_and_gradients(
    network: &Network,
    parameters: &Parameters,
    labelled: &Labelled,
    smoothing: f64,
    n_records: f64,
) -> Told {
    torch::classification::loss_and_gradients(network, parameters, labelled, smoothing, n_records)
        .unwrap_or_else(|| plain(network, parameters, labelled, smoothing, n_records))
}

/// Does the same with the plain modules and burn's tape, on any backend: the reference.
pub fn plain(network: &Network, parameters: &Parameters, labelled: &Labelled, smoothing: f64, n_records: f64) -> Told {
    let leaves = parameters.leaves();
    let Labelled { tokens_BS, records, classes_B } = labelled;
    let logits_BC = network.class_logits(&leaves, tokens_BS.clone(), records);
    let right = n_right(logits_BC.clone(), classes_B.clone());
    let loss = surprise(logits_BC, classes_B.clone(), smoothing).sum() / n_records;
    let mut tape = loss.backward();
    Told { loss: f64::from(loss.into_scalar::<f32>()), right, gradients: leaves.take_gradients(&mut tape) }
}

/// Returns the surprise at the class of every record.
///
/// # Shapes
/// - logits: `[B, C]`, classes: `[B]` (int) -> `[B]`
pub fn surprise(logits_BC: Tensor<2>, classes_B: Tensor<1, Int>, smoothing: f64) -> Tensor<1> {
    let surprise_BC = activation::log_softmax(logits_BC, 1).neg();
    let own_B = surprise_BC.clone().gather(1, classes_B.unsqueeze_dim::<2>(1)).squeeze_dim::<1>(1);
    if smoothing == 0.0 {
        return own_B;
    }
    own_B * (1.0 - smoothing) + surprise_BC.mean_dim(1).squeeze_dim::<1>(1) * smoothing
}

/// Returns how many of the likeliest classes are those of their records.
///
/// # Shapes
/// - logits: `[B, C]`, classes: `[B]` (int)
fn n_right(logits_BC: Tensor<2>, classes_B: Tensor<1, Int>) -> u64 {
    let guesses_B: Tensor<1, Int> = logits_BC.argmax(1).squeeze_dim(1);
    let right = guesses_B.equal(classes_B).float().sum().into_scalar::<f32>();
    right as u64
}

/// Returns how likely every class is for every record, as shares that add up to 1; nothing is recorded for gradients.
pub fn shares(network: &Network, parameters: &Parameters, tokens_BS: Tensor<2, Int>, records: &Records) -> Vec<f32> {
    let quick = torch::classification::logits(network, parameters, &tokens_BS, records);
    let logits_BC = quick.unwrap_or_else(|| network.class_logits(parameters, tokens_BS, records));
    activation::softmax(logits_BC, 1).try_to_vec_as::<f32>().expect("shares are 32-bit floats")
}
