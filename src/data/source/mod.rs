//! Sources: where documents come from, and the digest that tells whether they changed.

pub mod files;
pub mod digest;
pub mod cache;
mod pattern;

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::data::error::DataError;
use crate::id::Digest;
use crate::plan::SourceState;
use crate::recipe::dataset::Source;

pub use cache::DigestCache;
pub use digest::state;
pub use files::SourceFile;

/// How many files are read between two looks at the caller.
const CHUNK: usize = 256;

/// One document of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name, the same on every machine.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Returns the files of a source in the order of their names; a relative root starts at `base`.
///
/// # Errors
/// When the root is missing, a pattern is wrong or matches nothing, or two files share a name.
pub fn list(source: &Source, base: &Path) -> Result<Vec<SourceFile>, DataError> {
    match source {
        Source::Files { root, include, exclude, strip_components } => {
            files::list(&base.join(root), include, exclude, *strip_components)
        }
        Source::Described { .. } => Err(DataError::OnlyDescribed),
    }
}

/// Reads the files of a source, and tells what they contained.
///
/// `go_on` hears how many files are done and returns whether to continue; `None` comes back when it did not.
///
/// # Errors
/// When a file cannot be read or is not UTF-8.
pub fn read(
    files: &[SourceFile],
    mut go_on: impl FnMut(usize) -> bool,
) -> Result<Option<(Vec<Document>, SourceState)>, DataError> {
    let mut summary = digest::Summary::default();
    let mut documents = Vec::with_capacity(files.len());
    for chunk in files.chunks(CHUNK) {
        let read: Vec<_> = chunk.par_iter().map(read_one).collect::<Result<_, _>>()?;
        for (document, digest) in read {
            summary.add(&document.name, document.text.len() as u64, digest);
            documents.push(document);
        }
        if !go_on(documents.len()) {
            return Ok(None);
        }
    }
    Ok(Some((documents, summary.finish())))
}

fn read_one(file: &SourceFile) -> Result<(Document, Digest), DataError> {
    let bytes = read_bytes(&file.path)?;
    let digest = Digest::of(&bytes);
    let text = String::from_utf8(bytes)
        .map_err(|error| DataError::NotUtf8 { path: file.path.clone(), offset: error.utf8_error().valid_up_to() })?;
    Ok((Document { name: file.name.clone(), text }, digest))
}

fn read_bytes(path: &PathBuf) -> Result<Vec<u8>, DataError> {
    fs::read(path).map_err(|source| DataError::io(path, source))
}
