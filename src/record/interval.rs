//! How sure a measured number is.

use serde::{Deserialize, Serialize};

/// Where a number would be on other records like these, as far as those measured tell (percentile bootstrap, Efron 1979).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Interval {
    /// Its lower end, in the unit of the number.
    pub low: f64,
    /// Its upper end, in the unit of the number.
    pub high: f64,
    /// The share of the draws that lie within.
    pub confidence: f64,
    /// How often the records were drawn again.
    pub resamples: u32,
}

impl Interval {
    /// Returns the interval in words: `[low, high]`.
    pub fn words(&self, number: impl Fn(f64) -> String) -> String {
        format!("[{}, {}]", number(self.low), number(self.high))
    }
}
