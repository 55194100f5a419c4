//! Language: how surprised a model is by the tokens that come, or that were hidden, in nats.

use crate::engine::model::{Network, Pass, TokenRows};
use crate::engine::sampler::Batch;
use crate::engine::value::losses::IGNORED;
use crate::engine::value::{Ints, Value};

/// Returns the logits of every place of a batch, and what comes there: [`IGNORED`] where that does not count.
///
/// # Shapes
/// - `[B * S, V]`, `[B * S]`
pub fn predicted(network: &Network, pass: &Pass, batch: &Batch) -> (Value, Ints) {
    let rows = TokenRows::new(batch, network.device());
    (network.logits(pass, &rows, None), targets(network, batch))
}

/// Returns what comes at every place: [`IGNORED`] where that does not count.
pub fn targets(network: &Network, batch: &Batch) -> Ints {
    let counted = batch.targets.iter().zip(&batch.mask);
    let targets = counted.map(|(target, weight)| if *weight == 0.0 { IGNORED } else { *target }).collect();
    Ints::new(targets, &[batch.targets.len()], network.device())
}

/// Returns the sum of the surprises of a batch over the `n_targets` targets of a step.
pub fn loss(network: &Network, pass: &Pass, batch: &Batch, n_targets: f64) -> Value {
    let (logits_NV, targets_N) = match counted(batch) {
        Some(places) => {
            let at = |values: Vec<i64>| Ints::new(values, &[places.len()], network.device());
            let targets = places.iter().map(|place| batch.targets[*place as usize]).collect();
            let rows = TokenRows::new(batch, network.device());
            (network.logits_at(pass, &rows, &at(places.clone())), at(targets))
        }
        None => predicted(network, pass, batch),
    };
    logits_NV.surprise(&targets_N, None, 0.0) / n_targets
}

/// Returns the places that count, where they are so few that the others are better not read out.
fn counted(batch: &Batch) -> Option<Vec<i64>> {
    let counts = batch.mask.iter().enumerate().filter(|(_, weight)| **weight != 0.0);
    let places: Vec<i64> = counts.map(|(place, _)| place as i64).collect();
    (!places.is_empty() && 2 * places.len() <= batch.mask.len()).then_some(places)
}
