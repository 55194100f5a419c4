//! How things ended.

use serde::{Deserialize, Serialize};

use crate::recipe::evaluation::Gate;
use crate::record::repeated::Repeated;

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
    /// A manager works on it, or died while it did.
    Running,
    /// Every stage finished and every gate passed.
    Succeeded,
    /// A stage failed or a gate was broken.
    Failed,
    /// Somebody stopped it; it can go on.
    Interrupted,
}

impl RunStatus {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Running, Self::Succeeded, Self::Failed, Self::Interrupted];

    /// Returns the word used in tables and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// The state of a stage within a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageStatus {
    /// It waits for its inputs or for a slot.
    Waiting,
    /// A worker is on it.
    Running,
    /// It did its work in this run.
    Finished,
    /// An earlier run did the same work, and its outputs were taken.
    Cached,
    /// It could not do its work.
    Failed,
    /// It was stopped and can go on.
    Interrupted,
    /// A stage it needs failed or was stopped.
    Skipped,
}

impl StageStatus {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Waiting, Self::Running, Self::Finished, Self::Cached, Self::Failed, Self::Interrupted, Self::Skipped];

    /// Returns the word used in tables and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Cached => "cached",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Skipped => "skipped",
        }
    }
}

/// What came out of a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GateResult {
    /// The requirement.
    pub gate: Gate,
    /// The value of the gate's model: the mean, where its training was repeated.
    pub value: f64,
    /// The value it was held against: the other model's, or the bound.
    pub reference: f64,
    /// Whether the requirement holds.
    pub passed: bool,
    /// The comparison in words: `12.1 is 34.2 % better than general's 18.4, required: 30 %`.
    pub explanation: String,
    /// What the values are the means of, where trainings were repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<GateRepeats>,
}

/// What the values of a gate are the means of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GateRepeats {
    /// The values of the gate's model.
    pub value: Repeated,
    /// Those of the model it was held against, where it was held against one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Repeated>,
}
