//! Parts: what is prepared, kept and reused as one.
//!
//! Small files are bundled, and a bundle ends where the name of a file says so: a file that comes or goes changes the bundle it
//! falls into and no other. What is kept of a part is found again by its key: the names and contents of its files, and everything
//! the recipe does to them.

use serde_json::{Value, json};

use crate::data::error::DataError;
use crate::data::prepare::feed::{Feed, TableFeed};
use crate::data::source::{self, Digested, Piece};
use crate::data::table;
use crate::id::Digest;
use crate::recipe::dataset::Source;

/// The size from which on a bundle ends, in bytes.
const PART_BYTES: u64 = 16 << 20;
/// One file in so many ends a bundle, by the digest of its name.
const FILES: u64 = 64;
/// The least size of a bundle that a name ends, in bytes.
const SMALL: u64 = 256 << 10;

/// What is prepared together.
#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    /// What it is.
    pub(super) content: Content<'a>,
    /// Its size, in bytes.
    pub(super) bytes: u64,
}

/// What a part is.
#[derive(Debug, Clone)]
pub(super) enum Content<'a> {
    /// Some files, in order.
    Files(&'a [Digested]),
    /// A piece of one large file, by its number.
    Piece(&'a Digested, Piece, usize),
    /// A row group of a table, by its number.
    Rows(&'a TableFeed, usize),
}

/// Cuts what is prepared into parts.
pub(super) fn parts<'a>(feed: Feed<'a>, source: &Source) -> Result<Vec<Part<'a>>, DataError> {
    match feed {
        Feed::Files(files) => {
            let mut parts = Vec::new();
            for part in bundles(files) {
                match part.files() {
                    [file] if part.bytes > PART_BYTES => parts.extend(pieces(source, file)?),
                    _ => parts.push(part),
                }
            }
            Ok(parts)
        }
        Feed::Tables(tables) => {
            let mut parts = Vec::new();
            for table in tables {
                let sizes = table::group_sizes(&table.path)?;
                parts.extend(
                    sizes.iter().enumerate().map(|(i, bytes)| Part { content: Content::Rows(table, i), bytes: *bytes }),
                );
            }
            Ok(parts)
        }
    }
}

/// Cuts a large file where its rows can be told apart.
fn pieces<'a>(source: &Source, file: &'a Digested) -> Result<Vec<Part<'a>>, DataError> {
    let pieces = source::pieces(source, &file.file)?;
    let part = |(i, piece): (usize, Piece)| Part {
        bytes: piece.end.min(file.bytes).saturating_sub(piece.start),
        content: Content::Piece(file, piece, i),
    };
    Ok(pieces.into_iter().enumerate().map(part).collect())
}

fn bundles(files: &[Digested]) -> Vec<Part<'_>> {
    let (mut parts, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (i, file) in files.iter().enumerate() {
        // A large file stands alone, so that it can be cut.
        if file.bytes > PART_BYTES && start < i {
            parts.push(Part { content: Content::Files(&files[start..i]), bytes });
            (start, bytes) = (i, 0);
        }
        bytes += file.bytes;
        let is_last_by_name = || Digest::of(file.file.name.as_bytes()).number().is_multiple_of(FILES);
        if bytes >= PART_BYTES || (bytes >= SMALL && is_last_by_name()) {
            parts.push(Part { content: Content::Files(&files[start..=i]), bytes });
            (start, bytes) = (i + 1, 0);
        }
    }
    if start < files.len() {
        parts.push(Part { content: Content::Files(&files[start..]), bytes });
    }
    parts
}

impl<'a> Part<'a> {
    /// Returns which piece of its files it is.
    pub(super) fn piece(&self) -> Piece {
        if let Content::Piece(_, piece, _) = self.content { piece } else { Piece::WHOLE }
    }

    /// Returns the files of the part.
    pub(super) fn files(&self) -> &'a [Digested] {
        match self.content {
            Content::Files(files) => files,
            Content::Piece(file, ..) => std::slice::from_ref(file),
            Content::Rows(..) => &[],
        }
    }

    /// Returns the key of what is made of the part by `work`.
    pub(super) fn key(&self, work: &Value) -> Digest {
        let content = match self.content {
            Content::Files(files) => {
                json!(files.iter().map(|file| json!([file.file.name, file.digest])).collect::<Vec<_>>())
            }
            Content::Piece(file, Piece { start, end, lines_before: _ }, i) => {
                json!([file.file.name, file.digest, start, end, i])
            }
            Content::Rows(TableFeed { dataset, split, share, path: _, digest }, group) => {
                json!([dataset, split, share, digest, group])
            }
        };
        Digest::of_json(&json!({ "content": content, "work": work }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::source::{SourceFile, Stat};
    use std::collections::BTreeSet;

    fn files(names: impl Iterator<Item = usize>) -> Vec<Digested> {
        let stat = Stat { bytes: 0, modified_ns: 0, changed_ns: 0, inode: 0 };
        let file = |i: usize| SourceFile { name: format!("{i:05}"), path: "x".into(), bytes: 50_000, stat };
        names.map(|i| Digested { file: file(i), digest: Digest::of(&i.to_le_bytes()), bytes: 50_000 }).collect()
    }

    #[test]
    fn one_file_more_changes_one_part() {
        let keys = |files: &[Digested]| -> BTreeSet<Digest> {
            bundles(files).iter().map(|part| part.key(&json!(1))).collect()
        };
        let before = keys(&files((0..3000).filter(|i| *i != 1234)));
        let after = keys(&files(0..3000));
        assert!(after.len() > 10, "{}", after.len());
        assert!(after.difference(&before).count() <= 2, "{} parts are new", after.difference(&before).count());
    }

    #[test]
    fn every_file_is_in_one_part() {
        let files = files(0..777);
        let names: Vec<_> =
            bundles(&files).iter().flat_map(|part| part.files()).map(|file| file.file.name.clone()).collect();
        assert_eq!(names, files.iter().map(|file| file.file.name.clone()).collect::<Vec<_>>());
    }
}
