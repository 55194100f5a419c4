//! How fast a model answers, and how much memory that takes: numbers of this machine.

use std::time::Instant;

use crate::engine::EngineError;
use crate::engine::metric::percentile::percentile;
use crate::recipe::evaluation::Metric;
use crate::record::FailureClass;
use crate::worker::failure::Failure;
use crate::worker::train::own_peak_memory;

/// The requests that are made before the clock runs: the first ones pay for what is made once.
const WARM_UP: usize = 3;

/// The requests whose time is taken; more say hardly more.
const REQUESTS: usize = 500;

/// Does something, and returns how long that took, in seconds.
pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begun = Instant::now();
    let made = work();
    (made, begun.elapsed().as_secs_f64().max(f64::MIN_POSITIVE))
}

/// How fast a measurement went.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speed {
    /// The tokens it read, or the records where they have none.
    pub(super) read: u64,
    /// How long it took.
    pub(super) seconds: f64,
    /// How many records or rows there are, each of which can be a request.
    pub(super) requests: usize,
}

/// Returns a number of the machine; nothing of metrics that say something of the model. `request` asks the model about one record alone.
pub(super) fn of_machine(
    metric: Metric,
    speed: Speed,
    request: impl FnMut(usize) -> Result<(), EngineError>,
) -> Result<Option<f64>, Failure> {
    Ok(match metric {
        Metric::TokensPerSecond => Some(speed.read as f64 / speed.seconds),
        Metric::LatencyP50 => Some(latency(0.5, speed.requests, request)?),
        Metric::LatencyP90 => Some(latency(0.9, speed.requests, request)?),
        Metric::LatencyP99 => Some(latency(0.99, speed.requests, request)?),
        Metric::PeakMemory => Some(peak_memory()?),
        _ => None,
    })
}

/// Returns a percentile of how long single requests take, one after the other, in milliseconds.
///
/// The requests are those of the first records; where there are fewer than are asked, they come again.
fn latency(
    share: f64,
    n: usize,
    mut request: impl FnMut(usize) -> Result<(), EngineError>,
) -> Result<f64, EngineError> {
    let mut times = Vec::with_capacity(REQUESTS);
    for index in 0..WARM_UP + REQUESTS {
        let (outcome, seconds) = timed(|| request(index % n.max(1)));
        outcome?;
        if index >= WARM_UP {
            times.push(1000.0 * seconds);
        }
    }
    Ok(percentile(&times, share))
}

/// Returns the most memory this process has held, in bytes; that of a GPU is not part of it.
fn peak_memory() -> Result<f64, Failure> {
    let lacks = || {
        Failure::new(FailureClass::Work, "the system does not tell how much memory a process has held")
            .with_hint("`peak-memory` is measured on Linux")
    };
    own_peak_memory().map(|bytes| bytes as f64).ok_or_else(lacks)
}
