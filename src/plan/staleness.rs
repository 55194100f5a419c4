//! Why a stage has to run, as data that prints.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::StageId;

/// Why a stage has to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum StaleReason {
    /// No run did it before.
    New,
    /// Values of the recipe, data or the engine's version differ from the newest run's.
    Changed {
        /// Every difference, by dotted path.
        changes: Vec<Change>,
    },
    /// A stage it needs has to run.
    InputStale {
        /// The first such stage.
        input: StageId,
    },
    /// It was done, but an output is no longer in the artifact store.
    OutputGone {
        /// The name of the output.
        name: String,
    },
    /// Somebody asked for it.
    Forced,
}

/// One difference between two keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Change {
    /// The dotted path: `budget.steps`.
    pub path: String,
    /// The old value as it prints, or `None` where there was none.
    pub old: Option<String>,
    /// The new value as it prints, or `None` where there is none.
    pub new: Option<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, old, new } = self;
        match (old, new) {
            (Some(old), Some(new)) => write!(f, "{path} {old} → {new}"),
            (None, Some(new)) => write!(f, "{path} {new} added"),
            (Some(old), None) => write!(f, "{path} {old} removed"),
            (None, None) => write!(f, "{path} changed"),
        }
    }
}

impl fmt::Display for StaleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("never done before"),
            Self::Changed { changes } => {
                let shown: Vec<_> = changes.iter().take(3).map(ToString::to_string).collect();
                f.write_str(&shown.join(", "))?;
                match changes.len().saturating_sub(3) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
            Self::InputStale { input } => write!(f, "{input} is stale"),
            Self::OutputGone { name } => write!(f, "its output `{name}` is gone from the artifact store"),
            Self::Forced => f.write_str("asked for"),
        }
    }
}
