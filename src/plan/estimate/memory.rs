//! The memory a training holds at its peak.

use serde::{Deserialize, Serialize};

use crate::plan::estimate::activations;
use crate::plan::estimate::parameters::Parameters;
use crate::recipe::head::Head;
use crate::recipe::model::Architecture;
use crate::recipe::objective::{Contrastive, Objective};
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
    /// What the optimizer remembers of them, and their moving average.
    pub optimizer: u64,
    /// What the way back needs of the way forward, for one micro-batch.
    pub activations: u64,
    /// The weights of a second model that does not learn: the teacher, or the model a preference is measured against.
    #[serde(default, skip_serializing_if = "is_none")]
    pub beside: u64,
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
        let head = Head::of(&train.objective, architecture);
        let micro_batch = f64::from(train.batch_tokens / train.accumulate.max(1)) * copies(&train.objective);
        let records = micro_batch / f64::from(architecture.context());
        let is_recomputed = train.activation_checkpointing;
        let each = activations::per_record(architecture, vocab_size, &head, is_recomputed);
        let activations = (records * each) as u64;
        Self {
            weights: parameters.total() * number,
            gradients: trainable,
            optimizer: remembered(train, parameters) * number,
            activations: activations * number,
            beside: 0,
            best: trainable,
            program: PROGRAM,
        }
    }

    /// Returns all of it.
    pub fn total(&self) -> u64 {
        let Self { weights, gradients, optimizer, activations, beside, best, program } = self;
        weights + gradients + optimizer + activations + beside + best + program
    }
}

fn is_none(bytes: &u64) -> bool {
    *bytes == 0
}

/// Returns the size of a number, in bytes.
pub fn number_bytes(precision: Precision) -> u64 {
    match precision {
        Precision::Fp32 => 4,
    }
}

/// Rows and columns of a matrix of 32 rows and as many columns are this part of it; larger matrices have less.
const ROWS_AND_COLUMNS: u64 = 16;

/// Returns how many numbers are remembered of the parameters that learn: the optimizer's moments, and the moving average.
pub fn remembered(train: &Train, parameters: &Parameters) -> u64 {
    let trainable = parameters.trainable();
    let moments = match train.optimizer {
        Optimizer::Adamw { .. } => 2 * trainable,
        Optimizer::Sgd { momentum, .. } => {
            if momentum > 0.0 {
                trainable
            } else {
                0
            }
        }
        Optimizer::Lion { .. } => trainable,
        // One of the matrices of the blocks, two of all else.
        Optimizer::Muon { .. } => {
            let blocks = match parameters.adapter {
                0 => parameters.attention + parameters.feed_forward,
                adapter => adapter,
            };
            2 * trainable - blocks.saturating_sub(parameters.frozen.all).min(trainable)
        }
        Optimizer::Adafactor { beta_1, .. } => {
            let first = if beta_1 > 0.0 { trainable } else { 0 };
            first + trainable / ROWS_AND_COLUMNS
        }
    };
    moments + train.ema.map_or(0, |_| trainable)
}

/// Returns how often a record of a batch is held at one time: views of a picture come in pairs.
fn copies(objective: &Objective) -> f64 {
    match objective {
        Objective::Contrastive(Contrastive::Views { .. }) => 2.0,
        Objective::CausalLm
        | Objective::MaskedLm(_)
        | Objective::Instruction
        | Objective::Classification(_)
        | Objective::Regression(_)
        | Objective::Autoencoder(_)
        | Objective::Adversarial(_)
        | Objective::Contrastive(Contrastive::Captions)
        | Objective::Distillation(_)
        | Objective::Preference(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::estimate::parameters::with_adapter;
    use crate::recipe::fixture::recipe;

    fn memory(model: &str, sets: &str) -> Memory {
        let recipe = recipe(sets);
        let model = &recipe.models[&model.parse().unwrap()];
        let parameters = with_adapter(&model.architecture, 300, &Head::Language, model.adapter.as_ref());
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
    fn other_optimizers_remember_less_and_an_average_is_one_more() {
        let optimizer = |sets: &str| {
            let memory = memory("general", &format!("models.general.train.{sets}"));
            memory.optimizer as f64 / memory.weights as f64
        };
        assert_eq!(optimizer("optimizer={ type: lion }"), 1.0);
        assert_eq!(optimizer("optimizer={ type: sgd }"), 1.0);
        assert_eq!(optimizer("optimizer={ type: sgd, momentum: 0 }"), 0.0);
        assert_eq!(optimizer("ema={}"), 3.0);
        let muon = optimizer("optimizer={ type: muon }");
        assert!(muon > 1.0 && muon < 2.0, "{muon}");
        assert!(optimizer("optimizer={ type: adafactor }") < 0.1);
        assert!(optimizer("optimizer={ type: adafactor, beta-1: 0.9 }") < 1.1);
    }

    #[test]
    fn micro_batches_share_the_room_of_the_activations() {
        let whole = memory("general", "");
        let parts = memory("general", "models.general.train.accumulate=4");
        assert_eq!(parts.activations * 4, whole.activations);
        assert_eq!(whole.total() - parts.total(), whole.activations - parts.activations);
    }
}
