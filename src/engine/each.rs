//! What is measured of records one by one: the numbers told of them, how far off they are when made whole again, what they are compared by.

use std::ops::Range;

use crate::engine::error::EngineError;
use crate::engine::model::{Network, Parameters, Pass, Reading};
use crate::engine::objective::reconstruction;
use crate::engine::sampler::{Batch, Rows};
use crate::engine::value::{Value, tape};
use crate::recipe::objective::Corruption;

/// The records of one pass.
const PASS_RECORDS: usize = 128;
/// The most tokens of one pass.
const PASS_TOKENS: usize = 8192;

/// What was measured of every record, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Each {
    /// The numbers of all records, one behind the other.
    pub values: Vec<f32>,
    /// The class of every record that has one.
    pub classes: Vec<u32>,
    /// The number that is told of every record that has one.
    pub numbers: Vec<f32>,
    /// How many records there are.
    pub records: usize,
    /// The tokens that were read, or the records where they have none.
    pub read: u64,
}

/// Returns the number told of every record by a regression.
///
/// # Errors
/// When the data cannot be read any more.
pub fn numbers(
    network: &Network,
    parameters: &Parameters,
    rows: &Rows,
    places: Range<usize>,
) -> Result<Each, EngineError> {
    of_rows(network, parameters, rows, places, |pass, batch| {
        network.outputs(pass, &Reading::new(batch, network.device()))
    })
}

/// Returns the mean square by which every record is off that is made whole again; what is spoiled of it is the same each time.
///
/// # Errors
/// When the data cannot be read any more.
pub fn errors(
    network: &Network,
    parameters: &Parameters,
    rows: &Rows,
    places: Range<usize>,
    corruption: Corruption,
) -> Result<Each, EngineError> {
    of_rows(network, parameters, rows, places, |pass, batch| reconstruction::each(network, pass, batch, corruption))
}

/// Returns what every record is compared by: its vector, before the layers that only help to learn.
///
/// # Errors
/// When the data cannot be read any more.
pub fn embeddings(
    network: &Network,
    parameters: &Parameters,
    rows: &Rows,
    places: Range<usize>,
) -> Result<Each, EngineError> {
    of_rows(network, parameters, rows, places, |pass, batch| {
        network.embedding(pass, &Reading::new(batch, network.device()))
    })
}

fn of_rows(
    network: &Network,
    parameters: &Parameters,
    rows: &Rows,
    places: Range<usize>,
    look: impl Fn(&Pass, &Batch) -> Value,
) -> Result<Each, EngineError> {
    let per_pass = (PASS_TOKENS / rows.context()).clamp(1, PASS_RECORDS);
    let mut each = Each { records: places.len(), ..Each::default() };
    for first in places.clone().step_by(per_pass) {
        let drawn = (first..places.end.min(first + per_pass)).map(|index| rows.measured(index));
        let drawn = drawn.collect::<Result<Vec<_>, _>>()?;
        let batch = rows.batch(&drawn);
        each.classes.extend(drawn.iter().filter_map(|row| row.class));
        each.numbers.extend(drawn.iter().filter_map(|row| row.number));
        each.read += match &batch.lengths {
            Some(lengths) => lengths.iter().map(|length| *length as u64).sum(),
            None => batch.rows as u64,
        };
        let values = tape::without(|| look(&Pass::measuring(parameters, network.device()), &batch).to_vec());
        each.values.extend(values);
    }
    Ok(each)
}
