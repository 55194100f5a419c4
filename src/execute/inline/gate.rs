//! Gates: a metric held against a requirement.
//!
//! [`judge`] is pure; who reads the numbers is the driver.

use crate::execute::error::ExecuteError;
use crate::execute::inline::Inline;
use crate::execute::intake::report;
use crate::id::Name;
use crate::plan::work::GateWork;
use crate::plan::{Outputs, Stage, Work};
use crate::recipe::evaluation::{Gate, GateRule, Metric};
use crate::record::GateResult;
use crate::record::report::EvaluationReport;

/// Judges a gate by the metrics among its inputs; returns `gate.json` and, where it is broken, how.
pub(super) fn work(
    inline: &Inline<'_>,
    stage: &Stage,
    work: &GateWork,
) -> Result<(Outputs, Option<String>), ExecuteError> {
    let GateWork { gate, metric } = work;
    let value = measured(inline, stage, &gate.model, &gate.evaluation)?;
    let reference = match &gate.rule {
        GateRule::AtMost { value } | GateRule::AtLeast { value } => *value,
        GateRule::LessThan { than }
        | GateRule::GreaterThan { than }
        | GateRule::MinBetterPercent { than, .. }
        | GateRule::MaxWorsePercent { than, .. } => measured(inline, stage, than, &gate.evaluation)?,
    };
    let result = judge(gate, *metric, value, reference);
    let text = serde_json::to_vec_pretty(&result).expect("a gate's result serializes");
    let outputs = Outputs::from([("gate.json".to_owned(), inline.artifacts.put_bytes(&text)?)]);
    Ok((outputs, (!result.passed).then_some(result.explanation)))
}

/// Returns what was measured of a model by one of the stages a gate needs.
fn measured(inline: &Inline<'_>, stage: &Stage, model: &Name, evaluation: &Name) -> Result<f64, ExecuteError> {
    let measures =
        |work: &Work| matches!(work, Work::Evaluate(work) if work.model == *model && work.evaluation == *evaluation);
    let needs = stage.needs.iter().filter_map(|need| inline.by_id.get(need).copied());
    let found = needs.into_iter().find(|need| measures(&need.work));
    let lacks = || ExecuteError::Lacks { stage: stage.id.clone(), name: format!("{model}/{evaluation}") };
    let found = found.ok_or_else(lacks)?;
    let outputs = inline.outputs.get(&found.id).ok_or_else(lacks)?;
    let report: EvaluationReport = report(inline.artifacts, &found.id, outputs, "metrics.json")?;
    Ok(report.value)
}

/// Returns what a gate of `metric` says to its model's `value`.
///
/// `reference` is the other model's value, for rules that name one; it is not looked at by the others.
pub fn judge(gate: &Gate, metric: Metric, value: f64, reference: f64) -> GateResult {
    let reference = match &gate.rule {
        GateRule::AtMost { value } | GateRule::AtLeast { value } => *value,
        GateRule::LessThan { .. }
        | GateRule::GreaterThan { .. }
        | GateRule::MinBetterPercent { .. }
        | GateRule::MaxWorsePercent { .. } => reference,
    };
    let (passed, required) = hold(&gate.rule, metric, value, reference);
    let against = match &gate.rule {
        GateRule::AtMost { .. } | GateRule::AtLeast { .. } => ",".to_owned(),
        GateRule::LessThan { than }
        | GateRule::GreaterThan { than }
        | GateRule::MinBetterPercent { than, .. }
        | GateRule::MaxWorsePercent { than, .. } => {
            format!(" is {} {than}'s {},", compare(metric, value, reference), number(reference))
        }
    };
    let explanation = format!("{}{against} required: {required}", number(value));
    GateResult { gate: gate.clone(), value, reference, passed: passed && value.is_finite(), explanation }
}

/// Returns whether a rule holds, and what it requires in words.
fn hold(rule: &GateRule, metric: Metric, value: f64, reference: f64) -> (bool, String) {
    match rule {
        GateRule::LessThan { .. } => (value < reference, "less".to_owned()),
        GateRule::GreaterThan { .. } => (value > reference, "more".to_owned()),
        GateRule::MinBetterPercent { percent, .. } => {
            (better_percent(metric, value, reference) >= *percent, format!("at least {} % better", number(*percent)))
        }
        GateRule::MaxWorsePercent { percent, .. } => {
            (-better_percent(metric, value, reference) <= *percent, format!("at most {} % worse", number(*percent)))
        }
        GateRule::AtMost { value: bound } => (value <= *bound, format!("at most {}", number(*bound))),
        GateRule::AtLeast { value: bound } => (value >= *bound, format!("at least {}", number(*bound))),
    }
}

/// Returns by how many percent of `reference` a value is better; less than 0 where it is worse.
fn better_percent(metric: Metric, value: f64, reference: f64) -> f64 {
    let gain = if metric.lower_is_better() { reference - value } else { value - reference };
    match gain {
        0.0 => 0.0,
        gain => 100.0 * gain / reference.abs(),
    }
}

fn compare(metric: Metric, value: f64, reference: f64) -> String {
    let percent = better_percent(metric, value, reference);
    match percent {
        0.0 => "the same as".to_owned(),
        percent if percent > 0.0 => format!("{percent:.1} % better than"),
        percent => format!("{:.1} % worse than", -percent),
    }
}

/// Returns a number with four significant digits, without the zeros at its end.
fn number(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { (3 - value.abs().log10().floor() as i64).clamp(0, 8) as usize };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(rule: GateRule, metric: Metric, value: f64, reference: f64) -> bool {
        let gate = Gate { model: "a".parse().unwrap(), evaluation: "ppl".parse().unwrap(), rule };
        judge(&gate, metric, value, reference).passed
    }

    fn than() -> crate::id::Name {
        "general".parse().unwrap()
    }

    #[test]
    fn less_and_greater_are_strict() {
        let less = || GateRule::LessThan { than: than() };
        assert!(passes(less(), Metric::Perplexity, 9.9, 10.0));
        assert!(!passes(less(), Metric::Perplexity, 10.0, 10.0));
        let greater = || GateRule::GreaterThan { than: than() };
        assert!(passes(greater(), Metric::Accuracy, 0.6, 0.5));
        assert!(!passes(greater(), Metric::Accuracy, 0.5, 0.5));
    }

    #[test]
    fn better_and_worse_follow_the_direction_of_the_metric() {
        let better = || GateRule::MinBetterPercent { percent: 30.0, than: than() };
        assert!(passes(better(), Metric::Perplexity, 7.0, 10.0));
        assert!(!passes(better(), Metric::Perplexity, 7.1, 10.0));
        assert!(passes(better(), Metric::Accuracy, 0.65, 0.5));
        assert!(!passes(better(), Metric::Accuracy, 0.64, 0.5));
        let worse = || GateRule::MaxWorsePercent { percent: 15.0, than: than() };
        assert!(passes(worse(), Metric::Perplexity, 11.5, 10.0));
        assert!(!passes(worse(), Metric::Perplexity, 11.6, 10.0));
        assert!(passes(worse(), Metric::Perplexity, 5.0, 10.0), "better is not worse");
        assert!(!passes(worse(), Metric::Accuracy, 0.4, 0.5));
    }

    #[test]
    fn bounds_include_themselves() {
        assert!(passes(GateRule::AtMost { value: 3.0 }, Metric::Loss, 3.0, f64::NAN));
        assert!(!passes(GateRule::AtMost { value: 3.0 }, Metric::Loss, 3.1, f64::NAN));
        assert!(passes(GateRule::AtLeast { value: 0.5 }, Metric::Accuracy, 0.5, f64::NAN));
        assert!(!passes(GateRule::AtLeast { value: 0.5 }, Metric::Accuracy, 0.4, f64::NAN));
    }

    #[test]
    fn a_value_that_is_no_number_passes_nothing() {
        for rule in [GateRule::MaxWorsePercent { percent: 1e9, than: than() }, GateRule::AtLeast { value: 0.0 }] {
            assert!(!passes(rule.clone(), Metric::Loss, f64::NAN, 1.0));
            assert!(!passes(rule, Metric::Loss, f64::INFINITY, 1.0));
        }
    }

    #[test]
    fn the_explanation_says_both_numbers_and_the_requirement() {
        let rule = GateRule::MinBetterPercent { percent: 30.0, than: than() };
        let gate = Gate { model: "a".parse().unwrap(), evaluation: "ppl".parse().unwrap(), rule };
        let result = judge(&gate, Metric::Perplexity, 12.1, 18.4);
        assert_eq!(result.explanation, "12.1 is 34.2 % better than general's 18.4, required: at least 30 % better");
        let gate = Gate { rule: GateRule::AtMost { value: 10.0 }, ..gate };
        assert_eq!(judge(&gate, Metric::Perplexity, 12.1, 0.0).explanation, "12.1, required: at most 10");
    }
}
