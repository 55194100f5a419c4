//! How two datasets differ: which rows only one of them has, which say something else, and which have moved.
//!
//! Rows are held by their digests, 24 bytes each ([`key`]), so that what does not fit into memory can be compared; the rows that are
//! shown are read again ([`shown`]).

mod key;
mod compare;
mod shown;

pub use compare::{Difference, SplitDifference};
pub use shown::{Example, Found, LabelChange, Shown};

use std::path::PathBuf;

use serde::Serialize;

use crate::data::error::DataError;
use crate::recipe::dataset::SplitName;

/// The tables of a dataset.
pub type Tables = [(SplitName, PathBuf)];

/// How two datasets differ, with examples.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Diff {
    /// In numbers.
    pub rows: Difference,
    /// The labels that became others, the most frequent change first.
    pub labels: Vec<LabelChange>,
    /// Some of the rows that differ, with private data masked.
    pub examples: Vec<Example>,
}

/// Compares the rows of two datasets.
///
/// # Errors
/// When a table cannot be read.
pub fn diff(a: &Tables, b: &Tables) -> Result<Diff, DataError> {
    let (a_side, b_side) = (key::read(a)?, key::read(b)?);
    let names = a_side.labels.into_iter().chain(b_side.labels).collect();
    let found = compare::compare(a_side.keys, b_side.keys);
    let examples = shown::examples(a, b, &found.examples)?;
    Ok(Diff { rows: found.rows, labels: shown::label_changes(&found.labels, &names), examples })
}

#[cfg(test)]
mod tests;
