//! The tokenizer stage: a vocabulary from the training splits of datasets, from a file, or behind another one.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::data::tokenizer::{self, Budget, Corpus, Role, Template};
use crate::data::{DataError, Record};
use crate::id::{Digest, Name};
use crate::plan::Work;
use crate::recipe::dataset::SplitName;
use crate::recipe::tokenizer::{ImportedFile, Tokenizer};
use crate::record::FailureClass;
use crate::worker::dataset::{json as lines, progress};
use crate::worker::failure::Failure;
use crate::worker::records;
use crate::worker::task::Task;

/// Makes a tokenizer; outputs `tokenizer.json` and `tokenizer_config.json`.
///
/// A task that is asked to stop ends early, without outputs.
///
/// # Errors
/// When an input is damaged, when a file is not what it was, and when the texts are not enough to train on.
pub fn run(task: &mut Task) -> Result<(), Failure> {
    let Work::Tokenizer(work) = task.spec.work.clone() else {
        return Err(Failure::new(FailureClass::Bug, "the spec is not about a tokenizer"));
    };
    let template = Template::of(work.tokenizer.chat_template())?;
    let bytes = match &work.tokenizer {
        Tokenizer::Import(file) => imported(file)?,
        Tokenizer::Extend(extended) => {
            let base = task.input(&task.spec.tokenizer_of(&extended.base), "tokenizer.json")?;
            let bytes = match extended.train_on.as_slice() {
                [] => None,
                datasets => match count(task, datasets)? {
                    Some(bytes) => Some(bytes),
                    None => return Ok(()),
                },
            };
            let texts = texts(task, &extended.train_on)?;
            let corpus = bytes.map(|bytes| Corpus { bytes, texts });
            tokenizer::extend(&base, extended, corpus, Budget::default())?
        }
        Tokenizer::ByteBpe(_)
        | Tokenizer::Bpe(_)
        | Tokenizer::WordPiece(_)
        | Tokenizer::Unigram(_)
        | Tokenizer::Character(_)
        | Tokenizer::Imported { .. } => {
            let datasets = work.tokenizer.train_on();
            let Some(bytes) = count(task, datasets)? else { return Ok(()) };
            let texts = texts(task, datasets)?;
            tokenizer::train(&work.tokenizer, Corpus { bytes, texts }, Budget::default())?
        }
    };
    let made = tokenizer::load(&bytes)?;
    if made.vocab_size() < work.tokenizer.vocab_size() {
        let vocab_size = made.vocab_size();
        task.emit.note(format!("the text of `{}` is enough for {vocab_size} tokens only", work.name))?;
    }
    task.output("tokenizer.json", &bytes)?;
    task.output("tokenizer_config.json", &lines(&config(&made, &template)))
}

/// Returns what Hugging Face's programs look for beside the vocabulary.
fn config(made: &tokenizer::Tokenizer, template: &Template) -> serde_json::Value {
    let text = |role| made.role(role).and_then(|id| made.text(id));
    json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "chat_template": template.text(),
        "eos_token": made.text(made.end_of_text()),
        "bos_token": text(Role::BeginOfText),
        "pad_token": text(Role::Pad),
        "unk_token": text(Role::Unknown),
    })
}

/// Returns the tokenizer in a file, as the plan saw it.
fn imported(file: &ImportedFile) -> Result<Vec<u8>, Failure> {
    let path = Path::new(&file.file);
    let bytes = fs::read(path).map_err(|error| Failure::io(path, &error))?;
    if Digest::of(&bytes) == file.digest {
        return Ok(bytes);
    }
    let message = format!("`{}` changed since the plan was made", file.file);
    Err(Failure::new(FailureClass::BadInput, message).with_hint("run again: a new plan takes the file as it is"))
}

/// Returns the bytes of the texts, or nothing when the task is asked to stop.
///
/// The texts are read twice: how large a sample of them fits the budget is known only behind them.
fn count(task: &mut Task, datasets: &[Name]) -> Result<Option<u64>, Failure> {
    let mut bytes = 0;
    for (i, dataset) in datasets.iter().enumerate() {
        for records in records::batches(task, dataset, SplitName::Train)? {
            let records = records?;
            bytes += records.iter().flat_map(|record| record.texts()).map(|text| text.len() as u64).sum::<u64>();
            if task.is_stopping() {
                return Ok(None);
            }
        }
        progress(task, i as u64 + 1, datasets.len() as u64, "datasets")?;
    }
    Ok(Some(bytes))
}

/// Returns the texts of the training splits.
fn texts(task: &Task, datasets: &[Name]) -> Result<impl Iterator<Item = Result<String, DataError>> + use<>, Failure> {
    let batches = datasets.iter().map(|dataset| records::batches(task, dataset, SplitName::Train));
    let batches = batches.collect::<Result<Vec<_>, _>>()?;
    Ok(batches.into_iter().flatten().flat_map(of_batch))
}

/// Returns the texts of a batch of records, or what was wrong with it.
fn of_batch(records: Result<Vec<Record>, DataError>) -> Vec<Result<String, DataError>> {
    match records {
        Ok(records) => records.iter().flat_map(|record| record.texts()).map(|text| Ok(text.to_owned())).collect(),
        Err(error) => vec![Err(error)],
    }
}
