//! Preparation: from the files of a source to cleaned records, dealt to splits, with a report of what every step did.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use crate::data::clean::{self, Counts, Fate, Prepared};
use crate::data::clean::{dedup_exact, dedup_near};
use crate::data::error::DataError;
use crate::data::extract;
use crate::data::record::Record;
use crate::data::source::{self, Digested};
use crate::data::split::{self, Dealer};
use crate::id::Name;
use crate::recipe::dataset::{CleanStep, Dataset, PiiKind, SplitName};
use crate::record::report::{DatasetReport, Dropped, SplitReport, StepReport};

/// What is to be prepared.
pub struct Job<'a> {
    /// The dataset's name.
    pub name: &'a Name,
    /// What to do.
    pub dataset: &'a Dataset,
    /// The seed of the split.
    pub seed: u64,
    /// The files of its source.
    pub files: &'a [Digested],
}

/// Prepared records by split, and what was done to them.
pub type Made = (BTreeMap<SplitName, Vec<Record>>, DatasetReport);

/// Prepares a dataset; `go_on` is told how many of how many pieces of work are done.
///
/// Returns `None` when `go_on` says no.
///
/// # Errors
/// When files cannot be read, too many rows are bad, a step cannot do its work, or nothing is left for a split.
pub fn prepare(job: &Job<'_>, mut go_on: impl FnMut(u64, u64) -> bool) -> Result<Option<Made>, DataError> {
    let mut report = DatasetReport {
        files: job.files.len() as u64,
        source_bytes: job.files.iter().map(|file| file.bytes).sum(),
        ..DatasetReport::default()
    };
    let n_steps = job.dataset.clean.len() as u64 + 1;
    let mut records = read(job, &mut report)?;
    for (i, step) in job.dataset.clean.iter().enumerate() {
        if !go_on(i as u64 + 1, n_steps) {
            return Ok(None);
        }
        let cleaned = apply(step, records)?;
        records = cleaned.0;
        report.steps.push(cleaned.1);
    }
    let mut dealer = Dealer::new(&job.dataset.split, job.seed)?;
    if dealer.needs_census() {
        let mut census = dealer.census();
        records.iter().for_each(|record| census.add(record));
        dealer = census.dealer();
    }
    let mut splits: BTreeMap<_, Vec<_>> = SplitName::ALL.into_iter().map(|name| (name, Vec::new())).collect();
    if records.is_empty() {
        return Err(DataError::NothingLeft { dataset: job.name.clone() });
    }
    records.into_iter().for_each(|record| splits.entry(dealer.deal(&record)).or_default().push(record));
    for (name, records) in &splits {
        let bytes = records.iter().map(Record::bytes).sum();
        report.splits.insert(*name, SplitReport { records: records.len() as u64, bytes });
    }
    match split::starved(&job.dataset.split, |name| report.splits[&name].records) {
        Some(split) => Err(DataError::EmptySplit { dataset: job.name.clone(), split }),
        None => Ok(Some((splits, report))),
    }
}

fn read(job: &Job<'_>, report: &mut DatasetReport) -> Result<Vec<Record>, DataError> {
    let Dataset { source, extract, .. } = job.dataset;
    let most = job.dataset.bad_rows_let_pass();
    let extractor = extract::prepare(extract.as_ref(), source)?;
    let mut step = StepReport::default();
    let mut records = Vec::new();
    for Digested { file, .. } in job.files {
        source::read(source, file, &mut |row| {
            let made = row.and_then(|row| {
                let line = row.line;
                step.records_in += 1;
                let whole = |reason| crate::data::BadRow { path: file.path.clone(), line, column: None, reason };
                extractor.records(row, &mut step.counts).map_err(whole)
            });
            match made {
                Ok(made) => records.extend(made),
                Err(bad) if report.bad_rows < most => {
                    report.bad_rows += 1;
                    report.bad_row_samples.push(bad.to_string());
                }
                Err(first) => {
                    return Err(DataError::BadRows { first, n: report.bad_rows + 1, most });
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    if let Some(extract) = extract {
        step.step = extract.word().to_owned();
        step.bytes_in = report.source_bytes;
        step.records_out = records.len() as u64;
        step.bytes_out = records.iter().map(Record::bytes).sum();
        report.steps.push(step);
    }
    Ok(records)
}

fn apply(step: &CleanStep, records: Vec<Record>) -> Result<(Vec<Record>, StepReport), DataError> {
    let mut counts = Counts::new();
    let mut report = StepReport {
        step: step.word().to_owned(),
        records_in: records.len() as u64,
        bytes_in: records.iter().map(Record::bytes).sum(),
        ..StepReport::default()
    };
    let before = records.clone();
    let fates = match clean::prepare(step)? {
        Prepared::Each(step) => step.batch(records, &mut counts)?,
        Prepared::Exact => {
            let mut seen = HashSet::new();
            let fate = |record: Record| match seen.insert(dedup_exact::key(&record)) {
                true => Fate::Keep(record),
                false => Fate::Drop { record, reason: "duplicate" },
            };
            records.into_iter().map(fate).collect()
        }
        Prepared::Near { threshold } => dedup_near::fates(records, threshold),
    };
    let mut kept = Vec::new();
    for (fate, before) in fates.into_iter().zip(before) {
        match fate {
            Fate::Keep(record) => {
                report.changed += u64::from(record != before);
                kept.push(record);
            }
            Fate::Drop { record, reason } => {
                *report.reasons.entry(reason.to_owned()).or_default() += 1;
                if report.samples.len() < 5 {
                    let text: String = record.texts().collect::<Vec<_>>().join(" ").chars().take(200).collect();
                    let text = clean::redact_pii::redact(&text, &PiiKind::all()).0;
                    report.samples.push(Dropped { record: record.id, reason: reason.to_owned(), text });
                }
            }
        }
    }
    report.records_out = kept.len() as u64;
    report.bytes_out = kept.iter().map(Record::bytes).sum();
    report.counts = counts;
    Ok((kept, report))
}
