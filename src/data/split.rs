//! Splits: each record falls to a share by the digest of its name, so that growing data moves no record.

use crate::data::record::Record;
use crate::recipe::dataset::{Split, SplitBy, SplitName};

/// Deals records to the splits, one by one: what a record is decides, and never which others there are.
pub struct Dealer<'a> {
    split: &'a Split,
    seed: u64,
}

impl<'a> Dealer<'a> {
    /// Returns a dealer; with another seed, or other shares, records go elsewhere.
    pub fn new(split: &'a Split, seed: u64) -> Self {
        Self { split, seed }
    }

    /// Returns the split a record belongs to.
    pub fn deal(&self, record: &Record) -> SplitName {
        let key = match self.split.by {
            SplitBy::Document => &record.document,
            SplitBy::Record => &record.id,
        };
        place(self.split, fraction(self.seed, key))
    }
}

/// Returns the first split that has a share of `split` and yet no record, as told by `n_records`.
pub fn starved(split: &Split, n_records: impl Fn(SplitName) -> u64) -> Option<SplitName> {
    SplitName::ALL.into_iter().find(|name| share(split, *name) > 0.0 && n_records(*name) == 0)
}

/// Returns a number in `0..1` that only the seed and the key decide.
fn fraction(seed: u64, key: &str) -> f64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(key.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    // The upper 53 bits are all a double can hold.
    (u64::from_le_bytes(bytes) >> 11) as f64 / (1_u64 << 53) as f64
}

fn place(split: &Split, fraction: f64) -> SplitName {
    let shared: Vec<_> = SplitName::ALL.into_iter().filter(|name| share(split, *name) > 0.0).collect();
    let mut end = 0.0;
    for name in &shared {
        end += share(split, *name);
        if fraction < end {
            return *name;
        }
    }
    // Shares that add up to a hair less than 1 leave the rest to the last split that has one.
    shared.last().copied().unwrap_or(SplitName::Train)
}

fn share(split: &Split, name: SplitName) -> f64 {
    match name {
        SplitName::Train => split.train,
        SplitName::Validation => split.validation,
        SplitName::Test => split.test,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::record::Content;
    use proptest::prelude::*;

    const SPLIT: Split = Split { train: 0.8, validation: 0.1, test: 0.1, by: SplitBy::Document };

    fn record(i: usize, documents: usize) -> Record {
        Record::new(format!("r{i}"), format!("d{}", i % documents), Content::Text(i.to_string()))
    }

    proptest! {
        #[test]
        fn no_document_is_torn_apart(seed: u64, n in 0_usize..500) {
            let dealer = Dealer::new(&SPLIT, seed);
            prop_assert_eq!(dealer.deal(&record(n, 150)), dealer.deal(&record(n + 150, 150)));
        }
    }

    #[test]
    fn the_shares_are_met() {
        let split = Split { by: SplitBy::Record, ..SPLIT };
        let dealer = Dealer::new(&split, 42);
        let n = |name| (0..10_000).filter(|i| dealer.deal(&record(*i, 3)) == name).count() as u64;
        assert!((7800..8200).contains(&n(SplitName::Train)));
        assert!((900..1100).contains(&n(SplitName::Test)));
        assert_eq!(starved(&split, n), None);
    }

    #[test]
    fn a_share_without_a_record_is_starved_and_no_share_is_not() {
        assert_eq!(starved(&SPLIT, |name| u64::from(name == SplitName::Train)), Some(SplitName::Validation));
        let all = Split { train: 1.0, validation: 0.0, test: 0.0, by: SplitBy::Record };
        assert_eq!(starved(&all, |name| u64::from(name == SplitName::Train)), None);
        assert_eq!(Dealer::new(&all, 42).deal(&record(0, 1)), SplitName::Train);
    }
}
