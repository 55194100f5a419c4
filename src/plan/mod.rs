//! The plan: a recipe and what is known become stages, a graph, fingerprints, and what is fresh or stale and why.
//!
//! **Invariant:** pure. What lies on disk and in the database is handed in as a ledger.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod beside;
pub mod build;
pub mod contamination;
mod facts;
pub mod key;
pub mod judge;
pub mod retry;
pub mod stage;
pub mod work;
pub mod spec;
pub mod ledger;
pub mod staleness;
pub mod table;
pub mod estimate;
pub mod tree;
pub mod graph;
#[cfg(test)]
mod repeats;
#[cfg(test)]
mod tests;

pub use build::build;
pub use estimate::{Estimate, Known};
pub use judge::judge;
pub use ledger::{Done, Ledger, SourceState, Sources, Tables};
pub use spec::{Outputs, Spec};
pub use stage::{Freshness, Stage};
pub use staleness::{Change, StaleReason};
pub use work::Work;

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Name, StageId};

/// The stages of a recipe, every stage behind those it needs.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Plan {
    /// The recipe's name.
    pub recipe: Name,
    /// The stages.
    pub stages: Vec<Stage>,
    /// What they will take, where somebody asked; plans of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
}

impl Plan {
    /// Returns the stage with this id.
    ///
    /// Who asks for many takes [`by_id`](Self::by_id).
    pub fn stage(&self, id: &StageId) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == *id)
    }

    /// Leaves some stages, and those they need.
    pub fn keep(&mut self, mut wanted: BTreeSet<StageId>) {
        for stage in self.stages.iter().rev() {
            if wanted.contains(&stage.id) {
                wanted.extend(stage.needs.iter().cloned());
            }
        }
        self.stages.retain(|stage| wanted.contains(&stage.id));
    }

    /// Returns the stages by their ids.
    pub fn by_id(&self) -> BTreeMap<&StageId, &Stage> {
        self.stages.iter().map(|stage| (&stage.id, stage)).collect()
    }
}
