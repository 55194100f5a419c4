//! What stages leave on the disk.

use serde::{Deserialize, Serialize};

use crate::plan::estimate::memory::{number_bytes, remembered};
use crate::plan::estimate::parameters::Parameters;
use crate::recipe::run::Precision;
use crate::recipe::training::Train;

/// What a training writes, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Disk {
    /// One checkpoint: what learns, what the optimizer remembers of it, and the best so far.
    pub checkpoint: u64,
    /// The checkpoints that lie there at one time; they go when the training is done.
    pub checkpoints: u64,
    /// The weights that come out, and the adapter beside them.
    pub model: u64,
}

impl Disk {
    /// Returns what a training of so many steps writes.
    pub fn of(parameters: &Parameters, train: &Train, steps: u64, precision: Precision) -> Self {
        let number = number_bytes(precision);
        let trainable = parameters.trainable() * number;
        let checkpoint = 2 * trainable + remembered(train, parameters) * number;
        // The newest ones, and the best.
        let kept = (steps / train.checkpoint.every_steps.max(1)).min(u64::from(train.checkpoint.keep) + 1);
        let merged = (parameters.total() - parameters.adapter) * number;
        Self { checkpoint, checkpoints: checkpoint * kept, model: merged + parameters.adapter * number }
    }

    /// Returns the most that lies there at one time.
    pub fn peak(&self) -> u64 {
        let Self { checkpoint: _, checkpoints, model } = self;
        checkpoints + model
    }
}

/// Returns the size of tokens as they are stored.
pub fn token_bytes(tokens: u64, vocab_size: u32) -> u64 {
    tokens * if vocab_size <= 1 << 16 { 2 } else { 4 }
}
