//! The tokenizer stage: a byte-level vocabulary from the training splits of datasets.

use crate::data::table;
use crate::data::tokenizer::{self, Budget};
use crate::id::{StageId, StageKind};
use crate::plan::Work;
use crate::record::FailureClass;
use crate::worker::dataset::progress;
use crate::worker::failure::Failure;
use crate::worker::task::Task;

/// Trains a tokenizer; outputs `tokenizer.json`.
///
/// A task that is asked to stop ends early, without outputs.
///
/// # Errors
/// When an input is damaged, or the texts are not enough to train on.
pub fn run(task: &mut Task) -> Result<(), Failure> {
    let Work::Tokenizer(work) = task.spec.work.clone() else {
        return Err(Failure::new(FailureClass::Bug, "the spec is not about a tokenizer"));
    };
    let datasets = work.tokenizer.train_on();
    let mut records = Vec::new();
    for (i, dataset) in datasets.iter().enumerate() {
        let table = task.input_file(&StageId::new(StageKind::Dataset, dataset), "train.parquet")?;
        records.extend(table::read_all(&table.path)?);
        progress(task, i as u64 + 1, datasets.len() as u64, "datasets")?;
        if task.is_stopping() {
            return Ok(());
        }
    }
    let texts: Vec<&str> = records.iter().flat_map(|record| record.texts()).collect();
    let bytes = tokenizer::train(work.tokenizer.vocab_size(), &texts, Budget::default())?;
    let vocab_size = tokenizer::load(&bytes)?.vocab_size();
    if vocab_size < work.tokenizer.vocab_size() {
        task.emit.note(format!("the text of `{}` is enough for {vocab_size} tokens only", work.name))?;
    }
    task.output("tokenizer.json", &bytes)
}
