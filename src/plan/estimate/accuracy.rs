//! How near estimates came: what was expected beside what was.

use serde::Serialize;

use crate::id::StageId;
use crate::plan::estimate::Estimate;
use crate::plan::estimate::rate::median;

/// What was found out about a stage that did its work.
#[derive(Debug, Clone, PartialEq)]
pub struct Actual {
    /// The stage.
    pub stage: StageId,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The median speed of its steps, in tokens a second, of a training.
    pub tokens_per_second: Option<f64>,
    /// The most memory its worker held, in bytes, where the worker told.
    pub memory: Option<f64>,
}

/// What was expected of a number, and what it was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pair {
    /// What was expected.
    pub estimate: f64,
    /// What it was.
    pub actual: f64,
}

impl Pair {
    /// Returns the actual number as a multiple of the expected one; nothing where nothing was expected.
    pub fn ratio(&self) -> Option<f64> {
        (self.estimate > 0.0).then(|| self.actual / self.estimate)
    }
}

/// A stage whose estimate was recorded and that did its work.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Compared {
    /// The stage.
    pub stage: StageId,
    /// How long it took, in seconds.
    pub seconds: Pair,
    /// The speed of its steps, in tokens a second, of a training.
    pub tokens_per_second: Option<Pair>,
    /// The most memory it held, in bytes, where the worker told.
    pub memory: Option<Pair>,
}

/// Returns the stages that did their work, each with what was expected of it.
pub fn compare(estimate: &Estimate, actual: &[Actual]) -> Vec<Compared> {
    let pair = |estimate: Option<f64>, actual: Option<f64>| {
        estimate.zip(actual).map(|(estimate, actual)| Pair { estimate, actual })
    };
    let one = |actual: &Actual| {
        let expected = estimate.stages.get(&actual.stage)?;
        let training = expected.training.as_ref();
        Some(Compared {
            stage: actual.stage.clone(),
            seconds: Pair { estimate: expected.seconds, actual: actual.seconds },
            tokens_per_second: pair(training.map(|training| training.tokens_per_second), actual.tokens_per_second),
            memory: pair(training.map(|training| training.total_memory as f64), actual.memory),
        })
    };
    actual.iter().filter_map(one).collect()
}

/// Returns the sum of the times of some stages.
pub fn sum(compared: &[Compared]) -> Pair {
    compared.iter().fold(Pair { estimate: 0.0, actual: 0.0 }, |sum, one| Pair {
        estimate: sum.estimate + one.seconds.estimate,
        actual: sum.actual + one.seconds.actual,
    })
}

/// Returns the median of the ratios of actual to expected.
pub fn median_ratio(pairs: impl Iterator<Item = Pair>) -> Option<f64> {
    median(pairs.filter_map(|pair| pair.ratio()).collect())
}
