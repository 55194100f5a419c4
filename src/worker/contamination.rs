//! The contamination stage: the training split of a dataset is looked through for the data of the evaluations.

use crate::data::contamination::{Findings, Search, Wanted, search};
use crate::id::{StageId, StageKind};
use crate::plan::work::{ContaminationWork, Evaluated};
use crate::record::ContaminationReport;
use crate::worker::dataset::progress;
use crate::worker::failure::Failure;
use crate::worker::task::Task;

const MEGABYTE: u64 = 1_000_000;

/// Looks for the splits of the task in the training split of its dataset; outputs `contamination.json`.
///
/// A task that is asked to stop ends early, without outputs.
///
/// # Errors
/// When an input is missing or damaged.
pub fn run(task: &mut Task, work: &ContaminationWork) -> Result<(), Failure> {
    let ContaminationWork { dataset, evaluated, ngram, threshold } = work;
    let training = task.input_file(&StageId::new(StageKind::Dataset, dataset), "train.jsonl")?;
    let wanted = evaluated.iter().map(|split| wanted(task, split)).collect::<Result<Vec<_>, _>>()?;
    let how = Search { ngram: *ngram as usize, threshold: *threshold };
    let mut told = Ok(());
    let found = search(&how, &wanted, &training.path, |n_bytes| {
        told = progress(task, n_bytes / MEGABYTE, training.bytes.max(n_bytes) / MEGABYTE, "MB");
        told.is_ok() && !task.is_stopping()
    })?;
    told?;
    let Some(Findings { records, splits }) = found else { return Ok(()) };
    let report =
        ContaminationReport { dataset: dataset.clone(), records, ngram: *ngram, threshold: *threshold, splits };
    task.output("contamination.json", &serde_json::to_vec(&report).expect("a report serializes"))
}

fn wanted(task: &Task, split: &Evaluated) -> Result<Wanted, Failure> {
    let Evaluated { dataset, split, allowed_documents, allowed_texts } = split;
    let records = task.input_file(&StageId::new(StageKind::Dataset, dataset), &format!("{}.jsonl", split.word()))?;
    Ok(Wanted {
        dataset: dataset.clone(),
        split: *split,
        path: records.path,
        allowed_documents: allowed_documents.clone(),
        allowed_texts: allowed_texts.clone(),
    })
}
