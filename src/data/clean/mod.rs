//! Cleaning: one file a step, each taking records and returning records and what it did.

pub mod normalize_unicode;
pub mod strip_markup;
pub mod min_length;
pub mod redact_pii;
pub mod dedup_exact;
pub mod dedup_near;
pub(in crate::data) mod minhash;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::data::record::Record;
use crate::recipe::dataset::{CleanStep, NearMethod};
use crate::record::report::StepReport;

/// Applies one step; the order of the records is kept.
pub fn apply(step: &CleanStep, records: Vec<Record>) -> (Vec<Record>, StepReport) {
    let (records_in, bytes_in) = (records.len() as u64, bytes(&records));
    let (records, changed, counts) = match step {
        CleanStep::NormalizeUnicode => changing(records, normalize_unicode::normalize),
        CleanStep::StripMarkup => changing(records, strip_markup::strip),
        CleanStep::MinLength { chars } => (min_length::keep(records, *chars), 0, BTreeMap::new()),
        CleanStep::RedactPii { kinds } => redact_pii::redact_records(records, kinds),
        CleanStep::DedupExact => (dedup_exact::keep(records), 0, BTreeMap::new()),
        CleanStep::DedupNear { method: NearMethod::Minhash, threshold } => {
            (dedup_near::keep(records, *threshold), 0, BTreeMap::new())
        }
    };
    let report = StepReport {
        step: step.word().to_owned(),
        records_in,
        records_out: records.len() as u64,
        changed,
        bytes_in,
        bytes_out: bytes(&records),
        counts,
    };
    (records, report)
}

/// Records, how many of them were changed, and further counts.
type Cleaned = (Vec<Record>, u64, BTreeMap<String, u64>);

fn changing(records: Vec<Record>, change: fn(&str) -> String) -> Cleaned {
    let cleaned = records.into_par_iter().map(|record| {
        let new = record.clone().map(change);
        (u64::from(new != record), new)
    });
    let (changed, records): (Vec<u64>, Vec<Record>) = cleaned.unzip();
    (records, changed.into_iter().sum(), BTreeMap::new())
}

fn bytes(records: &[Record]) -> u64 {
    records.iter().map(Record::bytes).sum()
}

/// Returns a record of text, for tests of the steps.
#[cfg(test)]
fn text_record(id: usize, text: &str) -> Record {
    let id = id.to_string();
    Record { document: id.clone(), id, content: crate::data::record::Content::Text(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_reports_what_it_saw_and_what_it_did() {
        let records = vec![text_record(0, "a\r\nb"), text_record(1, "plain")];
        let (records, report) = apply(&CleanStep::NormalizeUnicode, records);
        assert_eq!(records[0], text_record(0, "a\nb"));
        assert_eq!((report.records_in, report.records_out, report.changed), (2, 2, 1));
        assert_eq!((report.bytes_in, report.bytes_out, report.step.as_str()), (9, 8, "normalize-unicode"));
    }
}
