//! Measures a model on a split: mean loss and the share of tokens predicted right.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

use burn::tensor::{Int, Tensor};

use crate::engine::error::EngineError;
use crate::engine::model::{Network, Parameters};
use crate::engine::objective::{Inputs, cross_entropy};
use crate::engine::sampler::{Batch, Rows};
use crate::engine::torch;

/// The rows of one forward pass, in tokens together: enough to keep the threads busy, little enough for any memory.
const PASS_TOKENS: usize = 4096;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The mean surprise, in nats a token.
    pub loss: f64,
    /// The share of tokens predicted right.
    pub accuracy: f64,
    /// The tokens it was measured on.
    pub tokens: u64,
}

/// Measures a model on rows, in order, until `max_tokens` are read; 0 reads all.
///
/// The parameters are no leaves: nothing is recorded for gradients.
///
/// # Errors
/// When the tokens cannot be read any more.
pub fn measure(
    network: &Network,
    parameters: &Parameters,
    rows: &Rows,
    max_tokens: u64,
) -> Result<Measured, EngineError> {
    let n_rows = match max_tokens {
        0 => rows.len(),
        tokens => rows.len().min((tokens as usize / rows.context()).max(1)),
    };
    let per_pass = (PASS_TOKENS / rows.context()).max(1);
    let (mut surprise, mut right, mut n_targets) = (0.0, 0.0, 0.0);
    for first in (0..n_rows).step_by(per_pass) {
        let pass = (first..n_rows.min(first + per_pass)).map(|index| rows.row(index, 0));
        let pass = pass.collect::<Result<Vec<_>, _>>()?;
        let batch = Batch::of(&pass, rows.context());
        n_targets += batch.n_targets();
        let (pass_surprise, pass_right) = sums(network, parameters, batch);
        surprise += pass_surprise;
        right += pass_right;
    }
    Ok(Measured { loss: surprise / n_targets, accuracy: right / n_targets, tokens: n_targets as u64 })
}

/// Returns the sum of the surprises that count, and how many predictions that count are right.
fn sums(network: &Network, parameters: &Parameters, batch: Batch) -> (f64, f64) {
    let Inputs { tokens_BS, targets_N, mask_N, documents } = Inputs::new(batch, network.device());
    let quick = torch::gradients::logits(network, parameters, &tokens_BS, documents.as_ref());
    let logits_NV = quick.unwrap_or_else(|| network.logits(parameters, tokens_BS, documents.as_ref()));
    let guesses_N: Tensor<1, Int> = logits_NV.clone().argmax(1).squeeze_dim(1);
    let right_N = guesses_N.equal(targets_N.clone()).float() * mask_N.clone();
    let surprise_N = cross_entropy::surprise(logits_NV, targets_N) * mask_N;
    let sum = |values_N: Tensor<1>| {
        let values = values_N.try_to_vec_as::<f32>().expect("losses are 32-bit floats");
        values.into_iter().map(f64::from).sum::<f64>()
    };
    (sum(surprise_N), sum(right_N))
}
