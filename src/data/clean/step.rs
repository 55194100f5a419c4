//! What a cleaning step is: each record stays, perhaps changed, or goes for a reason.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::data::error::DataError;
use crate::data::record::Record;

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It stays.
    Keep(Record),
    /// It goes.
    Drop {
        /// The record, so that a sample of what went can be shown.
        record: Record,
        /// Why, in a word or two that all records dropped for the same reason share.
        reason: &'static str,
    },
}

/// Counts by name, such as how many e-mail addresses were masked; never a raw value.
pub type Counts = BTreeMap<String, u64>;

/// A cleaning step that looks at one record at a time.
pub trait Step: Sync {
    /// Decides about one record.
    fn one(&self, record: Record, counts: &mut Counts) -> Fate;

    /// Returns whether the step decides better about many records at once, even when other records keep the other cores busy.
    fn is_batched(&self) -> bool {
        false
    }

    /// Decides about records, on all cores; their order is kept.
    ///
    /// # Errors
    /// When the step cannot do its work at all; a record it dislikes is dropped instead.
    fn batch(&self, records: Vec<Record>, counts: &mut Counts) -> Result<Vec<Fate>, DataError> {
        let decided: Vec<(Fate, Counts)> = records
            .into_par_iter()
            .map(|record| {
                let mut counts = Counts::new();
                (self.one(record, &mut counts), counts)
            })
            .collect();
        let mut fates = Vec::with_capacity(decided.len());
        for (fate, more) in decided {
            more.into_iter().for_each(|(name, n)| *counts.entry(name).or_default() += n);
            fates.push(fate);
        }
        Ok(fates)
    }
}

impl<S: Step + ?Sized> Step for &S {
    fn one(&self, record: Record, counts: &mut Counts) -> Fate {
        (**self).one(record, counts)
    }

    fn is_batched(&self) -> bool {
        (**self).is_batched()
    }

    fn batch(&self, records: Vec<Record>, counts: &mut Counts) -> Result<Vec<Fate>, DataError> {
        (**self).batch(records, counts)
    }
}

/// A step that changes records, each for itself, and drops nothing.
pub struct Change<F>(pub F);

impl<F: Fn(Record) -> Record + Sync> Step for Change<F> {
    fn one(&self, record: Record, _: &mut Counts) -> Fate {
        Fate::Keep((self.0)(record))
    }
}
