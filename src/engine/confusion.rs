//! Measures a classifier on a split: which classes it takes for which.

use crate::engine::classify::classify;
use crate::engine::error::EngineError;
use crate::engine::model::{Network, Parameters};
use crate::engine::sampler::Rows;
use crate::record::Confusion;

/// What was measured of a classifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The mean surprise, in nats a record.
    pub loss: f64,
    /// Which classes were taken for which.
    pub confusion: Confusion,
    /// The tokens read.
    pub tokens: u64,
}

/// Measures a classifier on the records of a split, in order; each counts as a row of the context, until `max_tokens` are read.
/// 0 reads all.
///
/// # Errors
/// When the tokens cannot be read any more.
pub fn measure(network: &Network, parameters: &Parameters, rows: &Rows, max_tokens: u64) -> Result<Told, EngineError> {
    let n_rows = match max_tokens {
        0 => rows.len(),
        tokens => rows.len().min((tokens as usize / rows.context()).max(1)),
    };
    let n_classes = network.classification().map_or(0, |classification| classification.classes.len());
    let rows = (0..n_rows).map(|index| rows.row(index, 0)).collect::<Result<Vec<_>, _>>()?;
    let (documents, classes): (Vec<_>, Vec<_>) =
        rows.into_iter().map(|row| (row.tokens, row.class.unwrap_or(0) as usize)).unzip();
    let tokens = documents.iter().map(|document| document.len() as u64).sum();
    let shares = classify(network, parameters, documents);
    let mut confusion = Confusion::new(n_classes);
    let mut surprise = 0.0;
    for (shares, class) in shares.iter().zip(classes) {
        // A share that is 0 in 32 bits is not impossible; NaN stays NaN, and is told as a divergence.
        let share = f64::from(shares[class]);
        surprise -= if share == 0.0 { f64::from(f32::MIN_POSITIVE).ln() } else { share.ln() };
        confusion.add(class, likeliest(shares));
    }
    Ok(Told { loss: surprise / n_rows.max(1) as f64, confusion, tokens })
}

/// Returns the first of the largest numbers.
pub fn likeliest(shares: &[f32]) -> usize {
    let larger = |best: usize, next: usize| if shares[next] > shares[best] { next } else { best };
    (1..shares.len()).fold(0, larger)
}
