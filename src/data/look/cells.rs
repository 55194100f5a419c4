//! Rows of any Parquet file, whoever wrote it, as texts.

use std::path::Path;

use arrow_array::{Array, ArrayRef, cast::AsArray as _};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use rand::SeedableRng as _;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;

use crate::data::error::DataError;
use crate::data::look::columns::{damaged, opened, sound};
use crate::data::look::mask::masked;

/// Returns some rows, picked by chance: the name and the text of every cell, private data masked; cells without a value are left out.
///
/// # Errors
/// When the file cannot be read, or is no Parquet file.
pub fn cells(path: &Path, n: usize, seed: u64, most_chars: usize) -> Result<Vec<Vec<(String, String)>>, DataError> {
    sound(path, || cells_of(path, n, seed, most_chars))
}

fn cells_of(path: &Path, n: usize, seed: u64, most_chars: usize) -> Result<Vec<Vec<(String, String)>>, DataError> {
    let builder = opened(path)?;
    let n_rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    let mut places = index::sample(&mut ChaCha8Rng::seed_from_u64(seed), n_rows, n.min(n_rows)).into_vec();
    places.sort_unstable();
    let reader = builder.with_row_selection(selection(&places)).build().map_err(|error| damaged(path, error))?;
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| damaged(path, error))?;
        for row in 0..batch.num_rows() {
            let mut cells = Vec::new();
            for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
                if let Some(text) = text(column, row, most_chars).map_err(|error| damaged(path, error))? {
                    cells.push((field.name().clone(), text));
                }
            }
            rows.push(cells);
        }
    }
    Ok(rows)
}

fn selection(places: &[usize]) -> RowSelection {
    let (mut selectors, mut next) = (Vec::new(), 0);
    for place in places {
        selectors.push(RowSelector::skip(place - next));
        selectors.push(RowSelector::select(1));
        next = place + 1;
    }
    selectors.into()
}

fn text(column: &ArrayRef, row: usize, most_chars: usize) -> Result<Option<String>, arrow_schema::ArrowError> {
    if column.is_null(row) {
        return Ok(None);
    }
    if let DataType::Binary = column.data_type() {
        return Ok(Some(format!("{} bytes", column.as_binary::<i32>().value(row).len())));
    }
    let formatter = ArrayFormatter::try_new(column, &FormatOptions::default())?;
    Ok(Some(masked(&formatter.value(row).to_string(), most_chars)))
}
