//! The records that are looked for, some at a time: however many there are, the index of those at hand fits into memory.

use std::collections::VecDeque;
use std::path::Path;

use globset::GlobSet;

use crate::data::contamination::pieces::Pieces;
use crate::data::contamination::{Wanted, text_of};
use crate::data::error::DataError;
use crate::data::record::Record;
use crate::data::split::patterns;

/// The most text that is looked for at a time, in bytes; more is looked for in further passes over the training data.
const MOST_BYTES: usize = 8 << 20;

/// A record that is looked for.
pub(super) struct Tested {
    /// The split it is of, by its place among those wanted.
    pub(super) split: usize,
    /// Its place in the split, from 0.
    pub(super) place: u64,
    /// The record's id.
    pub(super) id: String,
    /// The document it comes from.
    pub(super) document: String,
    /// All it says.
    pub(super) text: String,
}

/// Reads the records of all splits that are looked for.
pub(super) struct Reading<'w> {
    wanted: &'w [Wanted],
    training: &'w Path,
    split: usize,
    pieces: Option<Pieces>,
    read: VecDeque<Record>,
    documents: GlobSet,
    /// The records of each split so far, and those of them that are allowed.
    pub(super) counts: Vec<(u64, u64)>,
}

impl<'w> Reading<'w> {
    /// Returns the records of all splits but one that is the training data itself.
    pub(super) fn new(wanted: &'w [Wanted], training: &'w Path) -> Self {
        let counts = vec![(0, 0); wanted.len()];
        Self { wanted, training, split: 0, pieces: None, read: VecDeque::new(), documents: GlobSet::empty(), counts }
    }

    /// Returns the next records, as many as may be looked for at a time; none at the end.
    ///
    /// # Errors
    /// When a file cannot be read, or a pattern cannot be understood.
    pub(super) fn next_some(&mut self) -> Result<Vec<Tested>, DataError> {
        let (mut some, mut n_bytes) = (Vec::new(), 0);
        while n_bytes < MOST_BYTES {
            let Some(record) = self.next_record()? else { break };
            let counts = &mut self.counts[self.split];
            let place = counts.0;
            counts.0 += 1;
            if self.documents.is_match(&record.document) {
                counts.1 += 1;
                continue;
            }
            let text = text_of(&record).into_owned();
            n_bytes += text.len();
            some.push(Tested { split: self.split, place, id: record.id, document: record.document, text });
        }
        Ok(some)
    }

    fn next_record(&mut self) -> Result<Option<Record>, DataError> {
        loop {
            if let Some(record) = self.read.pop_front() {
                return Ok(Some(record));
            }
            let Some(wanted) = self.wanted.get(self.split) else { return Ok(None) };
            if wanted.is(self.training) {
                self.split += 1;
                continue;
            }
            let pieces = match &mut self.pieces {
                Some(pieces) => pieces,
                None => {
                    self.documents = patterns(&wanted.allowed_documents)?;
                    self.pieces.insert(Pieces::open(&wanted.path)?)
                }
            };
            self.read = pieces.next_piece()?.into();
            if self.read.is_empty() {
                self.pieces = None;
                self.split += 1;
            }
        }
    }
}
