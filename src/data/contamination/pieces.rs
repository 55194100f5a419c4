//! Tables read piece by piece: however large a table is, only a few megabytes of it are in memory.

use std::path::Path;

use crate::data::error::DataError;
use crate::data::record::Record;
use crate::data::table::{self, Batches};

/// The least size of a piece that is not the last, in bytes.
const PIECE: u64 = 8 << 20;

/// A table that is being read.
pub(super) struct Pieces(Batches);

impl Pieces {
    /// Opens a table.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        table::read(path).map(Self)
    }

    /// Returns how many records the table has.
    pub(super) fn n_records(&self) -> u64 {
        self.0.n_records()
    }

    /// Returns the next records; none at the end.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(super) fn next_piece(&mut self) -> Result<Vec<Record>, DataError> {
        let (mut piece, mut n_bytes) = (Vec::new(), 0);
        while n_bytes < PIECE {
            let Some(batch) = self.0.next().transpose()? else { break };
            n_bytes += batch.iter().map(Record::bytes).sum::<u64>();
            piece.extend(batch);
        }
        Ok(piece)
    }
}
