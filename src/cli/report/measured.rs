//! What was measured in a run, over all repeats of its trainings.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::format::metric;
use crate::id::Name;
use crate::record::report::TrainingReport;
use crate::record::{Interval, Repeated};
use crate::store::EvaluationRow;

/// What a model scored on an evaluation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Measurement {
    /// The model.
    pub model: Name,
    /// The evaluation.
    pub evaluation: Name,
    /// What was measured, once for every repeat.
    pub value: Repeated,
    /// How far the interval of 95 % reaches to either side of the mean, where there is more than one repeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// How sure it is, where it was measured once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// Returns what was measured by model and evaluation, in the order of the plan.
pub fn measurements(rows: &[EvaluationRow]) -> Vec<Measurement> {
    let mut values: Vec<((&Name, &Name), Vec<f64>)> = Vec::new();
    for row in rows {
        let of = (&row.model, &row.evaluation);
        match values.iter_mut().find(|(known, _)| *known == of) {
            Some((_, values)) => values.push(row.report.value),
            None => values.push((of, vec![row.report.value])),
        }
    }
    let measurement = |((model, evaluation), values): ((&Name, &Name), Vec<f64>)| {
        let value = Repeated::of(values)?;
        let row = rows.iter().find(|row| (&row.model, &row.evaluation) == (model, evaluation));
        let interval = row.and_then(|row| row.report.interval).filter(|_| value.n == 1);
        let margin = value.interval();
        Some(Measurement { model: model.clone(), evaluation: evaluation.clone(), value, margin, interval })
    };
    values.into_iter().filter_map(measurement).collect()
}

/// Returns the validation losses by model, in nats a token, over the repeats of its training.
pub fn validation_losses(trainings: &BTreeMap<Name, BTreeMap<u32, TrainingReport>>) -> BTreeMap<Name, Repeated> {
    let losses = trainings.iter().filter_map(|(model, repeats)| {
        let losses = repeats.values().map(|report| report.validation_loss).collect();
        Some((model.clone(), Repeated::of(losses)?))
    });
    losses.collect()
}

/// Returns a number of a run that repeats its trainings so often, and how often it was measured where some are missing.
pub fn shown(value: &Repeated, repeats: u32) -> String {
    let words = value.words(metric);
    if value.n == repeats as usize { words } else { format!("{words} [{} of {repeats}]", value.n) }
}

/// Returns a number with its interval behind it, where there is one.
pub fn with_interval(words: String, interval: Option<&Interval>) -> String {
    match interval {
        Some(interval) => format!("{words} {}", interval.words(metric)),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::evaluation::Metric;
    use crate::record::report::EvaluationReport;

    fn row(stage: &str, model: &str, value: f64) -> EvaluationRow {
        let report = EvaluationReport::new(Metric::Perplexity, value, 1.0, 1);
        let evaluation = "ppl".parse().unwrap();
        EvaluationRow { stage: stage.parse().unwrap(), model: model.parse().unwrap(), evaluation, report }
    }

    #[test]
    fn the_rows_of_all_repeats_are_one_measurement() {
        let rows = [
            row("evaluate:general/ppl", "general", 25.0),
            row("evaluate:industry/ppl", "industry", 7.0),
            row("evaluate:general/ppl/2", "general", 26.0),
        ];
        let [general, industry] = measurements(&rows).try_into().unwrap();
        assert_eq!((general.value.values.clone(), general.value.mean), (vec![25.0, 26.0], 25.5));
        assert_eq!(
            (shown(&general.value, 2), shown(&general.value, 3)),
            ("25.50 ± 0.71".into(), "25.50 ± 0.71 [2 of 3]".into())
        );
        assert_eq!((shown(&industry.value, 1), shown(&industry.value, 2)), ("7.000".into(), "7.000 [1 of 2]".into()));
    }
}
