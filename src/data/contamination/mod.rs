//! Contamination: which records that evaluations measure on stand in the training split of a dataset.
//!
//! The records looked for become an index of n-grams; the training data is read once, piece by piece, on all cores, against
//! it. So the cost is that of reading the training data, memory is bounded by neither side, and nothing is sampled: an
//! n-gram that both sides have is found.
//!
//! * *exact*: a run of n words (13, as Brown et al. 2020 do) that stands word for word in the training data; of a record
//!   with fewer words its whole text, from [`FEWEST_WORDS`] words on. Every record with one is told.
//! * *near*: at least half of a record's words, or the threshold's share where that is more, and no fewer than n, stand in
//!   runs of 8 words (for n = 13) in one and the same training record. One word in ten may be another one, wherever it stands.
//! * A record's *share* is the part of its words that such runs cover, the larger of both; from the threshold on it counts as
//!   contaminated.
//!
//! Two different n-grams of the same 64-bit hash would be a false match: among 10^9 words of training data and 10^6 n-grams
//! that happens once in about 20,000 searches.

mod words;
mod grams;
mod pieces;
mod tested;
mod index;
mod passage;
mod scan;
mod tally;
#[cfg(test)]
mod tests;

pub use grams::{FEWEST_WORDS, MOST_WORDS};

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::data::error::DataError;
use crate::data::record::{Content, Record};
use crate::id::Name;
use crate::recipe::dataset::SplitName;
use crate::record::contamination::{FoundRecord, SplitContamination};
use index::Index;
use pieces::Pieces;
use tally::{Place, Tally};
use tested::Reading;

/// The most records of a split that are told with their evidence.
const MOST_MATCHES: usize = 20;
/// The least share of its words with which a record nearly stands in a training record.
const LEAST_NEAR: f64 = 0.5;

/// What counts as found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// The words of an n-gram, from [`FEWEST_WORDS`] to [`MOST_WORDS`].
    pub ngram: usize,
    /// The share of a record's words from which on it is contaminated, between 0 and 1.
    pub threshold: f64,
}

impl Search {
    /// Returns how many of a record's words have to stand in one training record for it to nearly stand there.
    ///
    /// Fewer than an n-gram's would make every short function of code the same as another.
    fn near_words(&self, n_words: usize) -> usize {
        let share = (self.threshold.max(LEAST_NEAR) * n_words as f64).ceil() as usize;
        share.max(self.ngram)
    }
}

/// A split that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The dataset.
    pub dataset: Name,
    /// The split.
    pub split: SplitName,
    /// Its records.
    pub path: PathBuf,
    /// Patterns of documents whose records may stand anywhere.
    pub allowed_documents: Vec<String>,
    /// Texts that may stand anywhere.
    pub allowed_texts: Vec<String>,
}

impl Wanted {
    /// Returns whether this is the training data itself.
    fn is(&self, training: &Path) -> bool {
        self.path == training
    }
}

/// What was found, and in how many training records it was looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// The training records.
    pub records: u64,
    /// What was found of each split, in the order in which they were given.
    pub splits: Vec<SplitContamination>,
}

/// Looks for the records of some splits in a table of training records.
///
/// `go_on` hears how many training records were read, of how many, and returns whether to continue; `None` comes back when it
/// did not.
///
/// # Errors
/// When a file cannot be read, it is no table of records, or a pattern cannot be understood.
pub fn search(
    search: &Search,
    wanted: &[Wanted],
    training: &Path,
    mut go_on: impl FnMut(u64, u64) -> bool,
) -> Result<Option<Findings>, DataError> {
    let mut reading = Reading::new(wanted, training);
    let mut findings = Findings { records: 0, splits: wanted.iter().map(nothing_found).collect() };
    let mut n_read = 0;
    for pass in 0.. {
        let tested = reading.next_some()?;
        // Where nothing is looked for, the training records are counted all the same.
        if tested.is_empty() && pass > 0 {
            break;
        }
        let index = Index::of(tested, wanted, search.ngram);
        let mut tally = Tally::new(&index);
        findings.records = 0;
        let mut pieces = Pieces::open(training)?;
        loop {
            let piece = pieces.next_piece()?;
            if piece.is_empty() {
                break;
            }
            n_read += piece.len() as u64;
            findings.records += piece.len() as u64;
            let seen: Vec<_> = piece.into_par_iter().map(|record| read(record, &index, search)).collect();
            seen.into_iter().flatten().for_each(|(place, seen)| tally.add(place, seen));
            if !go_on(n_read, pieces.n_records().max(n_read)) {
                return Ok(None);
            }
        }
        for (record, n_words) in index.records.iter().zip(&index.n_words) {
            findings.splits[record.split].too_short += u64::from(*n_words < FEWEST_WORDS);
        }
        tally.tell(&index, search, &mut findings.splits);
    }
    for (split, (records, allowed)) in findings.splits.iter_mut().zip(reading.counts) {
        (split.records, split.allowed) = (records, allowed);
    }
    // Who measures on the training data itself finds all of it there.
    for (split, _) in findings.splits.iter_mut().zip(wanted).filter(|(_, wanted)| wanted.is(training)) {
        split.records = findings.records;
        split.found = (0..findings.records).map(|record| FoundRecord { record, share: 1.0 }).collect();
    }
    Ok(Some(findings))
}

/// Reads one training record; there is nothing to tell of most.
fn read(record: Record, index: &Index, search: &Search) -> Option<(Place, scan::Seen)> {
    let seen = scan::scan(&text_of(&record), index, search);
    let is_nothing = seen.exact.is_empty() && seen.near.is_empty();
    (!is_nothing).then_some((Place { record: record.id, document: record.document }, seen))
}

fn nothing_found(wanted: &Wanted) -> SplitContamination {
    SplitContamination {
        dataset: wanted.dataset.clone(),
        split: wanted.split,
        records: 0,
        too_short: 0,
        allowed: 0,
        found: Vec::new(),
        matches: Vec::new(),
    }
}

/// Returns all a record says: a question and its answer follow each other, as a model reads them.
fn text_of(record: &Record) -> Cow<'_, str> {
    match &record.content {
        Content::Text(text) => Cow::Borrowed(text),
        Content::Pair { .. } | Content::Chat(_) | Content::Preference(_) | Content::Media(_) => {
            Cow::Owned(record.texts().collect::<Vec<_>>().join("\n"))
        }
    }
}

/// Returns the words of the runs that tell near matches, for n-grams of `ngram` words: three fifths, but not too few.
const fn near_length(ngram: usize) -> usize {
    let length = (3 * ngram).div_ceil(5);
    if length < FEWEST_WORDS { FEWEST_WORDS } else { length }
}
