//! Sources: where rows come from, and the digest that tells whether they changed.

pub mod files;
pub mod digest;
pub mod cache;
mod pattern;
mod label;
mod media_folder;
pub mod idx;
mod pairs;
mod packed;
mod encoded;
pub(in crate::data) mod fault;
mod documents;
mod line;
pub mod pieces;
mod json;
mod jsonl;
mod table;
mod csv;
mod tsv;
mod text_lines;
mod cells;
pub(in crate::data) mod parquet;
mod arrow;
mod synthetic;
#[cfg(test)]
mod bad_data;

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::Path;

use crate::data::error::DataError;
use crate::data::record::MediaKind;
use crate::data::row::{BadRow, Row};
use crate::recipe::dataset::{FileSet, Source};

pub use cache::{DigestCache, Stat};
pub use digest::{Digested, digested, named_state, state, state_of};
pub use files::SourceFile;
pub(in crate::data) use json::kind;
pub use pieces::{Piece, pieces};

/// Takes rows as they are read, good and bad ones; `Break` stops the reading.
pub type Sink<'a> = &'a mut dyn FnMut(Result<Row, BadRow>) -> Result<ControlFlow<()>, DataError>;

/// Returns the files of a source in the order of their names; a relative root starts at `base`.
///
/// A file with classes is among them: what it says is part of the data.
///
/// # Errors
/// When the source cannot be read, or a pattern matches nothing.
pub fn list(source: &Source, base: &Path) -> Result<Vec<SourceFile>, DataError> {
    if let Some(made) = synthetic::digested(source) {
        return Ok(vec![made.file]);
    }
    let Some(FileSet { root, include, exclude, strip_components }) = source.file_set() else {
        return Err(if source.is_described() { DataError::OnlyDescribed } else { DataError::NotFetched });
    };
    let mut files = files::list(&base.join(root), &include, exclude, strip_components)?;
    if let Source::Lines { classes_file: Some(name), .. } = source {
        let path = text_lines::classes_path(base, root, name);
        if !files.iter().any(|file| file.path == path) {
            let metadata = std::fs::metadata(&path).map_err(|source| DataError::io(&path, source))?;
            files.push(SourceFile::plain(name.clone(), path, &metadata));
            files.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
        }
    }
    Ok(files)
}

/// Reads the rows of one file of a source, in their order; the root of the source is absolute.
///
/// # Errors
/// When the file cannot be read, or `sink` fails. What is wrong with a row goes to `sink`, and the reading goes on.
pub fn read(source: &Source, file: &SourceFile, sink: Sink<'_>) -> Result<(), DataError> {
    read_range(source, file, &Piece::WHOLE, sink)
}

/// Reads the rows of one of the [`pieces()`] of a file, in their order; the root of the source is absolute.
///
/// # Errors
/// When the file cannot be read, or `sink` fails. What is wrong with a row goes to `sink`, and the reading goes on.
pub fn read_range(source: &Source, file: &SourceFile, piece: &Piece, sink: Sink<'_>) -> Result<(), DataError> {
    match source {
        Source::ImageFolder { label, .. } => media_folder::read(MediaKind::Image, label, file, sink),
        Source::AudioFolder { label, .. } => media_folder::read(MediaKind::Audio, label, file, sink),
        Source::Idx { images, labels, .. } => idx::read(images, labels, file, sink),
        Source::Pairs { table, media, include, exclude, .. } => {
            pairs::read(&pairs::Pairs { table, media: *media, include, exclude }, file, sink)
        }
        Source::Mix { .. } | Source::Zoo { .. } | Source::Described { .. } => Err(DataError::OnlyDescribed),
        Source::Files { encoding, .. } => documents::read(file, *encoding, sink),
        Source::Jsonl { encoding, .. } => jsonl::read(file, *encoding, piece, sink),
        Source::Csv { encoding, delimiter, header, columns, .. } => {
            let (encoding, delimiter, has_header) = (*encoding, *delimiter, *header);
            csv::read(file, &csv::Form { encoding, delimiter, has_header, columns }, sink)
        }
        Source::Tsv { encoding, header, columns, .. } => tsv::read(file, *encoding, *header, columns, piece, sink),
        Source::Parquet { columns, .. } => parquet::read(file, columns, sink),
        Source::Arrow { columns, .. } => arrow::read(file, columns, sink),
        Source::Lines { root, encoding, separator, classes, classes_file, .. } => {
            let (encoding, separator) = (*encoding, separator.as_deref());
            let classes = match classes_file {
                None => Cow::Borrowed(classes.as_slice()),
                Some(name) => {
                    let path = text_lines::classes_path(Path::new("/"), root, name);
                    let classes = text_lines::classes(&path, encoding)?;
                    if file.path == path {
                        return classes.map_or_else(|bad| sink(Err(bad)).map(drop), |_| Ok(()));
                    }
                    // What is wrong with the classes is told once, when their own file is read; no label is known without them.
                    let Ok(classes) = classes else { return Ok(()) };
                    Cow::Owned(classes)
                }
            };
            text_lines::read(file, &text_lines::Form { encoding, separator, classes }, piece, sink)
        }
        Source::Synthetic { generator, rows, seed } => synthetic::read(*generator, *rows, *seed, sink),
        Source::Http { .. }
        | Source::Archive { .. }
        | Source::Git { .. }
        | Source::HuggingFace { .. }
        | Source::ObjectStore { .. } => Err(DataError::NotFetched),
    }
}

/// Tells that a file without a single line has no rows.
fn no_rows(n: Option<u64>, piece: &Piece, file: &SourceFile, expected: &str, sink: Sink<'_>) -> Result<(), DataError> {
    if n == Some(0) && piece.start == 0 {
        return sink(Err(BadRow::whole(&file.path, format!("the file is empty: expected {expected}")))).map(drop);
    }
    Ok(())
}
