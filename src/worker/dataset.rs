//! The dataset stage: source files become cleaned records, dealt to splits.

use std::path::Path;

use crate::data::clean::dictionary;
use crate::data::feature;
use crate::data::prepare::{self, Feed, Job, TableFeed};
use crate::data::source;
use crate::data::table;
use crate::data::{DataError, Record};
use crate::error::{Exit, Explain as _};
use crate::id::{StageId, StageKind};
use crate::plan::Work;
use crate::plan::work::DatasetWork;
use crate::recipe::dataset::SplitName;
use crate::record::{FailureClass, Progress};
use crate::worker::by_model;
use crate::worker::failure::Failure;
use crate::worker::fetched;
use crate::worker::task::Task;
use crate::worker::told::Told;

const MEGABYTE: u64 = 1_000_000;

/// Fetches what lies elsewhere; reads, cleans and splits a dataset; outputs a table for each split, and `report.json`.
///
/// A task that is asked to stop ends early, without outputs.
///
/// # Errors
/// When files cannot be read or changed since the plan was made, or nothing is left of them.
pub fn run(task: &mut Task) -> Result<(), Failure> {
    let Work::Dataset(work) = task.spec.work.clone() else {
        return Err(Failure::new(FailureClass::Bug, "the spec is not about a dataset"));
    };
    let Some(work) = fetched::local(task, work)? else { return Ok(()) };
    let (files, tables);
    let feed = if work.dataset.source.is_prepared() {
        tables = feeds(task, &work)?;
        Feed::Tables(&tables)
    } else {
        let Some(found) = self::files(task, &work)? else { return Ok(()) };
        files = found;
        Feed::Files(&files)
    };
    let (kept, out) = (task.kept("prepared"), task.outputs());
    let by_model = by_model::steps(task, &work)?;
    let (name, dataset, by_model) = (&work.name, &work.dataset, &by_model);
    let (seed, fingerprint) = (work.seed, task.spec.fingerprint);
    let job = Job { name, dataset, seed, fingerprint, feed, by_model, kept: &kept, out: &out };
    let told = Told::new(task);
    let report = prepare::prepare(&job, &told);
    told.finish()?;
    let Some(report) = report? else { return Ok(()) };
    for split in SplitName::ALL {
        task.written(&format!("{}.parquet", split.word()))?;
    }
    if let Some(features) = &work.dataset.features {
        let mut splits = Vec::new();
        for name in SplitName::ALL {
            let table = table::read(&out.join(format!("{}.parquet", name.word())))?;
            splits.push((name, table.flat_map(each)));
        }
        for file in feature::write(&task.outputs(), features, splits)? {
            task.emit.output(&file.name, &file.path, file.digest, file.bytes)?;
        }
    }
    task.output("report.json", &json(&report))
}

/// Returns the records of a batch, or what is wrong with it.
fn each(batch: Result<Vec<Record>, DataError>) -> impl Iterator<Item = Result<Record, DataError>> {
    let (records, error) = match batch {
        Ok(records) => (records, None),
        Err(error) => (Vec::new(), Some(Err(error))),
    };
    records.into_iter().map(Ok).chain(error)
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

/// Returns the tables of the datasets a dataset is made of.
fn feeds(task: &Task, work: &DatasetWork) -> Result<Vec<TableFeed>, Failure> {
    let mut feeds = Vec::new();
    for (dataset, share) in work.dataset.source.mixed() {
        for split in SplitName::ALL {
            let stage = StageId::new(StageKind::Dataset, dataset);
            let table = task.input_file(&stage, &format!("{}.parquet", split.word()))?;
            let (path, digest) = (table.path, table.digest);
            feeds.push(TableFeed { dataset: dataset.clone(), split, share, path, digest });
        }
    }
    if let Some(tables) = &work.tables {
        for split in SplitName::ALL {
            let digest = tables.of(split);
            let path = task.artifact(digest)?;
            feeds.push(TableFeed { dataset: work.name.clone(), split, share: 1.0, path, digest });
        }
    }
    Ok(feeds)
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
