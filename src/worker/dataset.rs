//! The dataset stage: source files become cleaned records, dealt to splits.

use std::path::Path;

use crate::data::DataError;
use crate::data::clean::dictionary;
use crate::data::prepare::{self, Job};
use crate::data::record::to_lines;
use crate::data::source;
use crate::error::{Exit, Explain as _};
use crate::plan::Work;
use crate::plan::work::DatasetWork;
use crate::record::{FailureClass, Progress};
use crate::worker::failure::Failure;
use crate::worker::task::Task;

const MEGABYTE: u64 = 1_000_000;

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
    let Some(files) = files(task, &work)? else { return Ok(()) };
    let job = Job { name: &work.name, dataset: &work.dataset, seed: work.seed, files: &files };
    let mut told = Ok(());
    let made = prepare::prepare(&job, |done, total| {
        told = progress(task, done, total, "steps");
        told.is_ok() && !task.is_stopping()
    })?;
    told?;
    let Some((splits, report)) = made else { return Ok(()) };
    for (name, records) in &splits {
        task.output(&format!("{}.jsonl", name.word()), &to_lines(records))?;
    }
    task.output("report.json", &json(&report))
}

/// Returns the files as the plan saw them.
fn files(task: &mut Task, work: &DatasetWork) -> Result<Option<Vec<source::Digested>>, Failure> {
    let mut told = Ok(());
    let files = source::digested(&work.dataset.source, Path::new("/"), |bytes| {
        told = progress(task, bytes / MEGABYTE, bytes / MEGABYTE, "MB");
        told.is_ok() && !task.is_stopping()
    })?;
    told?;
    let Some(files) = files else { return Ok(None) };
    let state = dictionary::with_files(source::state_of(&files), &work.dataset.clean, Path::new("/"))?;
    if state.digest == work.source_digest {
        return Ok(Some(files));
    }
    let message = format!("the files of dataset `{}` changed since the plan was made", work.name);
    Err(Failure::new(FailureClass::BadInput, message).with_hint("run again: a new plan takes the files as they are"))
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
