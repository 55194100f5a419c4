//! The `image-folder` and `audio-folder` sources: each file is a record, and is decoded once to prove that it is sound.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::data::error::DataError;
use crate::data::media::{self, MOST_FILE_BYTES};
use crate::data::record::{Media, MediaKind};
use crate::data::row::{BadRow, Row, Sample, Value};
use crate::data::source::label::Labeller;
use crate::data::source::{Sink, SourceFile};
use crate::recipe::dataset::Labels;

/// Reads a file as one row.
///
/// # Errors
/// When the file cannot be read, or `sink` fails.
pub(super) fn read(kind: MediaKind, labels: &Labels, file: &SourceFile, sink: Sink<'_>) -> Result<(), DataError> {
    let labeller = Labeller::new(labels)?;
    let row = match labeller.of(&file.name) {
        Ok((label, told)) => row(kind, file, label, told)?,
        Err(reason) => Err(BadRow::whole(&file.path, reason)),
    };
    sink(row).map(drop)
}

fn row(
    kind: MediaKind,
    file: &SourceFile,
    label: Option<String>,
    told: BTreeMap<String, String>,
) -> Result<Result<Row, BadRow>, DataError> {
    Ok(match load(kind, &file.path)? {
        Ok((bytes, mut fields)) => {
            fields.extend(told);
            let media = Media { kind, bytes, caption: String::new() };
            let (id, document) = (file.name.clone(), file.name.clone());
            Ok(Row { id, document, line: None, value: Value::Media(Sample { media, fields }), label })
        }
        Err(reason) => Err(BadRow::whole(&file.path, reason)),
    })
}

/// The bytes of a file, and what is known of them.
pub(super) type Loaded = (Vec<u8>, BTreeMap<String, String>);

/// Reads and decodes a file; the inner error is what is wrong with its content.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn load(kind: MediaKind, path: &Path) -> Result<Result<Loaded, String>, DataError> {
    let wrong = |source| DataError::io(path, source);
    if fs::metadata(path).map_err(wrong)?.len() > MOST_FILE_BYTES {
        return Ok(Err(format!("too large: expected at most {} MiB", MOST_FILE_BYTES >> 20)));
    }
    let bytes = fs::read(path).map_err(wrong)?;
    Ok(media::facts(kind, &bytes).map(|facts| (bytes, facts)))
}
