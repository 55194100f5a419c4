//! Measures a classifier on a split: which classes it takes for which.

use crate::engine::classify::{classify, shares};
use crate::engine::error::EngineError;
use crate::engine::evaluate::n_rows;
use crate::engine::metric::likelihood;
use crate::engine::model::{Network, Parameters, Reading};
use crate::engine::sampler::Rows;
use crate::record::Confusion;

/// The pictures or sounds of one pass.
const PASS_RECORDS: usize = 256;

/// What was measured of a classifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The mean surprise, in nats a record.
    pub loss: f64,
    /// Which classes were taken for which.
    pub confusion: Confusion,
    /// The tokens read.
    pub tokens: u64,
    /// The shares of all classes for every record, in order.
    pub shares: Vec<Vec<f32>>,
    /// The class of every record.
    pub classes: Vec<usize>,
}

/// Measures a classifier on the records of a split, in order; each counts as a row of the context, until `max_tokens` are read.
/// 0 reads all.
///
/// # Errors
/// When the tokens cannot be read any more.
pub fn measure(network: &Network, parameters: &Parameters, rows: &Rows, max_tokens: u64) -> Result<Told, EngineError> {
    let n_rows = n_rows(rows, max_tokens);
    let n_classes = network.classification().map_or(0, |classification| classification.classes.len());
    let (shares, classes, tokens) = match rows.shape() {
        Some(_) => of_features(network, parameters, rows, n_rows)?,
        None => of_texts(network, parameters, rows, n_rows)?,
    };
    let mut confusion = Confusion::new(n_classes);
    let mut surprise = 0.0;
    for (shares, class) in shares.iter().zip(&classes) {
        // NaN stays NaN, and is told as a divergence.
        surprise += likelihood::surprise(shares[*class]);
        confusion.add(*class, likeliest(shares));
    }
    Ok(Told { loss: surprise / n_rows.max(1) as f64, confusion, tokens, shares, classes })
}

/// The shares of every record, its class, and the tokens or records that were read.
type Shares = (Vec<Vec<f32>>, Vec<usize>, u64);

fn of_texts(network: &Network, parameters: &Parameters, rows: &Rows, n_rows: usize) -> Result<Shares, EngineError> {
    let rows = (0..n_rows).map(|index| rows.measured(index)).collect::<Result<Vec<_>, _>>()?;
    let (documents, classes): (Vec<_>, Vec<_>) =
        rows.into_iter().map(|row| (row.tokens, row.class.unwrap_or(0) as usize)).unzip();
    let tokens = documents.iter().map(|document| document.len() as u64).sum();
    Ok((classify(network, parameters, documents), classes, tokens))
}

fn of_features(network: &Network, parameters: &Parameters, rows: &Rows, n_rows: usize) -> Result<Shares, EngineError> {
    let n_classes = network.classification().map_or(1, |classification| classification.classes.len());
    let (mut all, mut classes) = (Vec::with_capacity(n_rows), Vec::with_capacity(n_rows));
    for first in (0..n_rows).step_by(PASS_RECORDS) {
        let pass = (first..n_rows.min(first + PASS_RECORDS)).map(|index| rows.measured(index));
        let pass = pass.collect::<Result<Vec<_>, _>>()?;
        let reading = Reading::new(&rows.batch(&pass), network.device());
        all.extend(shares(network, parameters, &reading).chunks(n_classes).map(<[f32]>::to_vec));
        classes.extend(pass.iter().map(|row| row.class.unwrap_or(0) as usize));
    }
    Ok((all, classes, n_rows as u64))
}

/// Returns the first of the largest numbers.
pub fn likeliest(shares: &[f32]) -> usize {
    let larger = |best: usize, next: usize| if shares[next] > shares[best] { next } else { best };
    (1..shares.len()).fold(0, larger)
}
