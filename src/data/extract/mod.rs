//! Extraction: rows become records.

pub mod rust_doc_pairs;
mod functions;
mod columns;
mod carried;
mod regex;
mod json;
mod chat;
mod alpaca;
mod chunks;
mod cut;
mod template;
mod fields;
mod says;
#[cfg(test)]
mod tests;

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
    let Some(extract) = extract else { return Ok(Box::new(columns::Columns::of(source))) };
    let extractor = of_rows(extract)?;
    Ok(match source.columns() {
        None => extractor,
        Some(columns) => Box::new(carried::Carried { columns: columns.clone(), extractor }),
    })
}

/// Makes an extraction ready that knows nothing of columns.
fn of_rows(extract: &Extract) -> Result<Box<dyn Extractor>, DataError> {
    Ok(match extract {
        Extract::RustDocPairs { prompt, response } => {
            Box::new(rust_doc_pairs::RustDocPairs { prompt: prompt.clone(), response: response.clone() })
        }
        Extract::Regex { pattern, within, text, prompt, response, label, group } => {
            Box::new(regex::Matches::new(pattern, *within, [text, prompt, response, label, group])?)
        }
        Extract::Json { each, text, prompt, response, label, group } => {
            Box::new(json::Picked::new(each, [text, prompt, response, label, group])?)
        }
        Extract::Chat { format, field, system, last, label, group } => Box::new(chat::Chats {
            format: *format,
            field: field.clone(),
            system: *system,
            last: *last,
            told: fields::Told { label: label.clone(), group: group.clone() },
        }),
        Extract::Alpaca { instruction, input, output, prompt, label, group } => Box::new(alpaca::Instructions {
            instruction: instruction.clone(),
            input: input.clone(),
            output: output.clone(),
            prompt: template::parse("prompt", prompt)?,
            told: fields::Told { label: label.clone(), group: group.clone() },
        }),
        Extract::Chunks { max_chars, overlap, at, text } => Box::new(chunks::Chunks {
            max_chars: *max_chars as usize,
            overlap: *overlap as usize,
            at: *at,
            text: text.clone(),
        }),
        Extract::Template { text, prompt, response, label, group } => {
            Box::new(template::Filled::new([text, prompt, response, label, group])?)
        }
    })
}
