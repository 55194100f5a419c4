//! The tokenizer stage: a byte-level vocabulary from the training splits of datasets.

use crate::data::tokenizer::{self, Budget, Corpus};
use crate::data::{DataError, Record};
use crate::plan::Work;
use crate::recipe::dataset::SplitName;
use crate::record::FailureClass;
use crate::worker::dataset::progress;
use crate::worker::failure::Failure;
use crate::worker::records;
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
    // The texts are read twice: how large a sample of them fits the budget is known only behind them.
    let mut bytes = 0;
    for (i, dataset) in datasets.iter().enumerate() {
        for records in records::batches(task, dataset, SplitName::Train)? {
            let records = records?;
            bytes += records.iter().flat_map(|record| record.texts()).map(|text| text.len() as u64).sum::<u64>();
            if task.is_stopping() {
                return Ok(());
            }
        }
        progress(task, i as u64 + 1, datasets.len() as u64, "datasets")?;
    }
    let batches = datasets.iter().map(|dataset| records::batches(task, dataset, SplitName::Train));
    let batches = batches.collect::<Result<Vec<_>, _>>()?;
    let texts = batches.into_iter().flatten().flat_map(texts);
    let bytes = tokenizer::train(work.tokenizer.vocab_size(), Corpus { bytes, texts }, Budget::default())?;
    let vocab_size = tokenizer::load(&bytes)?.vocab_size();
    if vocab_size < work.tokenizer.vocab_size() {
        task.emit.note(format!("the text of `{}` is enough for {vocab_size} tokens only", work.name))?;
    }
    task.output("tokenizer.json", &bytes)
}

/// Returns the texts of a batch of records, or what was wrong with it.
fn texts(records: Result<Vec<Record>, DataError>) -> Vec<Result<String, DataError>> {
    match records {
        Ok(records) => records.iter().flat_map(|record| record.texts()).map(|text| Ok(text.to_owned())).collect(),
        Err(error) => vec![Err(error)],
    }
}
