//! The validation loss: of a mix, the mean of its datasets by their shares.

use crate::engine::error::EngineError;
use crate::engine::metric::frechet;
use crate::engine::model::{Network, Parameters};
use crate::engine::objective::{Task, generated};
use crate::engine::sampler::Rows;
use crate::engine::{confusion, evaluate};
use crate::recipe::head::Head;
use crate::recipe::objective::Objective;

/// The rows of one pass, where each is a record.
const PASS_RECORDS: usize = 128;

/// What is measured while a model learns.
#[derive(Debug)]
pub struct Validation {
    /// The rows of every dataset, with its share.
    pub splits: Vec<(f64, Rows)>,
    /// The most tokens a measurement reads, of all datasets together.
    pub tokens: u64,
}

impl Validation {
    /// Returns the validation loss, in the objective's unit a target, with the share of the records that are told right, where there is a
    /// right and a wrong.
    ///
    /// # Errors
    /// When the data cannot be read any more.
    pub fn measure(&self, task: &Task<'_>, parameters: &Parameters) -> Result<(f64, Option<f64>), EngineError> {
        let total: f64 = self.splits.iter().map(|(weight, _)| weight).sum();
        let (mut loss, mut accuracy) = (0.0, None);
        for (weight, rows) in &self.splits {
            let share = weight / total;
            // 0 would read all; a small share reads one row at least.
            let tokens = if self.tokens == 0 { 0 } else { ((self.tokens as f64 * share) as u64).max(1) };
            let (own_loss, own_accuracy) = of_rows(task, parameters, rows, tokens)?;
            loss += share * own_loss;
            if let Some(own) = own_accuracy {
                *accuracy.get_or_insert(0.0) += share * own;
            }
        }
        Ok((loss, accuracy))
    }
}

fn of_rows(
    task: &Task<'_>,
    parameters: &Parameters,
    rows: &Rows,
    tokens: u64,
) -> Result<(f64, Option<f64>), EngineError> {
    let network = task.network;
    match (task.objective, network.head()) {
        (Objective::CausalLm | Objective::Instruction | Objective::MaskedLm(_), Head::Language) => {
            Ok((evaluate::measure(network, parameters, rows, tokens, 1)?.loss, None))
        }
        (Objective::Classification(_), Head::Classes(_)) => {
            let told = confusion::measure(network, parameters, rows, tokens)?;
            Ok((told.loss, Some(told.confusion.accuracy())))
        }
        (Objective::Adversarial(_), _) => Ok((distance(network, parameters, rows, tokens)?, None)),
        _ => by_the_loss(task, parameters, rows, tokens),
    }
}

/// Returns the loss that is learnt, a target, and the share of the records that are told right, where there is a right and a wrong.
///
/// # Errors
/// When the data cannot be read any more.
pub fn by_the_loss(
    task: &Task<'_>,
    parameters: &Parameters,
    rows: &Rows,
    tokens: u64,
) -> Result<(f64, Option<f64>), EngineError> {
    let n_rows = evaluate::n_rows(rows, tokens);
    let per_pass = (PASS_RECORDS * 32 / rows.context()).clamp(1, PASS_RECORDS);
    let (mut loss, mut right, mut n_targets) = (0.0, None, 0.0);
    for first in (0..n_rows).step_by(per_pass) {
        let pass = (first..n_rows.min(first + per_pass)).map(|index| rows.measured(index));
        let batch = rows.batch(&pass.collect::<Result<Vec<_>, _>>()?);
        let (own_loss, own_right) = task.measured(parameters, &batch, 1.0);
        (loss, n_targets) = (loss + own_loss, n_targets + batch.n_targets());
        if let Some(own) = own_right {
            *right.get_or_insert(0) += own;
        }
    }
    Ok((loss / n_targets, right.map(|right| right as f64 / n_targets)))
}

/// Returns the Fréchet distance between real pictures and as many made ones (Heusel et al. 2017), each brought to at most 8 by 8 places
/// by means; there is no network here whose judgement of pictures everybody shares.
///
/// # Errors
/// When the data cannot be read any more.
pub fn distance(network: &Network, parameters: &Parameters, rows: &Rows, tokens: u64) -> Result<f64, EngineError> {
    let n_rows = evaluate::n_rows(rows, tokens);
    let (mut real, mut made) = (Vec::new(), Vec::new());
    for first in (0..n_rows).step_by(PASS_RECORDS) {
        let pass = (first..n_rows.min(first + PASS_RECORDS)).map(|index| rows.measured(index));
        let batch = rows.batch(&pass.collect::<Result<Vec<_>, _>>()?);
        if let Some(features) = &batch.features {
            real.extend(thumbnails(&features.values, &features.shape));
            made.extend(thumbnails(&generated(network, parameters, &batch.keys), &features.shape));
        }
    }
    let width = real.len() / n_rows.max(1);
    Ok(frechet::distance(&real, &made, width))
}

/// Returns pictures of at most 8 by 8 places, each the mean of its neighbours.
fn thumbnails(values: &[f32], shape: &[usize]) -> Vec<f32> {
    let &[_, height, width] = shape else { return values.to_vec() };
    let [rows, columns] = [height, width].map(|side| side.div_ceil(side.div_ceil(8)));
    let mut all = Vec::with_capacity(values.len() / (height * width) * rows * columns);
    for picture in values.chunks(height * width).take(values.len() / (height * width)) {
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
            let span = |place: usize, side: usize, places: usize| {
                let step = side.div_ceil(places);
                place * step..side.min((place + 1) * step)
            };
            let (ys, xs) = (span(row, height, rows), span(column, width, columns));
            let n = (ys.len() * xs.len()).max(1) as f32;
            let sum: f32 = ys.map(|y| picture[y * width..][xs.clone()].iter().sum::<f32>()).sum();
            all.push(sum / n);
        }
    }
    all
}
