//! Measures a model that makes records whole again.

use crate::engine::each;
use crate::engine::evaluate::n_rows;
use crate::engine::metric::{bootstrap, mean};
use crate::engine::sampler::{Data, Kind, Rows};
use crate::recipe::evaluation::Metric;
use crate::recipe::objective::{Corruption, Objective};
use crate::record::report::EvaluationReport;
use crate::worker::evaluate::Subject;
use crate::worker::evaluate::timing::{self, Speed};
use crate::worker::failure::Failure;

/// Measures an autoencoder on records that are spoiled as its training spoils them, the same way each time; of hidden patches, those
/// count that were hidden. Records are drawn again for the interval.
pub(super) fn measure(subject: &Subject<'_>, data: Data) -> Result<EvaluationReport, Failure> {
    let Subject { work, network, parameters, .. } = subject;
    let corruption = match &work.objective {
        Some(Objective::Autoencoder(own)) => own.corruption,
        Some(_) | None => Corruption::None,
    };
    let rows = Rows::to_measure(data, Kind::Unlabelled, network.context())?;
    let errors = |places| each::errors(network, parameters, &rows, places, corruption);
    let (all, seconds) = timing::timed(|| errors(0..n_rows(&rows, work.tokens)));
    let all = all?;
    let speed = Speed { read: all.read, seconds, requests: all.records };
    let machine = timing::of_machine(work.metric, speed, |index| errors(index..index + 1).map(drop))?;
    let (value, interval) = match (work.metric, machine) {
        (_, Some(value)) => (value, None),
        (Metric::ReconstructionError, None) => {
            let off: Vec<f64> = all.values.iter().copied().map(f64::from).collect();
            (mean(off.iter().copied()), bootstrap::of_mean(&off))
        }
        (_, None) => return Err(subject.foreign("an autoencoder")),
    };
    let report = EvaluationReport::new(work.metric, value, 0.0, all.read);
    Ok(EvaluationReport { interval, records: Some(all.records as u64), ..report })
}
