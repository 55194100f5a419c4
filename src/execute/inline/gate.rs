//! Gates: a metric held against a requirement.
//!
//! [`judge`] is pure; who reads the numbers is the driver.

use crate::analysis::forgetting;
use crate::execute::error::ExecuteError;
use crate::execute::inline::Inline;
use crate::execute::intake::report;
use crate::id::Name;
use crate::plan::work::GateWork;
use crate::plan::{Outputs, Stage, Work};
use crate::recipe::evaluation::{Gate, GateRule, Metric};
use crate::record::report::EvaluationReport;
use crate::record::{GateRepeats, GateResult, Repeated};

/// Judges a gate by the metrics among its inputs; returns `gate.json` and, where it is broken, how.
pub(super) fn work(
    inline: &Inline<'_>,
    stage: &Stage,
    work: &GateWork,
) -> Result<(Outputs, Option<String>), ExecuteError> {
    let GateWork { gate, metric } = work;
    let value = measured(inline, stage, &gate.model, &gate.evaluation)?;
    let reference = match gate.rule.than() {
        Some(than) => Some((than, measured(inline, stage, than, &gate.evaluation)?)),
        None if gate.rule.looks_at_ancestors() => best_ancestor(inline, stage, work)?,
        None => None,
    };
    let result = judge(gate, *metric, &value, reference.as_ref().map(|(than, value)| (*than, value)));
    let text = serde_json::to_vec_pretty(&result).expect("a gate's result serializes");
    let outputs = Outputs::from([("gate.json".to_owned(), inline.artifacts.put_bytes(&text)?)]);
    Ok((outputs, (!result.passed).then_some(result.explanation)))
}

/// Returns the ancestor that does best, and what was measured of it: a gate needs what was measured of all of them.
fn best_ancestor<'a>(
    inline: &Inline<'a>,
    stage: &Stage,
    work: &GateWork,
) -> Result<Option<(&'a Name, Repeated)>, ExecuteError> {
    let Gate { model, evaluation, rule: _ } = &work.gate;
    let mut ancestors: Vec<(&Name, Repeated)> = Vec::new();
    for need in stage.needs.iter().filter_map(|need| inline.by_id.get(need).copied()) {
        let Work::Evaluate(of) = &need.work else { continue };
        if of.model != *model && ancestors.iter().all(|(known, _)| **known != of.model) {
            ancestors.push((&of.model, measured(inline, stage, &of.model, evaluation)?));
        }
    }
    let means = ancestors.iter().enumerate().map(|(i, (_, value))| (i, value.mean));
    let best = forgetting::best(work.metric, means).map(|(i, _)| i);
    Ok(best.map(|i| ancestors.swap_remove(i)))
}

/// Returns what was measured of a model by the stages a gate needs, one for every repeat of its training.
fn measured(inline: &Inline<'_>, stage: &Stage, model: &Name, evaluation: &Name) -> Result<Repeated, ExecuteError> {
    let measures =
        |work: &Work| matches!(work, Work::Evaluate(work) if work.model == *model && work.evaluation == *evaluation);
    let lacks = || ExecuteError::Lacks { stage: stage.id.clone(), name: format!("{model}/{evaluation}") };
    let needs = stage.needs.iter().filter_map(|need| inline.by_id.get(need).copied());
    let values = needs.filter(|need| measures(&need.work)).map(|need| {
        let outputs = inline.outputs.get(&need.id).ok_or_else(lacks)?;
        let report: EvaluationReport = report(inline.artifacts, &need.id, outputs, "metrics.json")?;
        Ok(report.value)
    });
    Repeated::of(values.collect::<Result<_, ExecuteError>>()?).ok_or_else(lacks)
}

/// Returns what a gate of `metric` says to what was measured of its model: the means are judged, the spreads are told.
///
/// `reference` is the other model and what was measured of it, for rules that compare with one; the others do not look at it.
pub fn judge(gate: &Gate, metric: Metric, value: &Repeated, reference: Option<(&Name, &Repeated)>) -> GateResult {
    let compares = gate.rule.than().is_some() || gate.rule.looks_at_ancestors();
    let (mean, reference) = (value.mean, reference.filter(|_| compares));
    let other = reference.map(|(_, other)| other);
    let bound = match &gate.rule {
        GateRule::AtMost { value } | GateRule::AtLeast { value } => *value,
        GateRule::LessThan { .. }
        | GateRule::GreaterThan { .. }
        | GateRule::MinBetterPercent { .. }
        | GateRule::MaxWorsePercent { .. }
        | GateRule::MaxForgottenPercent { .. } => other.map_or(f64::NAN, |other| other.mean),
    };
    let (passed, required) = hold(&gate.rule, metric, mean, bound);
    let against = match (gate.rule.than(), reference) {
        (_, Some((than, other))) => {
            format!(" is {} {than}'s {}", compare(metric, mean, bound), measured_words(other, value.n))
        }
        (Some(than), None) => format!(" has nothing of {than}'s to be held against"),
        (None, None) if compares => " has no ancestor to be held against".to_owned(),
        (None, None) => String::new(),
    };
    let explanation = format!("{}{against}, required: {required}", measured_words(value, 1));
    let repeats = (value.n > 1).then(|| GateRepeats { value: value.clone(), reference: other.cloned() });
    GateResult {
        gate: gate.clone(),
        value: mean,
        reference: bound,
        passed: passed && mean.is_finite(),
        explanation,
        repeats,
    }
}

/// Returns a mean with its spread, and over how many runs, unless those are as many as were told before.
fn measured_words(measured: &Repeated, n_told: usize) -> String {
    let words = measured.words(number);
    match measured.n {
        1 => words,
        n if n == n_told => words,
        n => format!("{words} over {n} runs"),
    }
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
        GateRule::MaxForgottenPercent { percent } => (
            -better_percent(metric, value, reference) <= *percent,
            format!("at most {} % worse than the best ancestor", number(*percent)),
        ),
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

    /// Judges against the model a rule names.
    fn judge(gate: &Gate, metric: Metric, value: &Repeated, reference: Option<&Repeated>) -> GateResult {
        super::judge(gate, metric, value, gate.rule.than().zip(reference))
    }

    #[test]
    fn what_is_forgotten_is_held_against_the_ancestor_that_is_given() {
        let rule = GateRule::MaxForgottenPercent { percent: 5.0 };
        let gate = Gate { model: "a".parse().unwrap(), evaluation: "ppl".parse().unwrap(), rule };
        let best = (than(), of(&[10.0]));
        let told = |value: f64| super::judge(&gate, Metric::Perplexity, &of(&[value]), Some((&best.0, &best.1)));
        assert!(told(10.5).passed && told(1.0).passed && !told(10.6).passed);
        let words = "10.6 is 6.0 % worse than general's 10, required: at most 5 % worse than the best ancestor";
        assert_eq!(told(10.6).explanation, words);
        let alone = super::judge(&gate, Metric::Perplexity, &of(&[1.0]), None);
        assert!(!alone.passed && alone.explanation.contains("no ancestor"), "{}", alone.explanation);
    }

    fn passes(rule: GateRule, metric: Metric, value: f64, reference: f64) -> bool {
        let gate = Gate { model: "a".parse().unwrap(), evaluation: "ppl".parse().unwrap(), rule };
        judge(&gate, metric, &of(&[value]), Some(&of(&[reference]))).passed
    }

    fn of(values: &[f64]) -> Repeated {
        Repeated::of(values.to_vec()).unwrap()
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
    fn what_was_measured_once_is_over_no_runs() {
        let gate = Gate {
            model: "a".parse().unwrap(),
            evaluation: "ppl".parse().unwrap(),
            rule: GateRule::LessThan { than: than() },
        };
        let result = judge(&gate, Metric::Perplexity, &of(&[8.0, 9.0, 10.0]), Some(&of(&[12.0])));
        assert!(
            result.explanation.contains("general's 12") && !result.explanation.contains("1 runs"),
            "{}",
            result.explanation
        );
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
        let result = judge(&gate, Metric::Perplexity, &of(&[12.1]), Some(&of(&[18.4])));
        assert_eq!(result.explanation, "12.1 is 34.2 % better than general's 18.4, required: at least 30 % better");
        assert_eq!(result.repeats, None);
        let gate = Gate { rule: GateRule::AtMost { value: 10.0 }, ..gate };
        assert_eq!(judge(&gate, Metric::Perplexity, &of(&[12.1]), None).explanation, "12.1, required: at most 10");
    }

    #[test]
    fn repeats_are_judged_by_their_means_and_told_with_their_spreads() {
        let rule = GateRule::MinBetterPercent { percent: 30.0, than: than() };
        let gate = Gate { model: "a".parse().unwrap(), evaluation: "ppl".parse().unwrap(), rule };
        let (value, reference) = (of(&[24.68, 25.08, 25.48]), of(&[1790.0, 1800.0, 1813.0]));
        let result = judge(&gate, Metric::Perplexity, &value, Some(&reference));
        insta::assert_snapshot!(result.explanation, @"25.08 ± 0.40 over 3 runs is 98.6 % better than general's 1801 ± 12, required: at least 30 % better");
        assert_eq!((result.value, result.reference), (value.mean, reference.mean));
        let repeats = GateRepeats { value: value.clone(), reference: Some(reference) };
        assert_eq!((result.passed, result.repeats), (true, Some(repeats)));
        let bound = Gate { rule: GateRule::AtMost { value: 25.0 }, ..gate };
        let result = judge(&bound, Metric::Perplexity, &value, None);
        insta::assert_snapshot!(result.explanation, @"25.08 ± 0.40 over 3 runs, required: at most 25");
        assert!(!result.passed, "one value below the bound is not enough");
        assert_eq!(result.repeats, Some(GateRepeats { value, reference: None }));
    }

    #[test]
    fn a_gate_whose_other_model_was_not_measured_is_broken() {
        let rule = GateRule::MaxWorsePercent { percent: 30.0, than: than() };
        let gate = Gate { model: "a".parse().unwrap(), evaluation: "ppl".parse().unwrap(), rule };
        assert!(!judge(&gate, Metric::Perplexity, &of(&[1.0]), None).passed);
    }
}
