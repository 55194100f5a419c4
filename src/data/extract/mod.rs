//! Extraction: rows become records.

pub mod rust_doc_pairs;
mod functions;
mod columns;

use crate::data::clean::Counts;
use crate::data::error::DataError;
use crate::data::record::Record;
use crate::data::row::Row;
use crate::recipe::dataset::{Extract, Source};

/// Makes records of a row.
pub trait Extractor: Sync {
    /// Returns the records of a row, and counts what was left out for what reason.
    ///
    /// # Errors
    /// What is wrong with the row, and what was expected; never what it says.
    fn records(&self, row: Row, counts: &mut Counts) -> Result<Vec<Record>, String>;
}

/// Makes an extraction ready; without one a row of text is a record, and the columns of a row of fields say what they are.
///
/// # Errors
/// When the extraction cannot do its work at all.
pub fn prepare(extract: Option<&Extract>, source: &Source) -> Result<Box<dyn Extractor>, DataError> {
    Ok(match extract {
        None => Box::new(columns::Columns::of(source)),
        Some(Extract::RustDocPairs { prompt, response }) => {
            Box::new(rust_doc_pairs::RustDocPairs { prompt: prompt.clone(), response: response.clone() })
        }
    })
}
