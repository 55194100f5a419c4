//! Classification: how surprised a model is by the classes of records, in nats; and regression: how far off it is.

use crate::engine::model::{Network, Pass, Reading};
use crate::engine::sampler::Batch;
use crate::engine::value::{Ints, Value};
use crate::recipe::objective::RegressionLoss;

/// Returns the classes of the records of a batch.
pub fn targets(network: &Network, batch: &Batch) -> Ints {
    let classes = batch.classes.clone().expect("a classifier learns from records with classes");
    Ints::new(classes, &[batch.rows], network.device())
}

/// Returns the sum of the surprises at the classes of a batch, over the `n_records` records of a step, and how many of the likeliest
/// classes are right.
///
/// The target is the class with a share of 1 - `smoothing`, and all classes alike with the rest (Szegedy et al. 2016).
pub fn loss(
    network: &Network,
    pass: &Pass,
    batch: &Batch,
    weights: Option<&[f32]>,
    smoothing: f64,
    n_records: f64,
) -> (Value, u64) {
    let logits_BC = network.outputs(pass, &Reading::new(batch, network.device()));
    let classes_B = targets(network, batch);
    let right = logits_BC.detach().argmax().n_equal(&classes_B);
    let weights_C = weights.map(|weights| Value::new(weights.to_vec(), &[weights.len()], network.device()));
    (logits_BC.surprise(&classes_B, weights_C.as_ref(), smoothing) / n_records, right)
}

/// Returns by how much a batch's records count in a step: each by its class.
pub fn weight(batch: &Batch, weights: &[f32]) -> f64 {
    let classes = batch.classes.iter().flatten();
    classes.map(|class| weights.get(*class as usize).copied().map_or(1.0, f64::from)).sum()
}

/// Returns how far off the values told of a batch are, all together over the `n_records` records of a step.
pub fn distance(network: &Network, pass: &Pass, batch: &Batch, loss: RegressionLoss, n_records: f64) -> Value {
    let told_B = network.outputs(pass, &Reading::new(batch, network.device())).reshape(&[batch.rows]);
    let numbers = batch.numbers.clone().expect("a regression learns from records with numbers");
    let off_B = told_B - Value::new(numbers, &[batch.rows], network.device());
    let each_B = match loss {
        RegressionLoss::Squared => off_B.square(),
        RegressionLoss::Absolute => off_B.abs(),
        RegressionLoss::Huber => {
            // Half of the square below 1, the distance less a half above.
            let size_B = off_B.abs();
            let over_B = (&size_B - 1.0).relu();
            let under_B = &size_B - &over_B;
            under_B.square() * 0.5 + over_B
        }
    };
    each_B.sum() / n_records
}
