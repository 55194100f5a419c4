//! Reads `evaluations`, `gates` and `samples`.

mod task;
mod robustness;

use crate::recipe::code::Code;
use crate::recipe::dataset::SplitName;
use crate::recipe::evaluation::{Evaluation, Gate, GateRule, Metric, Sample, Sampling};
use crate::recipe::metric::Skill;
use crate::recipe::problem::listed;
use crate::recipe::read::elsewhere;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::names::Kind;
use crate::recipe::read::node::shown;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::training::records;
use crate::recipe::read::variant::variant;
use crate::recipe::task::Task;

/// Reads one evaluation.
pub fn evaluation(reader: &mut Reader, at: &At<'_>) -> Option<Evaluation> {
    let mut fields = Fields::open(reader, at)?;
    let metrics = Metric::ALL.map(|metric| (metric.word(), metric));
    let metric = fields.need(reader, "metric").and_then(|at| {
        let metric = reader.word(&at, "metric", &metrics)?;
        Some((at, metric))
    });
    let data = fields.need(reader, "data").and_then(|at| {
        let text = reader.text(&at)?;
        let (dataset, split) = match text.split_once('/') {
            Some((dataset, split)) => (dataset, split),
            None => (text.as_str(), "test"),
        };
        let dataset = reader.refer(&at, Kind::Dataset, dataset);
        let Some(split) = SplitName::ALL.into_iter().find(|known| known.word() == split) else {
            let hint = Some("splits are `train`, `validation`, `test`".to_owned());
            return reader.wrong_of(Code::UnknownWord, &at, format!("there is no split {}", shown(split)), hint);
        };
        Some((dataset?, split))
    });
    let tokens = fields.or(reader, "tokens", 0, |reader, at| reader.large_count(at, 0));
    // A printed recipe says `tokens: 0`, all of them, beside it.
    let records = records(reader, fields.take("records"), tokens != Some(0), "tokens");
    let k_at = fields.take("k");
    let k = k_at.as_ref().map(|at| reader.count(at, 1));
    let task_at = fields.take("task");
    let task = task_at.as_ref().map(|at| task::task(reader, at));
    let robustness = fields.take("robustness").map(|at| robustness::perturbation(reader, &at));
    let by_at = fields.take("by");
    let by = by_at.as_ref().map(|at| reader.reference(at, Kind::Model));
    let variant = fields.or(reader, "variant", None, |reader, at| variant(reader, at).map(Some));
    fields.finish(reader);
    let (metric_at, metric) = metric?;
    if let Some(at) = k_at.filter(|_| !metric.has_k()) {
        let hint = "it goes with `top-k-accuracy`, `recall-at-k` and `neighbour-accuracy`".to_owned();
        return reader.wrong_of(Code::ConflictingKeys, &at, format!("`{}` has no `k`", metric.word()), Some(hint));
    }
    if let Some(at) = by_at.filter(|_| !metric.has_judge()) {
        let hint = "it goes with `recognised` and `class-coverage`".to_owned();
        return reader.wrong_of(Code::ConflictingKeys, &at, format!("nobody judges `{}`", metric.word()), Some(hint));
    }
    if by.is_none() && metric.has_judge() {
        let message = format!("`by` is missing: which classifier is asked for `{}`?", metric.word());
        return reader.wrong_of(Code::MissingKey, at, message, elsewhere::example(&at.path, "by"));
    }
    fits(reader, &metric_at, metric, task_at.is_some(), task.as_ref().and_then(Option::as_ref))?;
    let (dataset, split) = data?;
    let (k, task, robustness, by) = (given(k)?, given(task)?, given(robustness)?, given(by)?);
    Some(Evaluation {
        metric,
        dataset,
        split,
        tokens: tokens?,
        records: records?,
        k,
        task,
        robustness,
        by,
        variant: variant?,
    })
}

/// Returns what was read of a key that may be absent; nothing where it is wrong.
fn given<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(None) => None,
        Some(some) => Some(some),
    }
}

/// A task has numbers of its own.
fn fits(reader: &mut Reader, at: &At<'_>, metric: Metric, has_task: bool, task: Option<&Task>) -> Option<()> {
    let word = metric.word();
    match task {
        Some(task) if !task.metrics().contains(&metric) => {
            let hint = format!("a task of this type has {}", listed(task.metrics().iter().map(|known| known.word())));
            let message = format!("a task of type `{}` has no `{word}`", task.word());
            reader.wrong_of(Code::ConflictingKeys, at, message, Some(hint))
        }
        None if !has_task && Skill::ALL.into_iter().all(|skill| !metric.is_of(skill)) => {
            let hint = format!("it is measured of {}", metric.measured_of());
            reader.wrong_of(Code::MissingKey, at, format!("`{word}` expects a `task`"), Some(hint))
        }
        Some(_) | None => Some(()),
    }
}

/// Reads one gate.
pub fn gate(reader: &mut Reader, at: &At<'_>) -> Option<Gate> {
    let mut fields = Fields::open(reader, at)?;
    let model = fields.need(reader, "model").and_then(|at| reader.reference(&at, Kind::Model));
    let evaluation = fields.need(reader, "evaluation").and_then(|at| reader.reference(&at, Kind::Evaluation));
    let less = fields.take("less-than");
    let greater = fields.take("greater-than");
    let better = fields.take("min-better-percent");
    let worse = fields.take("max-worse-percent");
    let forgotten = fields.take("max-forgotten-percent");
    let most = fields.take("at-most");
    let least = fields.take("at-least");
    let than = fields.take("than");
    fields.finish(reader);
    let given = [&less, &greater, &better, &worse, &forgotten, &most, &least].into_iter().flatten().count();
    if given != 1 {
        let message = format!(
            "expected one requirement, found {}",
            if given == 0 { "none".to_owned() } else { given.to_string() }
        );
        let hint = "a gate has one of `less-than`, `greater-than`, `min-better-percent`, `max-worse-percent`, `max-forgotten-percent`, `at-most`, `at-least`";
        let code = if given == 0 { Code::MissingKey } else { Code::ConflictingKeys };
        return reader.wrong_of(code, at, message, Some(hint.to_owned()));
    }
    let is_percent = better.is_some() || worse.is_some();
    if let (Some(than), false) = (&than, is_percent) {
        let hint = "`less-than: general` names the other model itself".to_owned();
        let message = "`than` goes with `min-better-percent` and `max-worse-percent`";
        return reader.wrong_of(Code::ConflictingKeys, than, message, Some(hint));
    }
    if let Some(at) = forgotten {
        let percent = reader.number(&at, 0.0..=1e6)?;
        return Some(Gate { model: model?, evaluation: evaluation?, rule: GateRule::MaxForgottenPercent { percent } });
    }
    let rule = match (less, greater, better.or(worse.clone()), most, least) {
        (Some(at), ..) => reader.any_model(&at).map(|than| GateRule::LessThan { than }),
        (_, Some(at), ..) => reader.any_model(&at).map(|than| GateRule::GreaterThan { than }),
        (_, _, Some(percent_at), ..) => {
            let percent = reader.number(&percent_at, 0.0..=1e6);
            let than = match &than {
                Some(at) => reader.any_model(at),
                None => reader.wrong_of(
                    Code::MissingKey,
                    at,
                    "`than` is missing: better or worse than which model?",
                    elsewhere::example(&at.path, "than"),
                ),
            };
            percent.zip(than).map(|(percent, than)| {
                if worse.is_some() {
                    GateRule::MaxWorsePercent { percent, than }
                } else {
                    GateRule::MinBetterPercent { percent, than }
                }
            })
        }
        (_, _, _, Some(at), _) => reader.number(&at, -1e300..=1e300).map(|value| GateRule::AtMost { value }),
        (_, _, _, _, Some(at)) => reader.number(&at, -1e300..=1e300).map(|value| GateRule::AtLeast { value }),
        (None, None, None, None, None) => None,
    };
    Some(Gate { model: model?, evaluation: evaluation?, rule: rule? })
}

/// Reads one sample.
pub fn sample(reader: &mut Reader, at: &At<'_>) -> Option<Sample> {
    let default = Sampling::default();
    let mut fields = Fields::open(reader, at)?;
    let model = fields.need(reader, "model").and_then(|at| reader.reference(&at, Kind::Model));
    let prompt = fields.need(reader, "prompt").and_then(|at| reader.some_text(&at));
    let max_tokens = fields.or(reader, "max-tokens", default.max_tokens, |reader, at| reader.count(at, 1));
    let temperature = fields.or(reader, "temperature", default.temperature, |reader, at| reader.number(at, 0.0..=10.0));
    let top_k = fields.or(reader, "top-k", default.top_k, |reader, at| reader.count(at, 0));
    let top_p = fields.or(reader, "top-p", default.top_p, |reader, at| reader.number(at, 1e-6..=1.0));
    let seed = fields.or(reader, "seed", default.seed, |reader, at| reader.large_count(at, 0));
    fields.finish(reader);
    let sampling =
        Sampling { max_tokens: max_tokens?, temperature: temperature?, top_k: top_k?, top_p: top_p?, seed: seed? };
    Some(Sample { model: model?, prompt: prompt?, sampling })
}
