//! Measures whether pictures find their captions.

use crate::engine::metric::{bootstrap, mean, retrieval};
use crate::engine::retrieve;
use crate::engine::sampler::{Data, Kind, Rows};
use crate::recipe::evaluation::Metric;
use crate::record::report::EvaluationReport;
use crate::worker::evaluate::Subject;
use crate::worker::evaluate::timing::{self, Speed};
use crate::worker::failure::Failure;

/// Measures pictures with captions; pictures are drawn again for the interval.
///
/// Captions that are the same count once: a picture has found its own when it is among the k nearest of those that differ.
pub(super) fn measure(subject: &Subject<'_>, data: Data) -> Result<EvaluationReport, Failure> {
    let Subject { work, network, parameters, .. } = subject;
    let rows = Rows::to_measure(data, Kind::Captions, network.context())?;
    let (near, seconds) = timing::timed(|| retrieve::measure(network, parameters, &rows, work.tokens));
    let near = near?;
    let n = near.own.len();
    let speed = Speed { read: near.tokens, seconds, requests: n };
    let machine = timing::of_machine(work.metric, speed, |index| retrieve::read(network, parameters, &rows, index))?;
    let (value, interval) = match (work.metric, machine) {
        (_, Some(value)) => (value, None),
        (Metric::RecallAtK, None) => {
            let found = retrieval::is_found(&near.cosines, near.captions, &near.own, work.k.unwrap_or(1) as usize);
            let found: Vec<f64> = found.into_iter().map(|is| f64::from(u8::from(is))).collect();
            (mean(found.iter().copied()), bootstrap::of_mean(&found))
        }
        (_, None) => return Err(subject.foreign("a pair of towers")),
    };
    let report = EvaluationReport::new(work.metric, value, 0.0, near.tokens);
    Ok(EvaluationReport { interval, records: Some(n as u64), ..report })
}
