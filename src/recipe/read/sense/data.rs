//! Data that is not there: splits without records, pairs nobody makes.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::{Dataset, Extract, FileSet, SplitName};
use crate::recipe::read::letters;
use crate::recipe::read::node::shown;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::{Field, Parts, extraction, fields};
use crate::recipe::tokenizer::Tokenizer;
use crate::recipe::training::Objective;

/// Looks at what is done to the data, and at who uses which split.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    let Some(datasets) = parts.datasets else { return };
    mixes(reader, parts, datasets);
    for (name, dataset) in datasets {
        quotes(reader, parts, name, dataset);
        steps(reader, parts, name, dataset);
        extraction::judge(reader, parts, name, dataset);
        fields::judge(reader, parts, name, dataset);
    }
    for (name, tokenizer) in parts.tokenizers.into_iter().flatten() {
        tokenized(reader, parts, name, tokenizer, datasets);
    }
    measured(reader, parts, datasets);
    learnt(reader, parts, datasets);
}

/// Datasets that mix each other in a circle have no first one.
fn mixes(reader: &mut Reader, parts: &Parts<'_>, datasets: &BTreeMap<Name, Dataset>) {
    for name in datasets.keys() {
        let (mut seen, mut open) = (BTreeSet::new(), vec![name]);
        while let Some(next) = open.pop() {
            let below = datasets.get(next).into_iter().flat_map(|dataset| dataset.source.mixed());
            open.extend(below.map(|(below, _)| below).filter(|below| seen.insert(*below)));
        }
        if seen.contains(name) {
            let field = parts.field(&["datasets", name.as_str(), "source", "of"]);
            let message = format!("`{name}` is mixed of itself");
            let hint = Some("a mix takes the records of datasets that are there before it".to_owned());
            reader.problem_of(Code::Cycle, field.place, &field.path, message, hint);
            return;
        }
    }
}

/// What evaluations read has to be there, and to be a row at least.
fn measured(reader: &mut Reader, parts: &Parts<'_>, datasets: &BTreeMap<Name, Dataset>) {
    let contexts = parts.models.into_iter().flatten().map(|(_, model)| model.architecture.context());
    let row = contexts.max().unwrap_or(0);
    for (name, evaluation) in parts.evaluations.into_iter().flatten() {
        let field = parts.field(&["evaluations", name.as_str(), "data"]);
        filled(reader, &field, datasets, &evaluation.dataset, evaluation.split, "is measured on");
        if evaluation.tokens > 0 && evaluation.tokens < u64::from(row) {
            let field = parts.field(&["evaluations", name.as_str(), "tokens"]);
            let message = format!("{} tokens are less than one row of `context` {row}", evaluation.tokens);
            let hint = "a whole row is read all the same; 0 reads everything".to_owned();
            reader.warn_of(Code::NoEffect, field.place, &field.path, message, Some(hint));
        }
    }
}

/// What models learn from has to be there, and to be of the kind that their objective learns from.
fn learnt(reader: &mut Reader, parts: &Parts<'_>, datasets: &BTreeMap<Name, Dataset>) {
    for (name, model) in parts.models.into_iter().flatten() {
        let field = parts.field(&["models", name.as_str(), "train", "data"]);
        for share in &model.train.data {
            filled(reader, &field, datasets, &share.dataset, SplitName::Train, "learns from");
            filled(reader, &field, datasets, &share.dataset, SplitName::Validation, "is validated on");
            let has_pairs = datasets.get(&share.dataset).is_none_or(has_pairs);
            if model.train.objective == Objective::Instruction && !has_pairs {
                let message = format!("`instruction` expects prompts with responses, and `{}` has none", share.dataset);
                let hint = "give the dataset an `extract` that makes pairs, or learn with `causal-lm`".to_owned();
                reader.problem_of(Code::NoPairs, field.place, &field.path, message, Some(hint));
            }
        }
    }
}

/// Returns whether a dataset may hold prompts with responses.
fn has_pairs(dataset: &Dataset) -> bool {
    let has_prepared = dataset.source.is_prepared() && dataset.extract.is_none();
    let has_rows = || dataset.extract.is_none() && dataset.source.may_hold_pairs();
    has_prepared || has_rows() || dataset.extract.as_ref().is_some_and(Extract::makes_pairs)
}

/// Quotes from a word processor are part of a pattern, and match nothing.
fn quotes(reader: &mut Reader, parts: &Parts<'_>, name: &Name, dataset: &Dataset) {
    let is_fetched = dataset.source.fetched().is_some();
    let read = dataset.source.fetched().unwrap_or(&dataset.source);
    let Some(FileSet { root, include, exclude, strip_components: _ }) = read.file_set() else { return };
    let root = [root.to_owned()];
    let lists = [("root", root.as_slice()), ("include", &include), ("exclude", exclude)];
    for (key, texts) in lists {
        for (i, text) in texts.iter().enumerate() {
            if let Some(hint) = letters::quoted(text) {
                let index = i.to_string();
                let mut keys = vec!["datasets", name.as_str(), "source"];
                keys.extend(is_fetched.then_some("read"));
                keys.push(key);
                keys.extend((key != "root").then_some(index.as_str()));
                let field = parts.field(&keys);
                let message = format!("the quotes belong to {}, and match only themselves", shown(text));
                reader.warn_of(Code::Odd, field.place, &field.path, message, Some(hint));
            }
        }
    }
}

/// A cleaning step that stands twice changes nothing the second time.
fn steps(reader: &mut Reader, parts: &Parts<'_>, name: &Name, dataset: &Dataset) {
    for (i, step) in dataset.clean.iter().enumerate() {
        if dataset.clean[..i].contains(step) {
            let field = parts.field(&["datasets", name.as_str(), "clean", &i.to_string()]);
            let message = format!("the step `{}` was already done with the same values", step.word());
            reader.warn_of(Code::SaidTwice, field.place, &field.path, message, Some("keep the first".to_owned()));
        }
    }
}

fn tokenized(
    reader: &mut Reader,
    parts: &Parts<'_>,
    name: &Name,
    tokenizer: &Tokenizer,
    datasets: &BTreeMap<Name, Dataset>,
) {
    let names = tokenizer.train_on();
    for (i, dataset) in names.iter().enumerate() {
        let field = parts.field(&["tokenizers", name.as_str(), "train-on", &i.to_string()]);
        filled(reader, &field, datasets, dataset, SplitName::Train, "is trained on");
        if names[..i].contains(dataset) {
            let message = format!("`{dataset}` stands here twice, and counts twice");
            reader.warn_of(Code::SaidTwice, field.place, &field.path, message, Some("keep one of them".to_owned()));
        }
    }
}

/// Refuses to use a split that gets no records.
fn filled(
    reader: &mut Reader,
    field: &Field,
    datasets: &BTreeMap<Name, Dataset>,
    dataset: &Name,
    split: SplitName,
    used: &str,
) {
    let Some(Dataset { split: shares, .. }) = datasets.get(dataset) else { return };
    if !shares.fills(split) {
        let (subject, word) = (subject(&field.path), split.word());
        let message = format!("{subject} {used} the `{word}` split of `{dataset}`, whose share is 0");
        let hint = match shares.assign.is_empty() {
            true => format!("give it some: `split: {{ …, {word}: 0.01 }}`; the shares add up to 1"),
            false => {
                format!("assign it some: `assign: {{ …, {word}: [\"**/{word}*\"] }}`, or give it a share of the others")
            }
        };
        reader.problem_of(Code::EmptySplit, field.place, &field.path, message, Some(hint));
    }
}

/// Returns what a path is about: `` the model `general` ``.
fn subject(path: &str) -> String {
    let mut parts = path.split('.');
    let kind = parts.next().unwrap_or("").trim_end_matches('s');
    format!("the {kind} `{}`", parts.next().unwrap_or(""))
}
