//! Measures a model that tells numbers.

use crate::engine::each;
use crate::engine::evaluate::n_rows;
use crate::engine::metric::{bootstrap, regression};
use crate::engine::sampler::{Data, Kind, Rows};
use crate::recipe::evaluation::Metric;
use crate::record::report::EvaluationReport;
use crate::worker::evaluate::Subject;
use crate::worker::evaluate::timing::{self, Speed};
use crate::worker::failure::Failure;

/// Measures a regression; records are drawn again for the interval.
pub(super) fn measure(subject: &Subject<'_>, data: Data) -> Result<EvaluationReport, Failure> {
    let Subject { work, network, parameters, .. } = subject;
    let (data, kind) = match work.metric.is_of_machine() {
        true => (data, Kind::Unlabelled),
        false => (data.with_numbers()?, Kind::Numbered),
    };
    let rows = Rows::to_measure(data, kind, network.context())?;
    let numbers = |places| each::numbers(network, parameters, &rows, places);
    let (all, seconds) = timing::timed(|| numbers(0..n_rows(&rows, work.tokens)));
    let all = all?;
    let speed = Speed { read: all.read, seconds, requests: all.records };
    let (value, interval) = match timing::of_machine(work.metric, speed, |index| numbers(index..index + 1).map(drop))? {
        Some(value) => (value, None),
        None => {
            let of = number(work.metric).ok_or_else(|| subject.foreign("a model that tells numbers"))?;
            let [told, right] = [&all.values, &all.numbers].map(|all| all.iter().copied().map(f64::from).collect());
            let drawn = |drawn: &[usize]| {
                let [told, right] =
                    [&told, &right].map(|all: &Vec<f64>| drawn.iter().map(|i| all[*i]).collect::<Vec<_>>());
                of(&told, &right)
            };
            (of(&told, &right), bootstrap::interval(all.records, bootstrap::RESAMPLES, bootstrap::SEED, drawn))
        }
    };
    let report = EvaluationReport::new(work.metric, value, 0.0, all.read);
    Ok(EvaluationReport { interval, records: Some(all.records as u64), ..report })
}

/// How far off the numbers that are told are from the right ones.
type Off = fn(&[f64], &[f64]) -> f64;

/// Returns how far off numbers are, by a metric of numbers.
fn number(metric: Metric) -> Option<Off> {
    match metric {
        Metric::MeanAbsoluteError => Some(regression::mean_absolute_error),
        Metric::RootMeanSquaredError => Some(regression::root_mean_squared_error),
        Metric::RSquared => Some(regression::r_squared),
        _ => None,
    }
}
