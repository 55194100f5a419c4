//! Measures what a generator makes, against what is real and by what a classifier of the recipe takes it for.

use std::ops::Range;

use crate::engine::EngineError;
use crate::engine::classify::shares;
use crate::engine::metric::{bootstrap, recognition};
use crate::engine::model::{Network, Reading};
use crate::engine::sampler::{Data, Kind, Rows};
use crate::engine::train::learner::load_parameters;
use crate::engine::train::validation;
use crate::engine::value::Value;
use crate::engine::{evaluate, objective};
use crate::recipe::evaluation::Metric;
use crate::record::report::EvaluationReport;
use crate::record::{FailureClass, Interval};
use crate::worker::evaluate::Subject;
use crate::worker::evaluate::timing::{self, Speed};
use crate::worker::failure::Failure;

/// The pictures of one pass.
const PASS_RECORDS: usize = 256;

/// Measures a generator: as many pictures are made as the split has, always of the same random numbers.
pub(super) fn measure(subject: &Subject<'_>, data: Data) -> Result<EvaluationReport, Failure> {
    let Subject { work, network, parameters, .. } = subject;
    let rows = Rows::to_measure(data, Kind::Unlabelled, network.context())?;
    let n = evaluate::n_rows(&rows, work.tokens);
    let (value, interval) = match work.metric {
        Metric::FrechetDistance => (validation::distance(network, parameters, &rows, work.tokens)?, None),
        Metric::Recognised | Metric::ClassCoverage => by_the_judge(subject, &rows, n)?,
        _ => (of_machine(subject, &rows, n)?, None),
    };
    let report = EvaluationReport::new(work.metric, value, 0.0, n as u64);
    Ok(EvaluationReport { interval, records: Some(n as u64), ..report })
}

/// A generator reads nothing: what counts is what it makes.
fn of_machine(subject: &Subject<'_>, rows: &Rows, n: usize) -> Result<f64, Failure> {
    let make = |places| made(subject, rows, places).map(drop);
    let (outcome, seconds) = timing::timed(|| passes(n).try_for_each(make));
    outcome?;
    let speed = Speed { read: n as u64, seconds, requests: n };
    let value = timing::of_machine(subject.work.metric, speed, |index| make(index..index + 1))?;
    value.ok_or_else(|| subject.foreign("a generator"))
}

/// Measures what a classifier takes the pictures for.
fn by_the_judge(subject: &Subject<'_>, rows: &Rows, n: usize) -> Result<(f64, Option<Interval>), Failure> {
    let (all, n_classes) = judged(subject, rows, n)?;
    let told = recognition::recognised(&all);
    let of = |told: &[Option<usize>]| match subject.work.metric {
        Metric::ClassCoverage => recognition::coverage(told, n_classes),
        _ => recognition::share(told),
    };
    let drawn = |drawn: &[usize]| of(&drawn.iter().map(|place| told[*place]).collect::<Vec<_>>());
    Ok((of(&told), bootstrap::interval(told.len(), bootstrap::RESAMPLES, bootstrap::SEED, drawn)))
}

/// Returns how likely each class of the judge is for `n` pictures that are made, and how many classes it has.
fn judged(subject: &Subject<'_>, rows: &Rows, n: usize) -> Result<(Vec<Vec<f32>>, usize), Failure> {
    let Subject { task, work, network, .. } = subject;
    let lost = || Failure::new(FailureClass::Bug, "the plan names nobody who judges");
    let by = work.by.as_ref().ok_or_else(lost)?;
    let weights = task.input(&by.weights, "model.safetensors")?;
    let judge = Network::with_head(&by.architecture, 0, Some(&by.classification), network.device());
    let own = load_parameters(&judge, Some(&weights), 0)?;
    let n_classes = by.classification.classes.len();
    let mut all = Vec::with_capacity(n);
    for places in passes(n) {
        let shape: Vec<usize> =
            std::iter::once(places.len()).chain(rows.shape().unwrap_or_default().iter().copied()).collect();
        let made = Value::new(made(subject, rows, places)?, &shape, network.device());
        let told = shares(&judge, &own, &Reading { tokens: None, features: Some(made) });
        all.extend(told.chunks(n_classes).map(<[f32]>::to_vec));
    }
    Ok((all, n_classes))
}

fn passes(n: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n).step_by(PASS_RECORDS).map(move |first| first..n.min(first + PASS_RECORDS))
}

/// Returns the pictures that are made of the random numbers of some rows, one behind the other.
fn made(subject: &Subject<'_>, rows: &Rows, places: Range<usize>) -> Result<Vec<f32>, EngineError> {
    let keys = places.map(|index| Ok(rows.measured(index)?.key)).collect::<Result<Vec<u64>, EngineError>>()?;
    Ok(objective::generated(&subject.network, &subject.parameters, &keys))
}
