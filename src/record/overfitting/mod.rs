//! Whether a model learns the rule or only its training data, told from the curves of its losses.
//!
//! A model overfits from where its loss on data it does not learn from (held out) rises while that on its training data goes
//! on falling, or where the second falls far below the first, which no longer follows; it underfits where both still fall when
//! the training ends (Goodfellow, Bengio and Courville 2016, "Deep Learning", sections 5.2 and 7.8). Measured curves rise and
//! fall by chance, too, so that the first rise tells nothing (Prechelt 1998, "Early Stopping – But When?"). [`judge()`] therefore
//! holds every change against the noise of the curve: see `curve.rs` for how that is measured and `judge.rs` for the rules.
//!
//! # Limits
//! - Few measurements say nothing: below [`LEAST`] of them the verdict is `unclear`.
//! - A learning rate that falls to nothing flattens both curves: a training that was too short may then look as if it fits.
//! - The training loss is the mean since the measurement before, with dropout and augmentation, so that it lags and may lie above
//!   the held-out loss; only changes of the gap are judged, and its size where only it is left.
//! - Held-out data that is like the training data, copies included, hides overfitting. What contamination finds is told apart.
//! - A curve that wanders like a random walk cannot be told from a trend while it lasts.

mod curve;
mod judge;
mod words;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use judge::{LEAST, judge};

/// One measurement of both losses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Measured {
    /// The optimizer step, in steps.
    pub step: u64,
    /// The mean training loss since the measurement before, in nats a token or record.
    pub train: f64,
    /// The loss on what is not learned from, in nats a token or record.
    pub held_out: f64,
}

/// What the curves of a training say, with the numbers behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Overfitting {
    /// The verdict.
    pub verdict: Verdict,
    /// How many measurements there are.
    pub measurements: usize,
    /// The numbers it was told by; none of too few measurements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// What is to be said of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Verdict {
    /// The held-out loss fell and stays low.
    Fits,
    /// Both losses still fall: more training would help.
    Underfits,
    /// From a step on, only the training data is learned.
    Overfits {
        /// The step, in steps.
        since_step: u64,
        /// What tells it.
        sign: Sign,
    },
    /// The curves do not say.
    Unclear {
        /// Why not.
        reason: Reason,
    },
}

impl Verdict {
    /// Returns whether the model overfits.
    pub fn is_overfitting(self) -> bool {
        match self {
            Self::Overfits { .. } => true,
            Self::Fits | Self::Underfits | Self::Unclear { .. } => false,
        }
    }
}

/// What tells that a model overfits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// The held-out loss rises, and the training loss does not.
    HeldOutRises,
    /// The held-out loss stands still, and the training loss falls far below it.
    GapWidens,
}

/// Why curves do not say anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// There are fewer measurements than a trend needs.
    FewMeasurements,
    /// A loss is no finite number.
    NotFinite,
    /// Both losses rise: the training is unstable, which is something else.
    BothRise,
    /// The held-out loss rose, and falls again or comes and goes.
    Wanders,
    /// It lies above its lowest, by no more than the noise of the curve.
    Noise,
    /// Neither loss moved.
    NothingMoved,
}

/// The numbers behind a verdict: levels are medians of the last few measurements, in nats a token or record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Evidence {
    /// The training loss at the end.
    pub train: f64,
    /// The held-out loss at the end.
    pub held_out: f64,
    /// How far the held-out loss lies above the training loss at the end; below 0 where it lies below.
    pub gap: f64,
    /// That gap where the held-out loss was lowest.
    pub gap_at_lowest: f64,
    /// The lowest held-out loss.
    pub lowest: f64,
    /// Its step, in steps.
    pub lowest_step: u64,
    /// How far the held-out loss has risen since, in percent of the lowest.
    pub rise_percent: f64,
    /// The rise from which on it counts, in percent of the lowest.
    pub bound_percent: f64,
    /// The standard deviation of one measurement of the held-out loss around its curve.
    pub noise: f64,
}
