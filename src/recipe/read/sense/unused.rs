//! What a recipe says and nothing uses, and models that nothing measures.
//!
//! What another recipe says, which this one extends, is not this one's business.

use std::collections::BTreeSet;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::measured::{Measured, skill};
use crate::recipe::metric::{Metric, Skill};
use crate::recipe::model::Model;
use crate::recipe::objective::Objective;
use crate::recipe::problem::listed;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;

/// Looks for what is left over.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    let (Some(datasets), Some(tokenizers), Some(models), Some(evaluations)) =
        (parts.datasets, parts.tokenizers, parts.models, parts.evaluations)
    else {
        return;
    };
    // A recipe that only prepares data makes it for others.
    if models.is_empty() {
        return;
    }
    let trained = models.values().flat_map(|model| model.train.data.iter().map(|share| &share.dataset));
    let tokenized = tokenizers.values().flat_map(|tokenizer| tokenizer.train_on());
    let measured = evaluations.values().map(|evaluation| &evaluation.dataset);
    let mixed = datasets.values().flat_map(|dataset| dataset.source.mixed().map(|(name, _)| name));
    let used: BTreeSet<&Name> = trained.chain(tokenized).chain(measured).chain(mixed).collect();
    let uses = "no tokenizer, no model, no evaluation and no other dataset uses it";
    datasets
        .keys()
        .filter(|name| !used.contains(name))
        .for_each(|name| left_over(reader, parts, "datasets", name, uses));
    let extended = tokenizers.values().filter_map(|tokenizer| tokenizer.base());
    let used: BTreeSet<&Name> = models.values().filter_map(|model| model.tokenizer.as_ref()).chain(extended).collect();
    let unused = tokenizers.keys().filter(|name| !used.contains(name));
    unused.for_each(|name| left_over(reader, parts, "tokenizers", name, "no model uses it"));
    let measured = Measured::of(models, reader.imports.all(), parts.datasets);
    let is_measured = |model: &Model| evaluations.values().any(|evaluation| measured.is_of(model, evaluation));
    if evaluations.is_empty() {
        let field = parts.field(&["models"]);
        let hint = Some("such as `evaluations: { ppl: { metric: perplexity, data: prose/test } }`".to_owned());
        reader.warn_of(Code::NotEvaluated, field.place, "models", "no evaluation measures these models", hint);
        return;
    }
    let left: Vec<_> = models.iter().filter(|(_, model)| !is_measured(model)).collect();
    for (name, model) in left {
        let field = parts.field(&["models", name.as_str()]);
        let hint = Some(match (model.classification(), &model.variant) {
            (Some(_), _) => {
                "a classifier is measured by an `accuracy` or a `macro-f1`, on data with its classes".to_owned()
            }
            (None, Some(_)) => "the evaluations belong to other points of the matrix".to_owned(),
            (None, None) => usual(&model.train.objective),
        });
        let message = format!("no evaluation measures `{name}`");
        reader.warn_of(Code::NotEvaluated, field.place, &field.path, message, hint);
    }
}

/// Says by what a model that tells no classes is measured.
fn usual(objective: &Objective) -> String {
    let skill = skill(objective);
    if matches!(skill, Skill::Language | Skill::Filling) {
        return "a language model is measured by a `loss` or a `perplexity`".to_owned();
    }
    let of_skill = Metric::ALL.into_iter().filter(|metric| metric.is_of(skill) && !metric.is_of_machine());
    format!("a model that learns `{}` is measured by {}", objective.word(), listed(of_skill.map(Metric::word)))
}

fn left_over(reader: &mut Reader, parts: &Parts<'_>, section: &str, name: &Name, why: &str) {
    if let Some(place) = parts.own_name(section, name) {
        let (path, message) = (format!("{section}.{name}"), format!("`{name}` is not used"));
        reader.warn_of(Code::Unused, place, &path, message, Some(format!("{why}: leave it out")));
    }
}
