//! What is prepared: the files of a source, or the tables of datasets that were prepared before.

use std::path::PathBuf;

use crate::data::error::DataError;
use crate::data::source::{Digested, state_of};
use crate::data::split;
use crate::data::table;
use crate::id::{Digest, Name};
use crate::recipe::dataset::SplitName;

/// What is prepared.
#[derive(Debug, Clone, Copy)]
pub enum Feed<'a> {
    /// The files of a source, in order.
    Files(&'a [Digested]),
    /// Tables, in order; their records keep their splits.
    Tables(&'a [TableFeed]),
}

/// A split of a dataset that was prepared before.
#[derive(Debug, Clone)]
pub struct TableFeed {
    /// The dataset; the names of its records begin with it.
    pub dataset: Name,
    /// The split.
    pub split: SplitName,
    /// The share of the records that is taken, chosen by the hash of their ids.
    pub share: f64,
    /// Where the table lies.
    pub path: PathBuf,
    /// The digest of the table.
    pub digest: Digest,
}

impl Feed<'_> {
    /// Returns how many files or tables there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Files(files) => files.len(),
            Self::Tables(tables) => tables.len(),
        }
    }

    /// Returns the digest of all files.
    pub(super) fn state(&self) -> Option<Digest> {
        match self {
            Self::Files(files) => Some(state_of(files).digest),
            Self::Tables(_) => None,
        }
    }

    /// Returns the bytes of the files, or of the records of the tables.
    pub(super) fn bytes(&self) -> Result<u64, DataError> {
        match self {
            Self::Files(files) => Ok(files.iter().map(|file| file.bytes).sum()),
            Self::Tables(tables) => tables.iter().map(|feed| table::size(&feed.path)).sum(),
        }
    }
}

impl TableFeed {
    /// Returns whether a record is among those that are taken.
    pub(super) fn takes(&self, id: &str) -> bool {
        split::fraction(Digest::of(id.as_bytes()).number()) < self.share
    }
}
