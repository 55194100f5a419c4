//! Splits: each record falls to a share by the digest of its name, so that growing data moves no record.
//!
//! Where the shares are to be met within each class, a first pass takes down the digests by class, and each class is cut where its
//! shares end: growing data then moves the few records near a cut.

mod census;
mod shares;
#[cfg(test)]
mod tests;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::data::error::DataError;
use crate::data::record::Record;
use crate::recipe::dataset::{Split, SplitBy, SplitName};

pub use census::Census;
use census::Cuts;

/// Deals records to the splits, one by one: what a record is decides, and never which others there are.
///
/// Only with `stratify` the others count: then [`Dealer::needs_census`], and the dealer to deal with is [`Census::dealer`].
#[derive(Debug)]
pub struct Dealer<'a> {
    split: &'a Split,
    seed: u64,
    /// The documents whose names say where they belong.
    assigned: Vec<(SplitName, GlobSet)>,
    /// Where the classes are cut, once they are known.
    cuts: Option<Cuts>,
}

impl<'a> Dealer<'a> {
    /// Returns a dealer; with another seed, or other shares, records go elsewhere.
    ///
    /// # Errors
    /// When a pattern of `assign` is none.
    pub fn new(split: &'a Split, seed: u64) -> Result<Self, DataError> {
        let patterns = |name| patterns(split.assign.of(name)).map(|set| (name, set));
        let mut assigned = SplitName::ALL.into_iter().map(patterns).collect::<Result<Vec<_>, _>>()?;
        assigned.retain(|(_, set)| !set.is_empty());
        Ok(Self { split, seed, assigned, cuts: None })
    }

    /// Returns whether all records have to be counted before the first is dealt.
    pub fn needs_census(&self) -> bool {
        self.split.stratify.is_some()
    }

    /// Returns a census of no records yet.
    pub fn census(self) -> Census<'a> {
        Census::of(self)
    }

    /// Returns the split a record belongs to.
    ///
    /// Of a class that no census knows, each record goes by its digest alone.
    pub fn deal(&self, record: &Record) -> SplitName {
        if let Some(name) = self.assigned(record) {
            return name;
        }
        let hash = self.hash(record);
        let cut = self.cuts.as_ref().and_then(|cuts| cuts.split(self.class(record), hash));
        cut.unwrap_or_else(|| place(self.split, fraction(hash)))
    }

    /// Returns the split the document of a record is assigned to.
    fn assigned(&self, record: &Record) -> Option<SplitName> {
        let fits = |(_, patterns): &&(SplitName, GlobSet)| patterns.is_match(&record.document);
        self.assigned.iter().find(fits).map(|(name, _)| *name)
    }

    /// Returns a number that only the seed and what is never torn apart decide.
    fn hash(&self, record: &Record) -> u64 {
        let key = match self.split.by {
            SplitBy::Document => &record.document,
            SplitBy::Record => &record.id,
            SplitBy::Group => record.fields.get(&self.split.group).unwrap_or(&record.document),
        };
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(key.as_bytes());
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        u64::from_le_bytes(bytes)
    }

    /// Returns the class of a record; records without one are a class too, without a name.
    fn class<'r>(&self, record: &'r Record) -> &'r str {
        let field = self.split.stratify.as_deref();
        field.and_then(|field| record.class(field)).map_or("", String::as_str)
    }
}

/// Returns whether a record has a field that a split names: `label` is its class.
pub fn has(record: &Record, field: &str) -> bool {
    record.fields.contains_key(field) || field == "label" && record.label.is_some()
}

/// Returns the first split that is to have records and has none, as told by `n_records`.
pub fn starved(split: &Split, n_records: impl Fn(SplitName) -> u64) -> Option<SplitName> {
    SplitName::ALL.into_iter().find(|name| split.fills(*name) && n_records(*name) == 0)
}

/// Returns the patterns of documents; `*` stays within a folder, `**` crosses folders.
pub(in crate::data) fn patterns(patterns: &[String]) -> Result<GlobSet, DataError> {
    let bad = |pattern: &str, source| DataError::BadPattern { pattern: pattern.to_owned(), source };
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(GlobBuilder::new(pattern).literal_separator(true).build().map_err(|source| bad(pattern, source))?);
    }
    set.build().map_err(|source| bad(&patterns.join(", "), source))
}

/// Returns where in `0..1` a digest stands.
pub(in crate::data) fn fraction(hash: u64) -> f64 {
    // The upper 53 bits are all a double can hold.
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}

fn place(split: &Split, fraction: f64) -> SplitName {
    let shared: Vec<_> = SplitName::ALL.into_iter().filter(|name| split.share(*name) > 0.0).collect();
    let mut end = 0.0;
    for name in &shared {
        end += split.share(*name);
        if fraction < end {
            return *name;
        }
    }
    // Shares that add up to a hair less than 1 leave the rest to the last split that has one.
    shared.last().copied().unwrap_or(SplitName::Train)
}
