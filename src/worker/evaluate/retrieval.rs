//! Measures whether pictures find their captions.

use crate::engine::metric::{bootstrap, mean, retrieval};
use crate::engine::retrieve;
use crate::engine::sampler::{Data, Kind, Rows};
use crate::recipe::evaluation::Metric;
use crate::record::report::EvaluationReport;
use crate::worker::evaluate::{Subject, timing};
use crate::worker::failure::Failure;

/// Measures pictures with captions; pictures are drawn again for the interval.
///
/// Captions that are the same count once: a picture has found its own when it is among the k nearest of those that differ.
pub(super) fn measure(subject: &Subject<'_>, data: Data) -> Result<EvaluationReport, Failure> {
    let Subject { work, network, parameters, .. } = subject;
    let rows = Rows::to_measure(data, Kind::Captions, network.context())?;
    let (near, seconds) = timing::timed(|| retrieve::measure(network, parameters, &rows, work.tokens));
    let near = near?;
    let k = work.k.unwrap_or(1) as usize;
    let found = retrieval::is_found(&near.cosines, near.captions, &near.own, k);
    let found: Vec<f64> = found.into_iter().map(|is| f64::from(u8::from(is))).collect();
    let n = found.len();
    let (value, interval) = match work.metric {
        Metric::RecallAtK => (mean(found.iter().copied()), bootstrap::of_mean(&found)),
        Metric::TokensPerSecond => (near.tokens as f64 / seconds, None),
        Metric::PeakMemory => (timing::peak_memory()?, None),
        _ => return Err(subject.foreign("a pair of towers")),
    };
    let report = EvaluationReport::new(work.metric, value, 0.0, near.tokens);
    Ok(EvaluationReport { interval, records: Some(n as u64), ..report })
}
