//! Objectives: what a model learns to do, as a loss.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

pub mod cross_entropy;
pub mod gradients;
pub mod classification;

pub use gradients::{Inputs, loss_and_gradients};

use crate::engine::sampler::Kind;
use crate::recipe::training::Objective;

/// Returns what the rows of an objective are made of; the loss is the mean cross-entropy of the targets or of the classes.
pub fn row_kind(objective: &Objective) -> Kind {
    match objective {
        Objective::CausalLm => Kind::Text,
        Objective::Instruction => Kind::Records,
        Objective::Classification(_) => Kind::Labelled,
    }
}
