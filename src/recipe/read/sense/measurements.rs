//! Evaluations: what measures nothing and why, and what measures labels where there are none.

use crate::recipe::code::Code;
use crate::recipe::evaluation::Evaluation;
use crate::recipe::measured::Measured;
use crate::recipe::metric::Skill;
use crate::recipe::model::Model;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;
use crate::recipe::read::sense::classes::{LABELS, has_none, told};
use crate::recipe::robustness::Perturbation;
use crate::recipe::variant::Variant;

/// What measures nothing, and what measures classes where there are no labels.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    let Some(models) = parts.models.filter(|models| !models.is_empty()) else { return };
    let measured = Measured::of(models, reader.imports.all(), parts.datasets);
    let mut problems = Vec::new();
    for (name, evaluation) in parts.evaluations.into_iter().flatten() {
        let mut by: Vec<&Model> = models.values().filter(|model| measured.is_of(model, evaluation)).collect();
        let of_point = |model: &&Model| Variant::agree(model.variant.as_ref(), evaluation.variant.as_ref());
        if by.is_empty() && models.values().any(|model| of_point(&model)) {
            let field = parts.field(&["evaluations", name.as_str(), "metric"]);
            // It is the spoiling or the data where it would measure one without that.
            let plain = Evaluation { robustness: None, ..evaluation.clone() };
            let wherever = Measured::of(models, reader.imports.all(), None);
            let (message, hint) = if models.values().any(|model| measured.is_of(model, &plain)) {
                spoils_nothing(evaluation)
            } else if models.values().any(|model| wherever.is_of(model, evaluation)) {
                reads_nothing(evaluation)
            } else {
                nothing(evaluation)
            };
            problems.push((Code::NotMeasured, field, message, hint));
        }
        let Evaluation { metric, dataset, .. } = evaluation;
        // What says something of the machine needs no labels.
        by.retain(|model| metric.needs_labels() || model.classification().is_some() && !metric.is_of_machine());
        if !by.is_empty() && has_none(parts, dataset) {
            let field = parts.field(&["evaluations", name.as_str(), "data"]);
            let of = if metric.needs_labels() { "" } else { " of classes" };
            let message = format!("`{}`{of} expects labels, and `{dataset}` has none", metric.word());
            problems.push((Code::NoLabels, field, message, LABELS.to_owned()));
        }
    }
    problems.into_iter().for_each(|(code, field, message, hint)| told(reader, code, &field, message, &hint));
}

fn spoils_nothing(evaluation: &Evaluation) -> (String, String) {
    let what = match evaluation.robustness.as_ref().is_some_and(Perturbation::is_of_features) {
        true => "pictures and sounds",
        false => "texts",
    };
    let message =
        format!("`robustness` spoils {what}, and `{}` measures no model that reads them", evaluation.metric.word());
    let hint = "`noise` and `shift` are of models that read pictures or sounds, the others of models that read texts alone; \
                generators and autoencoders have no `robustness`";
    (message, hint.to_owned())
}

fn reads_nothing(evaluation: &Evaluation) -> (String, String) {
    let (word, dataset) = (evaluation.metric.word(), &evaluation.dataset);
    let message = format!("no model that `{word}` measures reads what `{dataset}` has");
    let hint = "networks of pictures and sounds read the `features` of a dataset, in the shape of their `input`; others read its texts";
    (message, hint.to_owned())
}

fn nothing(evaluation: &Evaluation) -> (String, String) {
    let word = evaluation.metric.word();
    let (is_of_classes, is_of_language) =
        (evaluation.metric.is_of(Skill::Classes), evaluation.metric.is_of(Skill::Language));
    match &evaluation.task {
        Some(task) => (
            format!("a task of type `{}` measures language models, and the recipe has none", task.word()),
            "let a language model of the recipe answer, or leave `task` out".to_owned(),
        ),
        None if is_of_language && !is_of_classes => (
            format!("`{word}` measures language models, and the recipe has none"),
            "classifiers are measured by `accuracy` or `macro-f1`".to_owned(),
        ),
        None if is_of_classes => (
            format!("`{word}` measures no classifier of the recipe"),
            "a classifier is measured on data with its own classes".to_owned(),
        ),
        None => (
            format!("`{word}` measures no model of the recipe"),
            format!("it is measured of {}", evaluation.metric.measured_of()),
        ),
    }
}
