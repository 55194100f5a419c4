//! The memory a training holds at its peak.

use serde::{Deserialize, Serialize};

use crate::plan::estimate::parameters::{Parameters, widths};
use crate::recipe::model::Architecture;
use crate::recipe::run::Precision;
use crate::recipe::training::{Optimizer, Train};

/// What a worker holds before it has read a thing: libtorch and its threads, as measured.
const PROGRAM: u64 = 300_000_000;

/// The memory of a training at its peak, by what it is for, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Memory {
    /// The parameters.
    pub weights: u64,
    /// Their gradients.
    pub gradients: u64,
    /// What the optimizer remembers of them.
    pub optimizer: u64,
    /// What the way back needs of the way forward, for one micro-batch.
    pub activations: u64,
    /// The copy of the best parameters so far.
    pub best: u64,
    /// The program itself.
    pub program: u64,
}

impl Memory {
    /// Returns the memory a training holds at its peak.
    pub fn of(
        architecture: &Architecture,
        vocab_size: u32,
        parameters: &Parameters,
        train: &Train,
        precision: Precision,
    ) -> Self {
        let number = number_bytes(precision);
        let trainable = parameters.trainable() * number;
        let micro_batch = u64::from(train.batch_tokens) / u64::from(train.accumulate.max(1));
        Self {
            weights: parameters.total() * number,
            gradients: trainable,
            optimizer: trainable * moments(&train.optimizer),
            activations: micro_batch * activations_per_token(architecture, vocab_size, parameters) * number,
            best: trainable,
            program: PROGRAM,
        }
    }

    /// Returns all of it.
    pub fn total(&self) -> u64 {
        let Self { weights, gradients, optimizer, activations, best, program } = self;
        weights + gradients + optimizer + activations + best + program
    }
}

/// Returns the size of a number, in bytes.
pub fn number_bytes(precision: Precision) -> u64 {
    match precision {
        Precision::Fp32 => 4,
    }
}

/// Returns how many numbers an optimizer remembers of each parameter that learns.
pub fn moments(optimizer: &Optimizer) -> u64 {
    match optimizer {
        Optimizer::Adamw { .. } => 2,
    }
}

/// Returns the numbers that are kept of one token for the way back.
///
/// In a block: both sums, both norms, the queries and what the attention gives (6 widths), keys and values, and the
/// feed-forward part; fused attention keeps no scores (Korthikanti et al. 2022, section 4, without dropout masks). At the end:
/// the logits, their logarithms and their gradient.
fn activations_per_token(architecture: &Architecture, vocab_size: u32, parameters: &Parameters) -> u64 {
    let widths = widths(architecture);
    let outputs = if parameters.classifier > 0 { 0 } else { u64::from(vocab_size) };
    widths.layers * (6 * widths.width + 2 * widths.kv_width + widths.inner) + 3 * outputs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::estimate::parameters::with_adapter;
    use crate::recipe::fixture::recipe;

    fn memory(model: &str, sets: &str) -> Memory {
        let recipe = recipe(sets);
        let model = &recipe.models[&model.parse().unwrap()];
        let parameters = with_adapter(&model.architecture, 300, None, model.adapter.as_ref());
        Memory::of(&model.architecture, 300, &parameters, &model.train, recipe.run.precision)
    }

    #[test]
    fn adamw_holds_two_moments_of_what_learns() {
        let general = memory("general", "");
        assert_eq!(general.gradients, general.weights);
        assert_eq!(general.optimizer, 2 * general.weights);
        let vertical = memory("vertical", "");
        assert!(vertical.gradients < vertical.weights / 4 && vertical.optimizer == 2 * vertical.gradients);
    }

    #[test]
    fn micro_batches_share_the_room_of_the_activations() {
        let whole = memory("general", "");
        let parts = memory("general", "models.general.train.accumulate=4");
        assert_eq!(parts.activations * 4, whole.activations);
        assert_eq!(whole.total() - parts.total(), whole.activations - parts.activations);
    }
}
