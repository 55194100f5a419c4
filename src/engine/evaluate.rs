//! Measures a model on a split: mean loss and the share of tokens predicted right.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

use crate::engine::error::EngineError;
use crate::engine::model::{Network, Parameters, Pass};
use crate::engine::objective::language;
use crate::engine::sampler::{Batch, Row, Rows};
use crate::engine::value::losses::IGNORED;
use crate::engine::value::tape;

/// The rows of one forward pass, in tokens together: enough to keep the threads busy, little enough for any memory.
const PASS_TOKENS: usize = 4096;

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The mean surprise, in nats a token.
    pub loss: f64,
    /// The share of tokens predicted right.
    pub accuracy: f64,
    /// The tokens it was measured on.
    pub tokens: u64,
    /// What was measured of every row, in order.
    pub rows: Vec<RowSums>,
}

/// What was measured of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RowSums {
    /// The sum of the surprises of its targets, in nats.
    pub surprise: f64,
    /// How many of them are predicted right.
    pub right: f64,
    /// How many of them are among the k likeliest.
    pub within: f64,
    /// How many there are.
    pub targets: f64,
}

/// Returns how many rows are measured where at most so many tokens are read; 0 reads all.
pub fn n_rows(rows: &Rows, max_tokens: u64) -> usize {
    match max_tokens {
        0 => rows.len(),
        tokens => rows.len().min((tokens as usize / rows.context()).max(1)),
    }
}

/// Measures a model on rows, in order, until `max_tokens` are read; 0 reads all. `k` is among how many of the likeliest a token is
/// looked for.
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
    k: u32,
) -> Result<Measured, EngineError> {
    let n_rows = n_rows(rows, max_tokens);
    let per_pass = (PASS_TOKENS / rows.context()).max(1);
    let (mut surprise, mut right, mut n_targets, mut sums) = (0.0, 0.0, 0.0, Vec::with_capacity(n_rows));
    for first in (0..n_rows).step_by(per_pass) {
        let pass = (first..n_rows.min(first + per_pass)).map(|index| rows.measured(index));
        let pass = pass.collect::<Result<Vec<_>, _>>()?;
        let batch = rows.batch(&pass);
        n_targets += batch.n_targets();
        let (all, found) = of_batch(network, parameters, &batch, k);
        surprise += all.surprise;
        right += all.right;
        sums.extend(found);
    }
    Ok(Measured { loss: surprise / n_targets, accuracy: right / n_targets, tokens: n_targets as u64, rows: sums })
}

/// Lets a network read a batch, as one request.
pub fn read(network: &Network, parameters: &Parameters, batch: &Batch) {
    of_batch(network, parameters, batch, 1);
}

/// What was measured of pairs of answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// The surprise at the chosen and at the rejected answer of every pair, in nats, all tokens of an answer together.
    pub surprises: Vec<[f64; 2]>,
    /// The tokens of the answers.
    pub tokens: u64,
}

/// Measures how surprised a model is by the two answers of every pair, in order, until `max_tokens` are read, a pair counting as a row of
/// the context; 0 reads all.
///
/// # Errors
/// When the tokens cannot be read any more.
pub fn answers(
    network: &Network,
    parameters: &Parameters,
    rows: &Rows,
    max_tokens: u64,
) -> Result<Answers, EngineError> {
    let n_rows = n_rows(rows, max_tokens);
    let per_pass = (PASS_TOKENS / (2 * rows.context())).max(1);
    let mut found = Answers { surprises: Vec::with_capacity(n_rows), tokens: 0 };
    for first in (0..n_rows).step_by(per_pass) {
        let pass = (first..n_rows.min(first + per_pass)).map(|index| rows.measured(index));
        let batch = rows.batch(&pass.collect::<Result<Vec<_>, _>>()?);
        let (all, sums) = of_batch(network, parameters, &batch, 1);
        found.tokens += all.targets as u64;
        let (pairs, _) = sums.as_chunks::<2>();
        found.surprises.extend(pairs.iter().map(|[chosen, rejected]| [chosen.surprise, rejected.surprise]));
    }
    Ok(found)
}

/// Returns how likely the last tokens of each sequence are behind those before them, as natural logarithms, in their order.
///
/// A sequence comes with the number of tokens at its end that count. What is longer than the context and one more loses what is at
/// its beginning.
pub fn log_likelihoods(network: &Network, parameters: &Parameters, sequences: &[(Vec<u32>, usize)]) -> Vec<f64> {
    let rows: Vec<Row> = sequences.iter().map(|(tokens, n)| row_of(tokens, *n, network.context())).collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|index| rows[*index].tokens.len());
    let mut found = vec![0.0; rows.len()];
    let mut rest = order.as_slice();
    while !rest.is_empty() {
        let fits = |(n, index): &(usize, &usize)| (n + 1) * rows[**index].tokens.len() <= PASS_TOKENS;
        let (pass, later) = rest.split_at(rest.iter().enumerate().take_while(fits).count().max(1));
        rest = later;
        let longest = rows[pass[pass.len() - 1]].tokens.len();
        let filled = |index: &usize| {
            let mut row = rows[*index].clone();
            row.tokens.resize(longest, 0);
            row.is_target.resize(longest, false);
            row
        };
        let batch = Batch::of(&pass.iter().map(filled).collect::<Vec<_>>(), longest - 1);
        for (index, row) in pass.iter().zip(of_batch(network, parameters, &batch, 1).1) {
            found[*index] = -row.surprise;
        }
    }
    found
}

fn row_of(tokens: &[u32], n: usize, context: usize) -> Row {
    let tokens = tokens[tokens.len().saturating_sub(context + 1)..].to_vec();
    let first = tokens.len().saturating_sub(n).max(1);
    Row { is_target: (0..tokens.len()).map(|place| place >= first).collect(), tokens, ..Row::default() }
}

/// Returns what is measured of a batch, and of every row of it.
fn of_batch(network: &Network, parameters: &Parameters, batch: &Batch, k: u32) -> (RowSums, Vec<RowSums>) {
    let (logits_NV, targets_N) =
        tape::without(|| language::predicted(network, &Pass::measuring(parameters, network.device()), batch));
    let (guesses, targets) = (logits_NV.argmax().to_vec(), targets_N.to_vec());
    let surprise = logits_NV.surprises(&targets_N, None, 0.0).to_vec();
    let is_right = |place: usize| guesses[place] == targets[place];
    let above = if k > 1 { logits_NV.above(&targets_N) } else { Vec::new() };
    let is_within = |place: usize| if k > 1 { above[place] < i64::from(k) } else { is_right(place) };
    let counted = |place: &usize| targets[*place] != IGNORED;
    let sum = |places: std::ops::Range<usize>| {
        let mut sums = RowSums::default();
        for place in places.filter(counted) {
            sums.surprise += f64::from(surprise[place]);
            sums.right += f64::from(u8::from(is_right(place)));
            sums.within += f64::from(u8::from(is_within(place)));
            sums.targets += 1.0;
        }
        sums
    };
    let n = targets.len();
    (sum(0..n), (0..n / batch.context).map(|row| sum(row * batch.context..(row + 1) * batch.context)).collect())
}
