//! Small networks as PyTorch computes them, which ours are held against: `tests/it/reference/networks/README.md` says how they are made.
//!
//! [`compare`] gives a closure every case of the networks it names: the weights and the batch. The closure runs the case with the
//! engine, and what it says is compared number by number.

mod compare;
mod files;
mod tests;

pub use compare::{Found, Tolerance, compare};
pub use files::{ALL, open};

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::engine::model::HostTensor;
use crate::recipe::model::Architecture;
use crate::recipe::objective::Objective;

/// A network, and what PyTorch makes of some batches.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Its shape.
    pub architecture: Architecture,
    /// The number of tokens it knows; 0 where it reads none.
    pub vocab_size: u32,
    /// What is computed with it, by name.
    pub cases: BTreeMap<String, Case>,
}

/// One batch, what the network makes of it, the loss, and its gradients.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the network learns.
    pub objective: Objective,
    /// Whether it learns, or is only asked; then there are no gradients.
    pub mode: Mode,
    /// Its parameters, and its buffers before the pass, by name.
    pub weights: BTreeMap<String, HostTensor>,
    /// The numbers of the batch, by name.
    pub numbers: BTreeMap<String, HostTensor>,
    /// The whole numbers of the batch (tokens, classes, lengths), by name.
    pub ints: BTreeMap<String, Ints>,
    /// The parameters of the teacher, or of the model that preferences start from, by name; of the same shape as the network.
    pub guide: BTreeMap<String, HostTensor>,
    /// What is expected of the engine.
    pub expected: Found,
}

/// Whole numbers in the host's memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Ints {
    /// Their shape.
    pub shape: Vec<usize>,
    /// The numbers, row by row.
    pub values: Vec<i64>,
}

/// Whether a network learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It learns: batch norm takes its numbers from the batch.
    Train,
    /// It is only asked.
    Eval,
}

impl Case {
    /// Returns numbers of the batch.
    pub fn of(&self, name: &str) -> &HostTensor {
        self.numbers.get(name).unwrap_or_else(|| panic!("the batch has no numbers `{name}`"))
    }

    /// Returns whole numbers of the batch.
    pub fn ints(&self, name: &str) -> &Ints {
        self.ints.get(name).unwrap_or_else(|| panic!("the batch has no whole numbers `{name}`"))
    }

    /// Returns whether a weight is a buffer: changed by a pass, and not by the gradient.
    pub fn is_buffer(&self, name: &str) -> bool {
        let last = name.rsplit('.').next();
        matches!(last, Some("running_mean" | "running_var" | "weight_u"))
    }
}
