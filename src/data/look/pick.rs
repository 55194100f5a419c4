//! Rows picked by chance: every row is as likely as every other, and the seed alone decides (reservoir sampling, Vitter 1985,
//! algorithm R).

use std::path::PathBuf;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::data::error::DataError;
use crate::data::record::Record;
use crate::data::table;
use crate::recipe::dataset::SplitName;

/// Which rows may be picked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those with this label.
    pub label: Option<String>,
    /// Only those whose further fields have these values.
    pub fields: Vec<(String, String)>,
}

impl Wanted {
    /// Returns whether a record may be picked.
    pub fn fits(&self, record: &Record) -> bool {
        let Self { label, fields } = self;
        label.as_ref().is_none_or(|label| record.label.as_ref() == Some(label))
            && fields.iter().all(|(name, value)| record.fields.get(name) == Some(value))
    }
}

/// Rows that were picked.
#[derive(Debug, Clone, PartialEq)]
pub struct Picked {
    /// The rows with their splits, in the order of the tables.
    pub rows: Vec<(SplitName, Record)>,
    /// How many could have been picked.
    pub fitting: u64,
}

/// Picks `n` rows from tables; all of them where there are not more.
///
/// # Errors
/// When a table cannot be read.
pub fn pick(tables: &[(SplitName, PathBuf)], wanted: &Wanted, n: usize, seed: u64) -> Result<Picked, DataError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut reservoir: Vec<(u64, SplitName, Record)> = Vec::new();
    let mut fitting = 0;
    for (split, path) in tables {
        for batch in table::read(path)? {
            for record in batch?.into_iter().filter(|record| wanted.fits(record)) {
                let place = rng.random_range(0..=fitting);
                match usize::try_from(place) {
                    _ if reservoir.len() < n => reservoir.push((fitting, *split, record)),
                    Ok(place) if place < n => reservoir[place] = (fitting, *split, record),
                    Ok(_) | Err(_) => {}
                }
                fitting += 1;
            }
        }
    }
    reservoir.sort_by_key(|(number, ..)| *number);
    Ok(Picked { rows: reservoir.into_iter().map(|(_, split, record)| (split, record)).collect(), fitting })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::record::Content;
    use crate::data::table::{Shape, Writer};

    fn tables(folder: &std::path::Path, n: usize) -> Vec<(SplitName, PathBuf)> {
        let record = |i: usize| {
            let mut record = Record::new(i.to_string(), "d", Content::Text(i.to_string()));
            record.label = Some((i % 3).to_string());
            record
        };
        let mut shape = Shape::default();
        shape.add(&record(0));
        let write = |split: SplitName, range: std::ops::Range<usize>| {
            let path = folder.join(split.word());
            let mut writer = Writer::create(&path, &shape).unwrap();
            range.for_each(|i| writer.push(record(i)).unwrap());
            writer.finish().unwrap();
            (split, path)
        };
        vec![write(SplitName::Train, 0..n), write(SplitName::Test, n..n + n / 2)]
    }

    #[test]
    fn every_row_is_as_likely_as_every_other() {
        let folder = tempfile::tempdir().unwrap();
        let tables = tables(folder.path(), 20);
        let mut counts = vec![0; 30];
        for seed in 0..2000 {
            for (_, record) in pick(&tables, &Wanted::default(), 3, seed).unwrap().rows {
                counts[record.id.parse::<usize>().unwrap()] += 1;
            }
        }
        // 200 are expected of each, with a standard deviation of 13.
        assert!(counts.iter().all(|n| (140..260).contains(n)), "{counts:?}");
    }

    #[test]
    fn the_seed_decides_and_only_rows_that_fit_are_picked() {
        let folder = tempfile::tempdir().unwrap();
        let tables = tables(folder.path(), 3000);
        let wanted = Wanted { label: Some("1".to_owned()), fields: Vec::new() };
        let picked = pick(&tables, &wanted, 10, 7).unwrap();
        assert_eq!((picked.rows.len(), picked.fitting), (10, 1500));
        assert!(picked.rows.iter().all(|(_, record)| record.label.as_deref() == Some("1")));
        assert!(picked.rows.is_sorted_by_key(|(_, record)| record.id.parse::<usize>().unwrap()));
        assert_eq!(picked, pick(&tables, &wanted, 10, 7).unwrap());
        assert_ne!(picked, pick(&tables, &wanted, 10, 8).unwrap());
        assert_eq!(pick(&tables, &wanted, 9999, 7).unwrap().rows.len(), 1500);
    }
}
