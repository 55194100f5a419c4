//! Classifiers: whether there are labels, and whether what is asked of a model is what it can do.

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::evaluation::GateRule;
use crate::recipe::measured::Measured;
use crate::recipe::model::{Adapter, Model};
use crate::recipe::objective::Objective;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::{Field, Parts};

/// Looks at every classifier, and at what is asked of the models.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    for (name, model) in parts.models.into_iter().flatten() {
        if model.classification().is_some() {
            labels(reader, parts, name, model);
        }
        if model.train.objective.has_own_layers() {
            adapter(reader, parts, name, model);
        }
    }
    gates(reader, parts);
    samples(reader, parts);
}

pub(super) fn told(reader: &mut Reader, code: Code, field: &Field, message: String, hint: &str) {
    reader.problem_of(code, field.place, &field.path, message, Some(hint.to_owned()));
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
pub(super) const LABELS: &str = "take a source whose rows have a label; text files have none";

/// Returns whether a dataset has no labels, as far as the recipe tells.
pub(super) fn has_none(parts: &Parts<'_>, dataset: &Name) -> bool {
    let dataset = parts.datasets.and_then(|datasets| datasets.get(dataset));
    dataset.and_then(|dataset| dataset.has_labels()) == Some(false)
}

/// The layers of an objective are no part of the files that hold a kept adapter.
fn adapter(reader: &mut Reader, parts: &Parts<'_>, name: &Name, model: &Model) {
    let Some(Adapter::Lora { parent, .. }) = &model.adapter else { return };
    let is_kept = model.adapter.as_ref().is_some_and(Adapter::is_kept);
    let (who, layers) = match model.classification() {
        Some(_) => ("a classifier", "the layer over the classes is trained whole beside it"),
        None => ("a model with layers of its objective", "these layers are trained whole beside it"),
    };
    if is_kept {
        let field = parts.field(&["models", name.as_str(), "adapter", "then"]);
        let message = format!("the adapter of {who} cannot be kept beside its weights");
        let hint = format!("leave it out: the adapter is added to the weights, and {layers}");
        told(reader, Code::ConflictingKeys, &field, message, &hint);
    }
    if let Some(word) = parent.filter(|parent| !parent.is_merge()) {
        let field = parts.field(&["models", name.as_str(), "adapter", "parent"]);
        let message = format!("{who} cannot `{}` what its parent kept", word.word());
        told(reader, Code::ConflictingKeys, &field, message, "`parent: merge` adds it to the weights first");
    }
}

/// A gate looks at numbers; there are none of pairs that make no sense.
fn gates(reader: &mut Reader, parts: &Parts<'_>) {
    let (Some(models), Some(evaluations)) = (parts.models, parts.evaluations) else { return };
    let mut problems = Vec::new();
    {
        let measured = Measured::of(models, reader.imports.all(), parts.datasets);
        for (i, gate) in parts.gates.into_iter().flatten().enumerate() {
            let Some(evaluation) = evaluations.get(&gate.evaluation) else { continue };
            let is_measured = |name: &Name| {
                let own = models.get(name).map(|model| measured.can_be(model, evaluation));
                let imported = || Some(measured.is(reader.imports.get(name)?, evaluation));
                own.or_else(imported).unwrap_or(true)
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
        | GateRule::MaxForgottenPercent { .. }
        | GateRule::AtMost { .. }
        | GateRule::AtLeast { .. } => "than",
    }
}

fn samples(reader: &mut Reader, parts: &Parts<'_>) {
    for (name, sample) in parts.samples.into_iter().flatten() {
        let model = parts.models.and_then(|models| models.get(&sample.model));
        if let Some(Objective::MaskedLm(_)) = model.map(|model| &model.train.objective) {
            if !["[MASK]", "<|mask|>", "<mask>"].iter().any(|mask| sample.prompt.contains(mask)) {
                let field = parts.field(&["samples", name.as_str(), "prompt"]);
                let message = format!("`{}` fills in what is hidden, and nothing is", sample.model);
                told(reader, Code::NotMeasured, &field, message, "write `[MASK]` where it is to fill in");
            }
            continue;
        }
        if let Some(model) = model.filter(|model| !model.train.objective.writes()) {
            let field = parts.field(&["samples", name.as_str(), "model"]);
            let message = match model.classification() {
                Some(_) => format!("`{}` is a classifier, and writes no text", sample.model),
                None => format!("`{}` learns `{}`, and writes no text", sample.model, model.train.objective.word()),
            };
            told(reader, Code::NotMeasured, &field, message, "let a language model of the recipe write");
        }
    }
}
