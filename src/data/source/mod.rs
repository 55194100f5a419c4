//! Sources: where documents come from, and the digest that tells whether they changed.

pub mod files;
pub mod digest;
pub mod cache;
mod pattern;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::data::error::DataError;
use crate::data::row::{BadRow, Row, Value};
use crate::recipe::dataset::{FileSet, Source};

pub use cache::DigestCache;
pub use digest::{Digested, digested, named_state, state, state_of};
pub use files::SourceFile;

/// Takes rows as they are read, good and bad ones; `Break` stops the reading.
pub type Sink<'a> = &'a mut dyn FnMut(Result<Row, BadRow>) -> Result<ControlFlow<()>, DataError>;

/// Returns the files of a source in the order of their names; a relative root starts at `base`.
///
/// # Errors
/// When the source cannot be read, or a pattern matches nothing.
pub fn list(source: &Source, base: &Path) -> Result<Vec<SourceFile>, DataError> {
    let Some(FileSet { root, include, exclude, strip_components }) = source.file_set() else {
        return Err(if source.is_described() { DataError::OnlyDescribed } else { DataError::NotFetched });
    };
    files::list(&base.join(root), include, exclude, strip_components)
}

/// Reads the rows of one file of a source, in their order.
///
/// # Errors
/// When the file cannot be read, or `sink` fails. What is wrong with a row goes to `sink`, and the reading goes on.
pub fn read(source: &Source, file: &SourceFile, sink: Sink<'_>) -> Result<(), DataError> {
    match source {
        Source::Files { .. } => sink(text(file)?).map(drop),
        Source::Described { .. } => Err(DataError::OnlyDescribed),
        Source::Http { .. }
        | Source::Archive { .. }
        | Source::Git { .. }
        | Source::HuggingFace { .. }
        | Source::ObjectStore { .. } => Err(DataError::NotFetched),
    }
}

fn text(file: &SourceFile) -> Result<Result<Row, BadRow>, DataError> {
    let bytes = read_bytes(&file.path)?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => {
            let (id, document) = (file.name.clone(), file.name.clone());
            Ok(Row { id, document, line: None, value: Value::Text(text), label: None })
        }
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            Err(BadRow::whole(&file.path, format!("not UTF-8 at byte {offset}")))
        }
    })
}

fn read_bytes(path: &PathBuf) -> Result<Vec<u8>, DataError> {
    fs::read(path).map_err(|source| DataError::io(path, source))
}
