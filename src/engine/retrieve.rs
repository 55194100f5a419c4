//! Finds the captions of pictures: how near every picture is to every caption (Radford et al. 2021).

use std::collections::BTreeMap;

use crate::engine::error::EngineError;
use crate::engine::evaluate::n_rows;
use crate::engine::metric::retrieval::cosines;
use crate::engine::model::{Network, Parameters, Pass, Reading};
use crate::engine::sampler::{Batch, Row, Rows};
use crate::engine::value::tape;

/// The pictures or captions of one pass.
const PASS_RECORDS: usize = 256;

/// How near pictures and captions are.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearness {
    /// The cosines of a picture and every caption, picture by picture.
    pub cosines: Vec<f32>,
    /// How many captions there are, each counted once.
    pub captions: usize,
    /// The number of every picture's own caption.
    pub own: Vec<usize>,
    /// The tokens of all captions that were read.
    pub tokens: u64,
}

/// Measures pictures against all captions of theirs that differ, until `max_tokens` are read, each picture counted as a row of the
/// context; 0 reads all.
///
/// # Errors
/// When the data cannot be read any more.
pub fn measure(
    network: &Network,
    parameters: &Parameters,
    rows: &Rows,
    max_tokens: u64,
) -> Result<Nearness, EngineError> {
    let n_rows = n_rows(rows, max_tokens);
    let (mut numbers, mut captions, mut own) = (BTreeMap::new(), Vec::new(), Vec::with_capacity(n_rows));
    let mut pictures = Vec::new();
    for first in (0..n_rows).step_by(PASS_RECORDS) {
        let pass = (first..n_rows.min(first + PASS_RECORDS)).map(|index| rows.measured(index));
        let pass = pass.collect::<Result<Vec<_>, _>>()?;
        let batch = rows.batch(&pass);
        let features = Reading { tokens: None, ..Reading::new(&batch, network.device()) };
        pictures.extend(embedded(network, parameters, &features));
        for row in pass {
            let number = *numbers.entry(row.tokens.clone()).or_insert(captions.len());
            if number == captions.len() {
                captions.push(Row { tokens: row.tokens, ..Row::default() });
            }
            own.push(number);
        }
    }
    let mut texts = Vec::new();
    for pass in captions.chunks(PASS_RECORDS) {
        let reading = Reading { features: None, ..Reading::new(&Batch::of_records(pass), network.device()) };
        texts.extend(embedded(network, parameters, &reading));
    }
    let tokens = captions.iter().map(|caption| caption.tokens.len() as u64).sum();
    let width = texts.len() / captions.len().max(1);
    Ok(Nearness { cosines: cosines(&pictures, &texts, width), captions: captions.len(), own, tokens })
}

/// Lets a network read a picture and its caption, as one request.
///
/// # Errors
/// When the data cannot be read any more.
pub fn read(network: &Network, parameters: &Parameters, rows: &Rows, index: usize) -> Result<(), EngineError> {
    let batch = rows.batch(&[rows.measured(index)?]);
    let Reading { tokens, features } = Reading::new(&batch, network.device());
    embedded(network, parameters, &Reading { tokens: None, features });
    embedded(network, parameters, &Reading { tokens, features: None });
    Ok(())
}

fn embedded(network: &Network, parameters: &Parameters, reading: &Reading) -> Vec<f32> {
    tape::without(|| network.embedding(&Pass::measuring(parameters, network.device()), reading).to_vec())
}
