//! How the models of a lineage do, as the template shows it: means and spreads where trainings were repeated.

use serde::Serialize;

use crate::analysis::forgetting::{Change, cell};
use crate::card::facts::{CardFacts, ModelValue};
use crate::card::number::{count, decimal, percent};
use crate::recipe::metric::{Metric, Scale};
use crate::record::Repeated;

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
            "{} on {}/{}, {} is better{}",
            evaluation.metric.word(),
            evaluation.dataset,
            evaluation.split.word(),
            if evaluation.metric.lower_is_better() { "lower" } else { "higher" },
            if evaluation.metric.is_of_machine() { "; of the machine it was measured on" } else { "" }
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

/// Returns how the model does against the best of its ancestors, an evaluation a line.
pub(super) fn forgetting(facts: &CardFacts) -> Vec<String> {
    let told = facts.evaluations.iter().filter_map(|evaluation| {
        // The values are those of the model and of its ancestors, the nearest first.
        let mean = |value: &ModelValue| value.repeats.as_ref().map_or(value.value, |repeats| repeats.mean);
        let own = evaluation.values.iter().find(|value| value.model == facts.model)?;
        let ancestors = evaluation.values.iter().filter(|value| value.model != facts.model);
        let ancestors = ancestors.map(|value| (&value.model, Some(mean(value))));
        let Change { model, worse_percent, .. } = cell(evaluation.metric, mean(own), ancestors).best_ancestor?;
        let (size, way) = if worse_percent > 0.0 { (worse_percent, "worse") } else { (-worse_percent, "better") };
        Some(format!("{}: {} {way} than {model}", evaluation.evaluation, percent(size / 100.0)))
    });
    told.collect()
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

/// Returns a model's value with its interval, or the mean, the spread and the interval over its repeats.
fn measured_words(metric: Metric, value: &ModelValue) -> String {
    let Some(repeats) = &value.repeats else {
        let words = metric_words(metric, value.value);
        let interval = value.interval.map(|interval| interval.words(|end| metric_words(metric, end)));
        return interval.map_or(words.clone(), |interval| format!("{words} {interval}"));
    };
    let interval = |repeats: &Repeated, number: &dyn Fn(f64) -> String| {
        let half = repeats.interval().map(|half| format!(" (95 %: ± {})", number(half)));
        format!("{}{}", repeats.words(number), half.unwrap_or_default())
    };
    match metric.scale() {
        Scale::Plain => interval(repeats, &decimal),
        Scale::Share => format!("{} %", interval(&repeats.scaled(100.0), &|value| format!("{value:.1}"))),
        Scale::Milliseconds => format!("{} ms", interval(repeats, &decimal)),
        Scale::Bytes => format!("{} MB", interval(&repeats.scaled(1e-6), &|value| format!("{value:.0}"))),
    }
}

fn metric_words(metric: Metric, value: f64) -> String {
    match metric.scale() {
        Scale::Plain => decimal(value),
        Scale::Share => percent(value),
        Scale::Milliseconds => format!("{} ms", decimal(value)),
        Scale::Bytes => format!("{:.0} MB", value / 1e6),
    }
}
