//! The dataset stage: source files become cleaned records, dealt to splits.

use std::collections::BTreeMap;
use std::path::Path;

use crate::data::record::to_lines;
use crate::data::source::{self, Document, SourceFile};
use crate::data::{DataError, Record, clean, extract, split};
use crate::error::{Exit, Explain as _};
use crate::plan::Work;
use crate::plan::work::DatasetWork;
use crate::record::report::{DatasetReport, SplitReport};
use crate::record::{FailureClass, Progress};
use crate::worker::failure::Failure;
use crate::worker::task::Task;

/// Reads, cleans and splits a dataset; outputs a JSON Lines file for each split, and `report.json`.
///
/// A task that is asked to stop ends early, without outputs.
///
/// # Errors
/// When files cannot be read or changed since the plan was made, or nothing is left of them.
pub fn run(task: &mut Task) -> Result<(), Failure> {
    let Work::Dataset(work) = task.spec.work.clone() else {
        return Err(Failure::new(FailureClass::Bug, "the spec is not about a dataset"));
    };
    let files = source::list(&work.dataset.source, Path::new("/"))?;
    let Some(documents) = read(task, &work, &files)? else { return Ok(()) };
    let mut report = DatasetReport {
        files: documents.len() as u64,
        source_bytes: documents.iter().map(|document| document.text.len() as u64).sum(),
        steps: Vec::new(),
        splits: BTreeMap::new(),
    };
    let (mut records, step) = extract::extract(work.dataset.extract.as_ref(), documents);
    report.steps.extend(step);
    for step in &work.dataset.clean {
        if task.is_stopping() {
            return Ok(());
        }
        let cleaned = clean::apply(step, records);
        records = cleaned.0;
        report.steps.push(cleaned.1);
        progress(task, report.steps.len() as u64, work.dataset.clean.len() as u64, "steps")?;
    }
    write(task, &work, records, report)
}

fn read(task: &mut Task, work: &DatasetWork, files: &[SourceFile]) -> Result<Option<Vec<Document>>, Failure> {
    let total = files.len() as u64;
    let mut told = Ok(());
    let read = source::read(files, |done| {
        told = progress(task, done as u64, total, "files");
        told.is_ok() && !task.is_stopping()
    })?;
    told?;
    let Some((documents, state)) = read else { return Ok(None) };
    if state.digest == work.source_digest {
        return Ok(Some(documents));
    }
    let message = format!("the files of dataset `{}` changed since the plan was made", work.name);
    Err(Failure::new(FailureClass::BadInput, message).with_hint("run again: a new plan takes the files as they are"))
}

fn write(task: &mut Task, work: &DatasetWork, records: Vec<Record>, mut report: DatasetReport) -> Result<(), Failure> {
    let splits = split::deal(&work.name, &work.dataset.split, work.seed, records)?;
    if task.is_stopping() {
        return Ok(());
    }
    for (name, records) in &splits {
        let bytes = records.iter().map(Record::bytes).sum();
        report.splits.insert(*name, SplitReport { records: records.len() as u64, bytes });
        task.output(&format!("{}.jsonl", name.word()), &to_lines(records))?;
    }
    task.output("report.json", &json(&report))
}

/// Tells how far a data stage is.
pub(super) fn progress(task: &mut Task, done: u64, total: u64, unit: &str) -> Result<(), Failure> {
    task.emit.progress(Progress { done, total, unit: unit.to_owned(), ..Progress::default() })
}

/// Returns a report as JSON a person can read.
pub(super) fn json(report: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(report).expect("a report serializes");
    bytes.push(b'\n');
    bytes
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        if let DataError::Io { path, source } = &error {
            return Self::io(path, source);
        }
        let class = match error.exit() {
            Exit::BadInput => FailureClass::BadInput,
            Exit::Integrity => FailureClass::Integrity,
            Exit::Resources => FailureClass::Resources,
            Exit::Conflict => FailureClass::Conflict,
            Exit::Done | Exit::Failed | Exit::Remote | Exit::Bug | Exit::Interrupted => FailureClass::Bug,
        };
        let failure = Self::new(class, error.to_string());
        match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}
