//! What all training records together have of the records that are looked for.
//!
//! Training records are counted in the order of their file, so that the first place of a passage is always the same.

use crate::data::contamination::grams::grams;
use crate::data::contamination::index::Index;
use crate::data::contamination::passage::{Cover, Hit, cover};
use crate::data::contamination::scan::Seen;
use crate::data::contamination::words::words;
use crate::data::contamination::{MOST_MATCHES, Search};
use crate::record::contamination::{FoundRecord, Likeness, Match, SplitContamination, worse};

/// The most characters of a passage that is shown.
const MOST_CHARS: usize = 600;

/// What was seen so far.
pub(super) struct Tally {
    /// For each exact n-gram where it was seen first, and in how many training records.
    exact: Vec<Option<(u32, usize)>>,
    n_seen: Vec<u32>,
    /// For each record the training record that is nearest to it.
    near: Vec<Option<Cover>>,
    /// The training records that are spoken of.
    places: Vec<Place>,
}

/// What names a training record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Its id.
    pub(super) record: String,
    /// The document it comes from.
    pub(super) document: String,
}

/// A record that shares a passage, before it is told of.
struct Found {
    record: usize,
    cover: Cover,
    likeness: Likeness,
    share: f64,
}

impl Tally {
    pub(super) fn new(index: &Index) -> Self {
        let (n_exact, n_records) = (index.exact.len(), index.records.len());
        Self { exact: vec![None; n_exact], n_seen: vec![0; n_exact], near: vec![None; n_records], places: Vec::new() }
    }

    /// Adds what the next training record has.
    pub(super) fn add(&mut self, place: Place, seen: Seen) {
        let number = self.places.len() as u32;
        let mut is_spoken_of = false;
        for (gram, offset) in seen.exact {
            self.n_seen[gram as usize] += 1;
            let first = &mut self.exact[gram as usize];
            if first.is_none() {
                *first = Some((number, offset));
                is_spoken_of = true;
            }
        }
        for (record, mut cover) in seen.near {
            let nearest = &mut self.near[record as usize];
            if nearest.is_none_or(|nearest| nearest.n_words < cover.n_words) {
                cover.longest.document = number;
                *nearest = Some(cover);
                is_spoken_of = true;
            }
        }
        if is_spoken_of {
            self.places.push(place);
        }
    }

    /// Adds what was found to the splits the records are of.
    pub(super) fn tell(self, index: &Index, search: &Search, splits: &mut [SplitContamination]) {
        let mut found = self.found(index, search);
        for found in &found {
            let record = &index.records[found.record];
            splits[record.split].found.push(FoundRecord { record: record.place, share: found.share });
        }
        found.sort_by(|one, other| other.share.total_cmp(&one.share).then(one.record.cmp(&other.record)));
        for (split, told) in splits.iter_mut().enumerate() {
            let worst = found.iter().filter(|found| index.records[found.record].split == split).take(MOST_MATCHES);
            told.matches.extend(worst.map(|found| self.evidence(found, index, search)));
            told.matches.sort_by(worse);
            told.matches.truncate(MOST_MATCHES);
        }
    }

    /// Returns every record that shares an exact n-gram or is nearly the same as a training record, in order.
    fn found(&self, index: &Index, search: &Search) -> Vec<Found> {
        let seen = self.exact.iter().enumerate().filter_map(|(gram, first)| Some((gram as u32, (*first)?)));
        let mut hits: Vec<(u32, Hit)> = seen
            .flat_map(|(gram, (document, offset))| {
                let hit = move |(record, word): &(u32, u32)| (*record, Hit { word: *word, document, offset });
                index.exact.places(gram).iter().map(hit)
            })
            .collect();
        hits.sort_unstable_by_key(|(record, hit)| (*record, hit.word));
        let mut exact: Vec<Option<Cover>> = vec![None; index.records.len()];
        for group in hits.chunk_by(|(one, _), (other, _)| one == other) {
            let record = group[0].0 as usize;
            let length = search.ngram.min(index.n_words[record]);
            exact[record] = Some(cover(group.iter().map(|(_, hit)| *hit), length));
        }
        let both = exact.into_iter().zip(&self.near).enumerate();
        both.filter_map(|(record, (exact, near))| judged(record, exact, *near, index.n_words[record], search.threshold))
            .collect()
    }

    fn evidence(&self, found: &Found, index: &Index, search: &Search) -> Match {
        let Found { record: number, cover, likeness, share } = found;
        let record = &index.records[*number];
        let first = cover.longest.word as usize;
        let passage: Vec<_> = words(&record.text).skip(first).take(cover.longest_words).collect();
        let (start, end) = (passage.first().map_or(0, |word| word.start), passage.last().map_or(0, |word| word.end));
        // A passage that is shorter than an n-gram is known from its one training record.
        let gram = grams(&passage, search.ngram.min(index.n_words[*number])).next();
        let n_seen = gram.and_then(|hash| index.exact.number(hash)).map_or(1, |gram| self.n_seen[gram as usize].max(1));
        let trained = &self.places[cover.longest.document as usize];
        Match {
            likeness: *likeness,
            share: *share,
            text: cut(&record.text[start..end]),
            words: cover.longest_words as u64,
            record: record.id.clone(),
            document: record.document.clone(),
            offset: start as u64,
            trained_record: trained.record.clone(),
            trained_document: trained.document.clone(),
            trained_offset: cover.longest.offset as u64,
            trained_records: u64::from(n_seen),
        }
    }
}

/// Returns what one record's exact and near cover make of it; nothing where it has neither.
fn judged(record: usize, exact: Option<Cover>, near: Option<Cover>, n_words: usize, threshold: f64) -> Option<Found> {
    // Rounded down: what is just below the threshold is not told as on it.
    let share = |cover: Cover| (10_000 * cover.n_words / n_words) as f64 / 10_000.0;
    let found = |cover, likeness| Found { record, cover, likeness, share: share(cover) };
    match (exact, near) {
        (None, None) => None,
        (Some(exact), None) => Some(found(exact, Likeness::Exact)),
        (None, Some(near)) => Some(found(near, Likeness::Near)),
        (Some(exact), Some(near)) => {
            let likeness = if share(exact) >= threshold { Likeness::Exact } else { Likeness::Near };
            let cover = if likeness == Likeness::Exact { exact } else { near };
            Some(Found { share: share(exact).max(share(near)), ..found(cover, likeness) })
        }
    }
}

/// Returns text that is short enough to be shown.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
