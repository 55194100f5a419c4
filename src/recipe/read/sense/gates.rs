//! Gates that can never pass, always pass, ask for the worse, or say what another one says.

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::evaluation::{Gate, GateRule, Metric};
use crate::recipe::problem::Place;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::{Field, Parts};
use crate::recipe::variant::Variant;

/// The rules about one model on one evaluation, with the number of each gate.
type Rules<'r> = BTreeMap<(&'r Name, &'r Name), Vec<(usize, &'r GateRule)>>;

/// Looks at every gate by itself, and at those about the same.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    let Some(gates) = parts.gates else { return };
    let mut rules = Rules::new();
    let places: Vec<Place> = (0..gates.len()).map(|i| field(parts, i).place).collect();
    for (i, gate) in gates.iter().enumerate() {
        let Gate { model, evaluation, rule } = gate;
        let here = field(parts, i);
        compared(reader, &here, model, rule);
        same_point(reader, parts, &here, gate);
        forgets(reader, parts, &here, gate);
        let others = rules.entry((model, evaluation)).or_default();
        // What a matrix copied from one gate is one gate.
        for (earlier, other) in others.iter().filter(|(earlier, _)| places[*earlier] != here.place) {
            if let Some((code, message)) = together(rule, other) {
                let message = format!("{message} on line {}", places[*earlier].line);
                reader.warn_of(code, here.place, &here.path, message, Some("keep one of them".to_owned()));
            }
        }
        others.push((i, rule));
    }
    for ((model, evaluation), own) in &rules {
        let Some(evaluated) = parts.evaluations.and_then(|evaluations| evaluations.get(*evaluation)) else { continue };
        let has = |test: fn(&GateRule) -> bool| own.iter().any(|(_, rule)| test(rule));
        let is_range =
            has(|rule| matches!(rule, GateRule::AtMost { .. })) && has(|rule| matches!(rule, GateRule::AtLeast { .. }));
        for (i, rule) in own {
            measured(reader, parts, *i, rule, evaluated.metric, is_range);
            mutual(reader, parts, *i, (model, evaluation), rule, &rules);
        }
    }
}

fn field(parts: &Parts<'_>, i: usize) -> Field {
    parts.field(&["gates", &i.to_string()])
}

fn key_of(rule: &GateRule) -> &'static str {
    match rule {
        GateRule::LessThan { .. } => "less-than",
        GateRule::GreaterThan { .. } => "greater-than",
        GateRule::MinBetterPercent { .. } => "min-better-percent",
        GateRule::MaxWorsePercent { .. } => "max-worse-percent",
        GateRule::MaxForgottenPercent { .. } => "max-forgotten-percent",
        GateRule::AtMost { .. } => "at-most",
        GateRule::AtLeast { .. } => "at-least",
    }
}

fn other_model(rule: &GateRule) -> Option<&Name> {
    match rule {
        GateRule::LessThan { than }
        | GateRule::GreaterThan { than }
        | GateRule::MinBetterPercent { than, .. }
        | GateRule::MaxWorsePercent { than, .. } => Some(than),
        GateRule::MaxForgottenPercent { .. } | GateRule::AtMost { .. } | GateRule::AtLeast { .. } => None,
    }
}

fn compared(reader: &mut Reader, field: &Field, model: &Name, rule: &GateRule) {
    if other_model(rule) == Some(model) {
        let message = format!("expected another model to compare with, found `{model}` itself");
        let hint = "a gate mostly compares a model with its parent".to_owned();
        reader.problem_of(Code::ComparesItself, field.place, &field.path, message, Some(hint));
    }
}

/// Only a model that goes on from another one can forget.
fn forgets(reader: &mut Reader, parts: &Parts<'_>, field: &Field, gate: &Gate) {
    let model = parts.models.and_then(|models| models.get(&gate.model));
    if gate.rule.looks_at_ancestors() && model.is_some_and(|model| model.base.is_none()) {
        let message = format!("`{}` goes on from no other model: it has nothing to forget", gate.model);
        let hint = "`max-forgotten-percent` goes with a model that has a `base`; `at-most` is a bound of its own";
        reader.problem_of(Code::CannotPass, field.place, &field.path, message, Some(hint.to_owned()));
    }
}

/// In a sweep, a model is measured on the evaluations of its own point alone.
fn same_point(reader: &mut Reader, parts: &Parts<'_>, field: &Field, gate: &Gate) {
    let (Some(models), Some(evaluations)) = (parts.models, parts.evaluations) else { return };
    let Some(evaluation) = evaluations.get(&gate.evaluation) else { return };
    let of_other = |model: &&Name| {
        let variant = models.get(*model).and_then(|model| model.variant.as_ref());
        !Variant::agree(variant, evaluation.variant.as_ref())
    };
    if let Some(model) = [Some(&gate.model), gate.rule.than()].into_iter().flatten().find(of_other) {
        let message = format!("expected a model that is measured on `{}`, found `{model}`", gate.evaluation);
        let hint = "they are copies for different values of the matrix: no stage measures the one on the other";
        reader.problem_of(Code::NoSuchName, field.place, &field.path, message, Some(hint.to_owned()));
    }
}

/// Returns what is odd about two rules for the same model and evaluation.
fn together(rule: &GateRule, earlier: &GateRule) -> Option<(Code, String)> {
    if rule == earlier {
        return Some((Code::SaidTwice, "this says the same as the gate".to_owned()));
    }
    let ((least, most), (earlier_least, earlier_most)) = (bounds(rule), bounds(earlier));
    if least.and(earlier_least).or(most.and(earlier_most)).is_some() {
        return Some((Code::SaidTwice, format!("`{}` is required a second time, after the gate", key_of(rule))));
    }
    if let (Some(least), Some(most)) = (least.or(earlier_least), most.or(earlier_most))
        && least > most
    {
        let message = format!("no value is at least {least} and at most {most}: this contradicts the gate");
        return Some((Code::CannotPass, message));
    }
    let (one, other) = (is_less(rule)?, is_less(earlier)?);
    (one != other && other_model(rule) == other_model(earlier))
        .then(|| (Code::CannotPass, "no value is both less and greater: this contradicts the gate".to_owned()))
}

/// Returns the least and the most that a rule allows.
fn bounds(rule: &GateRule) -> (Option<f64>, Option<f64>) {
    match rule {
        GateRule::AtLeast { value } => (Some(*value), None),
        GateRule::AtMost { value } => (None, Some(*value)),
        GateRule::LessThan { .. }
        | GateRule::GreaterThan { .. }
        | GateRule::MinBetterPercent { .. }
        | GateRule::MaxWorsePercent { .. }
        | GateRule::MaxForgottenPercent { .. } => (None, None),
    }
}

/// Returns, for a strict comparison, whether the value has to be the smaller one.
fn is_less(rule: &GateRule) -> Option<bool> {
    match rule {
        GateRule::LessThan { .. } => Some(true),
        GateRule::GreaterThan { .. } => Some(false),
        GateRule::MinBetterPercent { .. }
        | GateRule::MaxWorsePercent { .. }
        | GateRule::MaxForgottenPercent { .. }
        | GateRule::AtMost { .. }
        | GateRule::AtLeast { .. } => None,
    }
}

/// Two models that each have to be better than the other.
fn mutual(reader: &mut Reader, parts: &Parts<'_>, i: usize, of: (&Name, &Name), rule: &GateRule, rules: &Rules<'_>) {
    let (model, evaluation) = of;
    let Some(other) = other_model(rule).filter(|other| *other != model) else { return };
    let same = |theirs: &GateRule| {
        is_less(rule).is_some() && is_less(rule) == is_less(theirs) && other_model(theirs) == Some(model)
    };
    let mut back = rules.get(&(other, evaluation)).into_iter().flatten();
    if let Some((earlier, _)) = back.find(|(j, theirs)| *j < i && same(theirs)) {
        let (here, line) = (field(parts, i), field(parts, *earlier).place.line);
        let message =
            format!("`{model}` and `{other}` cannot each be better: this contradicts the gate on line {line}");
        reader.warn_of(Code::CannotPass, here.place, &here.path, message, Some("keep one of them".to_owned()));
    }
}

/// What the metric makes of a rule.
fn measured(reader: &mut Reader, parts: &Parts<'_>, i: usize, rule: &GateRule, metric: Metric, is_range: bool) {
    let word = metric.word();
    let better = if metric.lower_is_better() { "lower" } else { "higher" };
    let (lowest, highest) = metric.range();
    let told: Option<(Code, String, String)> = match rule {
        GateRule::LessThan { .. } if !metric.lower_is_better() => Some(wrong_way(word, better, "greater-than")),
        GateRule::GreaterThan { .. } if metric.lower_is_better() => Some(wrong_way(word, better, "less-than")),
        GateRule::MinBetterPercent { percent, .. }
        | GateRule::MaxWorsePercent { percent, .. }
        | GateRule::MaxForgottenPercent { percent }
            if *percent > 0.0 && *percent < 1.0 =>
        {
            let meant = (percent * 100.0 * 1e6).round() / 1e6;
            Some((Code::UnitSlip, format!("{percent} % is less than one percent"), format!("did you mean `{meant}`?")))
        }
        GateRule::MinBetterPercent { percent, .. } if *percent >= 100.0 && metric.lower_is_better() => Some((
            Code::CannotPass,
            format!("no {word} is lower by {percent} % of itself"),
            "expected less than 100".to_owned(),
        )),
        GateRule::AtMost { value } if *value < lowest => {
            Some((Code::CannotPass, format!("no {word} is below {lowest}"), format!("expected at least {lowest}")))
        }
        GateRule::AtLeast { value } if *value > highest => {
            let hint = match *value <= 100.0 {
                true => format!("{word} is a share between 0 and 1; `{}` may be meant", value / 100.0),
                false => format!("expected at most {highest}"),
            };
            Some((Code::CannotPass, format!("no {word} is above {highest}"), hint))
        }
        GateRule::AtLeast { value } if *value <= lowest => {
            Some((Code::NoEffect, format!("every {word} is at least {lowest}"), "leave the gate out".to_owned()))
        }
        GateRule::AtMost { value } if *value >= highest => {
            Some((Code::NoEffect, format!("every {word} is at most {highest}"), "leave the gate out".to_owned()))
        }
        GateRule::AtLeast { .. } if metric.lower_is_better() && !is_range => Some(wrong_way(word, better, "at-most")),
        GateRule::AtMost { .. } if !metric.lower_is_better() && !is_range => Some(wrong_way(word, better, "at-least")),
        GateRule::LessThan { .. }
        | GateRule::GreaterThan { .. }
        | GateRule::MinBetterPercent { .. }
        | GateRule::MaxWorsePercent { .. }
        | GateRule::MaxForgottenPercent { .. }
        | GateRule::AtMost { .. }
        | GateRule::AtLeast { .. } => None,
    };
    if let Some((code, message, hint)) = told {
        let field = parts.field(&["gates", &i.to_string(), key_of(rule)]);
        reader.warn_of(code, field.place, &field.path, message, Some(hint));
    }
}

fn wrong_way(word: &str, better: &str, meant: &str) -> (Code, String, String) {
    (
        Code::WrongWayRound,
        format!("{better} {word} is better: this asks for the worse"),
        format!("did you mean `{meant}`?"),
    )
}
