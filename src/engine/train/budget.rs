//! How many rows a micro-batch has, and how many steps a training.

use crate::engine::error::EngineError;
use crate::engine::sampler::Source;
use crate::recipe::training::{Budget, Train};

/// The sizes of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The rows of a micro-batch.
    pub rows: usize,
    /// The micro-batches of a step.
    pub accumulate: usize,
    /// The steps of the training.
    pub total_steps: u64,
}

impl Pace {
    /// Resolves batch and budget.
    ///
    /// # Errors
    /// When a micro-batch has no row.
    pub fn new(train: &Train, context: usize, sources: &[Source]) -> Result<Self, EngineError> {
        let accumulate = train.accumulate.max(1) as usize;
        let rows = train.batch_tokens as usize / context / accumulate;
        if rows == 0 {
            let Train { batch_tokens, accumulate, .. } = *train;
            return Err(EngineError::BatchTooSmall { batch_tokens, context: context as u32, accumulate });
        }
        let rows_per_step = (rows * accumulate) as u64;
        let total_steps = match train.budget {
            Budget::Steps(steps) => steps,
            Budget::Tokens(tokens) => tokens.div_ceil(rows_per_step * context as u64),
            Budget::Epochs(epochs) => (epochs * epoch_rows(sources) / rows_per_step as f64).ceil() as u64,
        };
        Ok(Self { rows, accumulate, total_steps: total_steps.max(1) })
    }
}

/// Returns the rows drawn, of all datasets, while the largest part is visited once.
fn epoch_rows(sources: &[Source]) -> f64 {
    let largest = sources.iter().max_by(|a, b| a.weight.total_cmp(&b.weight)).expect("a training has data");
    largest.rows.len() as f64 / largest.weight
}
