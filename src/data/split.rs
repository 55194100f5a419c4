//! Splits: each record falls to a share by the digest of its name, so that growing data moves no record.

use std::collections::BTreeMap;

use crate::data::error::DataError;
use crate::data::record::Record;
use crate::id::Name;
use crate::recipe::dataset::{Split, SplitBy, SplitName};

/// Deals records to the splits; within a split their order is kept. Every split is there, though it may be empty.
///
/// # Errors
/// When nothing is dealt, or a split has a share and gets no record.
pub fn deal(
    dataset: &Name,
    split: &Split,
    seed: u64,
    records: Vec<Record>,
) -> Result<BTreeMap<SplitName, Vec<Record>>, DataError> {
    if records.is_empty() {
        return Err(DataError::NothingLeft { dataset: dataset.clone() });
    }
    let mut dealt: BTreeMap<_, Vec<_>> = SplitName::ALL.into_iter().map(|name| (name, Vec::new())).collect();
    for record in records {
        let key = match split.by {
            SplitBy::Document => &record.document,
            SplitBy::Record => &record.id,
        };
        dealt.entry(place(split, fraction(seed, key))).or_default().push(record);
    }
    match SplitName::ALL.into_iter().find(|name| share(split, *name) > 0.0 && dealt[name].is_empty()) {
        Some(empty) => Err(DataError::EmptySplit { dataset: dataset.clone(), split: empty }),
        None => Ok(dealt),
    }
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
        Record { id: format!("r{i}"), document: format!("d{}", i % documents), content: Content::Text(i.to_string()) }
    }

    fn name() -> Name {
        "data".parse().unwrap()
    }

    proptest! {
        #[test]
        fn more_data_moves_no_record_and_tears_no_document_apart(seed: u64, n in 300_usize..500, more in 0_usize..200) {
            let few = deal(&name(), &SPLIT, seed, (0..n).map(|i| record(i, 150)).collect());
            let many = deal(&name(), &SPLIT, seed, (0..n + more).map(|i| record(i, 150)).collect());
            let (Ok(few), Ok(many)) = (few, many) else { return Ok(()) };
            for split in SplitName::ALL {
                prop_assert!(few[&split].iter().all(|record| many[&split].contains(record)));
                let here: std::collections::BTreeSet<_> = many[&split].iter().map(|record| &record.document).collect();
                let elsewhere = SplitName::ALL.into_iter().filter(|other| *other != split).flat_map(|other| &many[&other]);
                prop_assert!(elsewhere.map(|record| &record.document).all(|document| !here.contains(document)));
            }
        }
    }

    #[test]
    fn the_shares_are_met() {
        let split = Split { by: SplitBy::Record, ..SPLIT };
        let dealt = deal(&name(), &split, 42, (0..10_000).map(|i| record(i, 3)).collect()).unwrap();
        assert!((7800..8200).contains(&dealt[&SplitName::Train].len()));
        assert!((900..1100).contains(&dealt[&SplitName::Test].len()));
    }

    #[test]
    fn a_share_without_a_record_is_an_error_and_no_share_is_none() {
        let error = deal(&name(), &SPLIT, 42, vec![record(0, 1)]).unwrap_err();
        assert!(matches!(error, DataError::EmptySplit { .. }), "{error}");
        let all = Split { train: 1.0, validation: 0.0, test: 0.0, by: SplitBy::Record };
        assert_eq!(deal(&name(), &all, 42, vec![record(0, 1)]).unwrap()[&SplitName::Train].len(), 1);
        assert_eq!(
            deal(&name(), &all, 42, vec![]).unwrap_err().to_string(),
            "nothing is left of dataset `data` after cleaning"
        );
    }
}
