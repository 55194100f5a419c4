//! What is wrong with a line, before it is known in which file it stands.

use std::path::Path;

use crate::data::row::BadRow;

/// The most bytes a row may have: a line without an end must not fill the memory.
pub(super) const MOST_ROW_BYTES: usize = 64 << 20;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::data) struct Fault {
    /// The column, in characters from 1, where one is known.
    pub(super) column: Option<u64>,
    /// What is wrong; never what the line says.
    pub(in crate::data) reason: String,
}

impl Fault {
    /// Returns a fault of a whole line.
    pub(in crate::data) fn new(reason: impl Into<String>) -> Self {
        Self { column: None, reason: reason.into() }
    }

    /// Returns a fault that begins after `before`.
    pub(super) fn after(before: &str, reason: impl Into<String>) -> Self {
        Self { column: Some(before.chars().count() as u64 + 1), reason: reason.into() }
    }

    /// Returns the fault of a row that is larger than a row may be.
    pub(super) fn too_long() -> Self {
        Self::new(format!("expected a row of at most {} MiB, found a longer one", MOST_ROW_BYTES >> 20))
    }

    /// Returns the bad row this is, on a line of a file.
    pub(super) fn at(self, path: &Path, line: u64) -> BadRow {
        BadRow { column: self.column, ..BadRow::at(path, line, self.reason) }
    }
}
