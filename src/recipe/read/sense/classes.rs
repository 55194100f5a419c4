//! Classifiers: whether there are labels, whether what is asked of a model is what it can do, and what can come from it.

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::evaluation::{Evaluation, GateRule, Metric};
use crate::recipe::measured::Measured;
use crate::recipe::model::{Adapter, Model};
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::{Field, Parts};

/// Looks at every classifier, and at what is asked of the models.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    for (name, model) in parts.models.into_iter().flatten() {
        descent(reader, parts, name, model);
        if model.classification().is_some() {
            labels(reader, parts, name, model);
            adapter(reader, parts, name, model);
        }
    }
    measurements(reader, parts);
    gates(reader, parts);
    samples(reader, parts);
}

fn told(reader: &mut Reader, code: Code, field: &Field, message: String, hint: &str) {
    reader.problem_of(code, field.place, &field.path, message, Some(hint.to_owned()));
}

/// A classifier has no output layer that a language model could take from it.
fn descent(reader: &mut Reader, parts: &Parts<'_>, name: &Name, model: &Model) {
    let (None, Some(base)) = (model.classification(), &model.base) else { return };
    let tells_classes = match parts.models.and_then(|models| models.get(base)) {
        Some(parent) => parent.classification().is_some(),
        None => reader.imports.get(base).is_some_and(|import| import.classification.is_some()),
    };
    if tells_classes {
        let field = parts.field(&["models", name.as_str(), "base"]);
        let message = format!("`{base}` is a classifier, and `{name}` is to write text");
        let hint = "start from the language model the classifier came from, or make a classifier of this model too";
        told(reader, Code::ConflictingKeys, &field, message, hint);
    }
}

fn labels(reader: &mut Reader, parts: &Parts<'_>, name: &Name, model: &Model) {
    for share in &model.train.data {
        if has_none(parts, &share.dataset) {
            let field = parts.field(&["models", name.as_str(), "train", "data"]);
            let message = format!("`classification` expects records with labels, and `{}` has none", share.dataset);
            told(reader, Code::NoLabels, &field, message, LABELS);
        }
    }
}

/// Where labels come from.
const LABELS: &str = "take a source whose rows have a label; text files have none";

fn has_none(parts: &Parts<'_>, dataset: &Name) -> bool {
    let dataset = parts.datasets.and_then(|datasets| datasets.get(dataset));
    dataset.and_then(|dataset| dataset.has_labels()) == Some(false)
}

/// The layer over the classes is no part of the files that hold a kept adapter.
fn adapter(reader: &mut Reader, parts: &Parts<'_>, name: &Name, model: &Model) {
    let Some(Adapter::Lora { parent, .. }) = &model.adapter else { return };
    let is_kept = model.adapter.as_ref().is_some_and(Adapter::is_kept);
    let hint =
        "leave it out: the adapter is added to the weights, and the layer over the classes is trained whole beside it";
    if is_kept {
        let field = parts.field(&["models", name.as_str(), "adapter", "then"]);
        let message = "the adapter of a classifier cannot be kept beside its weights".to_owned();
        told(reader, Code::ConflictingKeys, &field, message, hint);
    }
    if let Some(word) = parent.filter(|parent| !parent.is_merge()) {
        let field = parts.field(&["models", name.as_str(), "adapter", "parent"]);
        let message = format!("a classifier cannot `{}` what its parent kept", word.word());
        told(reader, Code::ConflictingKeys, &field, message, "`parent: merge` adds it to the weights first");
    }
}

/// What measures nothing, and what measures classes where there are no labels.
fn measurements(reader: &mut Reader, parts: &Parts<'_>) {
    let Some(models) = parts.models.filter(|models| !models.is_empty()) else { return };
    let measured = Measured::of(models, reader.imports.all());
    let mut problems = Vec::new();
    for (name, evaluation) in parts.evaluations.into_iter().flatten() {
        let mut by: Vec<&Model> = models.values().filter(|model| measured.is_of(model, evaluation)).collect();
        let of_point = |model: &&Model| {
            crate::recipe::variant::Variant::agree(model.variant.as_ref(), evaluation.variant.as_ref())
        };
        if by.is_empty() && models.values().any(|model| of_point(&model)) {
            let field = parts.field(&["evaluations", name.as_str(), "metric"]);
            let (message, hint) = nothing(evaluation);
            problems.push((Code::NotMeasured, field, message, hint));
        }
        by.retain(|model| model.classification().is_some());
        if !by.is_empty() && has_none(parts, &evaluation.dataset) {
            let field = parts.field(&["evaluations", name.as_str(), "data"]);
            let message = format!(
                "`{}` of classes expects labels, and `{}` has none",
                evaluation.metric.word(),
                evaluation.dataset
            );
            problems.push((Code::NoLabels, field, message, LABELS));
        }
    }
    problems.into_iter().for_each(|(code, field, message, hint)| told(reader, code, &field, message, hint));
}

fn nothing(evaluation: &Evaluation) -> (String, &'static str) {
    let word = evaluation.metric.word();
    match evaluation.metric {
        Metric::Loss | Metric::Perplexity => (
            format!("`{word}` measures language models, and the recipe has none"),
            "classifiers are measured by `accuracy` or `macro-f1`",
        ),
        Metric::Accuracy | Metric::MacroF1 => (
            format!("`{word}` measures no classifier of the recipe"),
            "a classifier is measured on data with its own classes",
        ),
    }
}

/// A gate looks at numbers; there are none of pairs that make no sense.
fn gates(reader: &mut Reader, parts: &Parts<'_>) {
    let (Some(models), Some(evaluations)) = (parts.models, parts.evaluations) else { return };
    let mut problems = Vec::new();
    {
        let measured = Measured::of(models, reader.imports.all());
        for (i, gate) in parts.gates.into_iter().flatten().enumerate() {
            let Some(evaluation) = evaluations.get(&gate.evaluation) else { continue };
            let is_measured = |name: &Name| {
                let own = models.get(name).map(Model::classification);
                let imported = || reader.imports.get(name).map(|import| import.classification.as_ref());
                own.or_else(imported).is_none_or(|classification| measured.is(classification, evaluation))
            };
            let keyed = gate.rule.than().map(|than| (than_key(&gate.rule), than));
            let named = [Some(("model", &gate.model)), keyed].into_iter().flatten();
            for (key, model) in named.filter(|(_, model)| !is_measured(model)) {
                let field = parts.field(&["gates", &i.to_string(), key]);
                let message = format!("`{model}` is not measured by `{}`", gate.evaluation);
                let word = evaluation.metric.word();
                problems.push((field, message, format!("`{word}` is none of what the model does; the evaluations of a classifier are `accuracy` and `macro-f1` on its own classes")));
            }
        }
    }
    problems.into_iter().for_each(|(field, message, hint)| told(reader, Code::NotMeasured, &field, message, &hint));
}

fn than_key(rule: &GateRule) -> &'static str {
    match rule {
        GateRule::LessThan { .. } => "less-than",
        GateRule::GreaterThan { .. } => "greater-than",
        GateRule::MinBetterPercent { .. }
        | GateRule::MaxWorsePercent { .. }
        | GateRule::AtMost { .. }
        | GateRule::AtLeast { .. } => "than",
    }
}

fn samples(reader: &mut Reader, parts: &Parts<'_>) {
    for (name, sample) in parts.samples.into_iter().flatten() {
        let model = parts.models.and_then(|models| models.get(&sample.model));
        if model.is_some_and(|model| model.classification().is_some()) {
            let field = parts.field(&["samples", name.as_str(), "model"]);
            let message = format!("`{}` is a classifier, and writes no text", sample.model);
            told(reader, Code::NotMeasured, &field, message, "let a language model of the recipe write");
        }
    }
}
