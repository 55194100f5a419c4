//! Measures what a generator makes, against what is real and by what a classifier of the recipe takes it for.

use crate::engine::classify::shares;
use crate::engine::metric::{bootstrap, recognition};
use crate::engine::model::{Network, Reading};
use crate::engine::sampler::{Data, Kind, Rows};
use crate::engine::train::learner::load_parameters;
use crate::engine::train::validation;
use crate::engine::value::Value;
use crate::engine::{evaluate, objective};
use crate::recipe::evaluation::Metric;
use crate::record::FailureClass;
use crate::record::report::EvaluationReport;
use crate::worker::evaluate::{Subject, timing};
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
        Metric::Recognised | Metric::ClassCoverage => {
            let (all, n_classes) = judged(subject, &rows, n)?;
            let told = recognition::recognised(&all);
            let of = |told: &[Option<usize>]| match work.metric {
                Metric::ClassCoverage => recognition::coverage(told, n_classes),
                _ => recognition::share(told),
            };
            let drawn = |drawn: &[usize]| of(&drawn.iter().map(|place| told[*place]).collect::<Vec<_>>());
            (of(&told), bootstrap::interval(told.len(), bootstrap::RESAMPLES, bootstrap::SEED, drawn))
        }
        Metric::PeakMemory => (timing::peak_memory()?, None),
        _ => return Err(subject.foreign("a generator")),
    };
    let report = EvaluationReport::new(work.metric, value, 0.0, n as u64);
    Ok(EvaluationReport { interval, records: Some(n as u64), ..report })
}

/// Measures what is made whole again; what is spoiled of a record is the same each time.
pub(super) fn measure_again(subject: &Subject<'_>, data: Data) -> Result<EvaluationReport, Failure> {
    let Subject { work, network, parameters, .. } = subject;
    let rows = Rows::to_measure(data, Kind::Unlabelled, network.context())?;
    let n = evaluate::n_rows(&rows, work.tokens);
    let value = match (work.metric, &work.objective) {
        (Metric::ReconstructionError, Some(objective)) => {
            let task = objective::Task { network, objective, guide: None, class_weights: None };
            validation::by_the_loss(&task, parameters, &rows, work.tokens)?.0
        }
        (Metric::PeakMemory, _) => timing::peak_memory()?,
        _ => return Err(subject.foreign("an autoencoder")),
    };
    let report = EvaluationReport::new(work.metric, value, 0.0, n as u64);
    Ok(EvaluationReport { records: Some(n as u64), ..report })
}

/// Returns how likely each class of the judge is for `n` pictures that are made, and how many classes it has.
fn judged(subject: &Subject<'_>, rows: &Rows, n: usize) -> Result<(Vec<Vec<f32>>, usize), Failure> {
    let Subject { task, work, network, parameters } = subject;
    let lost = || Failure::new(FailureClass::Bug, "the plan names nobody who judges");
    let by = work.by.as_ref().ok_or_else(lost)?;
    let weights = task.input(&by.weights, "model.safetensors")?;
    let judge = Network::with_head(&by.architecture, 0, Some(&by.classification), network.device());
    let own = load_parameters(&judge, Some(&weights), 0)?;
    let n_classes = by.classification.classes.len();
    let mut all = Vec::with_capacity(n);
    for first in (0..n).step_by(PASS_RECORDS) {
        let keys = (first..n.min(first + PASS_RECORDS)).map(|index| Ok(rows.measured(index)?.key));
        let keys = keys.collect::<Result<Vec<u64>, Failure>>()?;
        let shape: Vec<usize> =
            std::iter::once(keys.len()).chain(rows.shape().unwrap_or_default().iter().copied()).collect();
        let made = Value::new(objective::generated(network, parameters, &keys), &shape, network.device());
        let told = shares(&judge, &own, &Reading { tokens: None, features: Some(made) });
        all.extend(told.chunks(n_classes).map(<[f32]>::to_vec));
    }
    Ok((all, n_classes))
}
