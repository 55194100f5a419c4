//! `redact-pii`: private data becomes `[email]`, `[phone]`, …; what was found is counted by kind and never told.
//!
//! Looking costs little where there is nothing: a text is searched for the few bytes that private data cannot do without (`@`, digits,
//! `:`, `+`, the beginnings of keys), and only around those it is read. Then comes what no pattern can tell: neighbours, checksums,
//! ranges, entropy. When in doubt a number stays: version numbers, hashes and constants are no people.

mod fold;
mod internet;
mod numbers;
mod identity;
mod phones;
mod secrets;
mod names;
mod cover;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use crate::data::clean::{Counts, Fate, Step, dictionary};
use crate::data::error::DataError;
use crate::data::record::Record;
use crate::id::Digest;
use crate::recipe::dataset::{self, CleanStep, PiiKind, PiiWith};
use cover::Cover;
use names::Names;

/// In this order: what is found first is masked and cannot be mistaken for the next.
const ORDER: [PiiKind; 8] = [
    PiiKind::UrlCredentials,
    PiiKind::Secret,
    PiiKind::Email,
    PiiKind::IpAddress,
    PiiKind::IdCard,
    PiiKind::BankCard,
    PiiKind::Phone,
    PiiKind::Name,
];
/// How often a text is looked through: what was masked may have hidden a neighbour.
const ROUNDS: usize = 8;

/// A piece of private data.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    kind: PiiKind,
    place: Range<usize>,
}

/// Masks private data, and counts what was found by kind.
pub struct RedactPii {
    kinds: Vec<PiiKind>,
    names: Option<Names>,
    /// How it is masked; `None` where records that hold any go.
    cover: Option<Cover>,
}

impl RedactPii {
    /// Makes the step ready: the salt and the names are read once.
    ///
    /// # Errors
    /// When the salt is not where it should be, or the names cannot be read.
    pub fn new(pii: &dataset::RedactPii) -> Result<Self, DataError> {
        let dataset::RedactPii { kinds, with: _, salt: _, names } = pii;
        let names = match names {
            Some(path) if kinds.contains(&PiiKind::Name) => Some(Names::new(&dictionary::read(Path::new(path), 2)?)),
            Some(_) | None => None,
        };
        Ok(Self { kinds: kinds.clone(), names, cover: cover(pii)? })
    }

    /// Returns for each step that hashes a digest that another salt changes: what was made with another one is not taken again.
    ///
    /// # Errors
    /// When a salt is not where it should be.
    pub fn marks(steps: &[CleanStep]) -> Result<Vec<Digest>, DataError> {
        let mut marks = Vec::new();
        for step in steps {
            if let CleanStep::RedactPii(pii) = step {
                marks.extend(cover(pii)?.and_then(|cover| cover.mark()));
            }
        }
        Ok(marks)
    }

    fn redact(&self, text: &str, counts: &mut Counts) -> Option<String> {
        let cover = self.cover.as_ref().unwrap_or(&Cover::Kind);
        let mut redacted: Option<String> = None;
        for _ in 0..ROUNDS {
            let text = redacted.as_deref().unwrap_or(text);
            let found = find(text, &self.kinds, self.names.as_ref());
            if found.is_empty() {
                break;
            }
            for found in &found {
                *counts.entry(found.kind.word().to_owned()).or_default() += 1;
            }
            redacted = Some(cover.apply(text, &found));
        }
        redacted
    }
}

/// Returns how private data is masked; `None` where records that hold any go.
fn cover(pii: &dataset::RedactPii) -> Result<Option<Cover>, DataError> {
    Ok(match pii.with {
        PiiWith::Mask => Some(Cover::Kind),
        PiiWith::Hash => Some(Cover::keyed(pii.salt.as_deref().unwrap_or_default())?),
        PiiWith::Drop => None,
    })
}

impl Step for RedactPii {
    fn one(&self, record: Record, counts: &mut Counts) -> Fate {
        self.kinds.iter().for_each(|kind| *counts.entry(kind.word().to_owned()).or_default() += 0);
        if self.cover.is_some() {
            return Fate::Keep(record.map(|text| self.redact(text, counts).map_or_else(|| text.into(), Into::into)));
        }
        let mut has_any = false;
        for text in record.texts() {
            for found in find(text, &self.kinds, self.names.as_ref()) {
                has_any = true;
                *counts.entry(found.kind.word().to_owned()).or_default() += 1;
            }
        }
        match has_any {
            true => Fate::Drop { record, reason: "private data" },
            false => Fate::Keep(record),
        }
    }
}

/// Masks private data of the given kinds; also returns how much of each kind was found. Names need a list and are not found.
pub fn redact(text: &str, kinds: &[PiiKind]) -> (String, BTreeMap<PiiKind, u64>) {
    let step = RedactPii { kinds: kinds.to_vec(), names: None, cover: Some(Cover::Kind) };
    let mut counts = Counts::new();
    let redacted = step.redact(text, &mut counts).unwrap_or_else(|| text.to_owned());
    let kind = |word: &str| ORDER.into_iter().find(|kind| kind.word() == word);
    (redacted, counts.iter().filter_map(|(word, n)| Some((kind(word)?, *n))).collect())
}

/// Returns what is found in a text, in order; nothing overlaps.
fn find(text: &str, kinds: &[PiiKind], names: Option<&Names>) -> Vec<Found> {
    let folded = fold::fold(text);
    let looked_at = folded.as_ref().map_or(text, |folded| folded.text.as_str());
    let is_asked = |kind: PiiKind| kinds.contains(&kind);
    let mut all = Vec::new();
    internet::find(looked_at, &is_asked, &mut all);
    numbers::find(looked_at, &is_asked, &mut all);
    if is_asked(PiiKind::Secret) {
        secrets::find(looked_at, &mut all);
    }
    if let Some(names) = names {
        names.find(looked_at, &mut all);
    }
    let mut found = apart(all);
    if let Some(folded) = folded {
        found.iter_mut().for_each(|found| found.place = folded.original(&found.place));
    }
    found
}

/// Resolves overlaps: of two the one whose kind comes first stays, of one kind the one that begins first.
fn apart(mut all: Vec<Found>) -> Vec<Found> {
    if all.len() < 2 {
        return all;
    }
    let rank = |kind: PiiKind| ORDER.iter().position(|other| *other == kind);
    all.sort_by_key(|found| (rank(found.kind), found.place.start, std::cmp::Reverse(found.place.end)));
    let mut taken: BTreeMap<usize, Found> = BTreeMap::new();
    for found in all {
        let before = taken.range(..found.place.end).next_back();
        if before.is_none_or(|(_, before)| before.place.end <= found.place.start) {
            taken.insert(found.place.start, found);
        }
    }
    taken.into_values().collect()
}

/// Returns the character in front of a place.
fn before(text: &str, place: &Range<usize>) -> Option<char> {
    text[..place.start].chars().next_back()
}

/// Returns the character behind a place.
fn after(text: &str, place: &Range<usize>) -> Option<char> {
    text[place.end..].chars().next()
}

/// Returns whether a place is part of a longer word or number: `x12`, `12.5`, `1_2`.
fn is_torn(text: &str, place: &Range<usize>) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let follows = after(text, place);
    let second = || text[place.end..].chars().nth(1);
    let goes_on = follows
        .is_some_and(|c| is_word(c) || (matches!(c, '.' | '-' | ':') && second().is_some_and(|c| c.is_ascii_digit())));
    before(text, place).is_some_and(|c| is_word(c) || matches!(c, '.' | '-' | '#')) || goes_on
}

#[cfg(test)]
mod tests;
