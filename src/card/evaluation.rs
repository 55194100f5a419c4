//! How the models of a lineage do, as the template shows it: means and spreads where trainings were repeated.

use serde::Serialize;

use crate::card::facts::{CardFacts, ModelValue};
use crate::card::number::{count, decimal, percent};
use crate::recipe::evaluation::Metric;

/// The values of a lineage on one evaluation.
#[derive(Debug, Serialize)]
pub(super) struct EvaluationView {
    name: String,
    what: String,
    values: Vec<String>,
    own: String,
}

/// What the values are the means of, where trainings were repeated.
#[derive(Debug, Serialize)]
pub(super) struct RepeatsView {
    count: String,
    pub(super) seeds: String,
    own: String,
}

/// Returns the models of the lineage and their values on every evaluation: what each tier gained and forgot.
pub(super) fn matrix(facts: &CardFacts) -> (Vec<String>, Vec<EvaluationView>) {
    let evaluations: Vec<_> = facts.evaluations.iter().filter(|evaluation| !evaluation.values.is_empty()).collect();
    let mut models: Vec<_> = Vec::new();
    for value in evaluations.iter().flat_map(|evaluation| &evaluation.values) {
        if !models.contains(&&value.model) {
            models.push(&value.model);
        }
    }
    let views = evaluations.iter().map(|evaluation| EvaluationView {
        name: evaluation.evaluation.to_string(),
        what: format!(
            "{} on {}/{}, {} is better",
            evaluation.metric.word(),
            evaluation.dataset,
            evaluation.split.word(),
            if evaluation.metric.lower_is_better() { "lower" } else { "higher" }
        ),
        values: models
            .iter()
            .map(|model| evaluation.values.iter().find(|value| value.model == **model))
            .map(|value| value.map_or("–".to_owned(), |value| measured_words(evaluation.metric, value)))
            .collect(),
        own: evaluation
            .values
            .iter()
            .find(|value| value.model == facts.model)
            .map_or("–".to_owned(), |value| metric_words(evaluation.metric, value.value)),
    });
    let views = views.collect();
    (models.into_iter().map(ToString::to_string).collect(), views)
}

/// Returns how often a model was trained and with which seeds, where that was more than once.
pub(super) fn repeats(facts: &CardFacts) -> Option<RepeatsView> {
    let (first, last) = (facts.seeds.first()?, facts.seeds.last()?);
    let view = RepeatsView {
        count: count(facts.seeds.len() as u64),
        seeds: format!("{first} to {last}"),
        own: first.to_string(),
    };
    (facts.seeds.len() > 1).then_some(view)
}

/// Returns a model's value, or the mean and the spread over its repeats.
fn measured_words(metric: Metric, value: &ModelValue) -> String {
    match (&value.repeats, metric) {
        (None, metric) => metric_words(metric, value.value),
        (Some(repeats), Metric::Loss | Metric::Perplexity) => repeats.words(decimal),
        (Some(repeats), Metric::Accuracy | Metric::MacroF1) => {
            format!("{} %", repeats.scaled(100.0).words(|value| format!("{value:.1}")))
        }
    }
}

fn metric_words(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Loss | Metric::Perplexity => decimal(value),
        Metric::Accuracy | Metric::MacroF1 => percent(value),
    }
}
