//! One node of the plan.

use serde::{Deserialize, Serialize};

use crate::id::{Digest, RunId, StageId};
use crate::plan::staleness::StaleReason;
use crate::plan::work::Work;

/// One node of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stage {
    /// Its id.
    pub id: StageId,
    /// What it does.
    pub work: Work,
    /// The stages whose outputs it reads, or that have to be done before it.
    pub needs: Vec<StageId>,
    /// Everything that can change its outputs, as JSON that a person can read; its digest is the fingerprint.
    pub key: serde_json::Value,
    /// The digest of `key`.
    pub fingerprint: Digest,
    /// Whether its outputs are there already.
    pub freshness: Freshness,
}

/// Whether the outputs of a stage are there already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Freshness {
    /// An earlier run did the same work.
    Fresh {
        /// That run.
        run: RunId,
    },
    /// The work has to be done.
    Stale {
        /// Why.
        reason: StaleReason,
    },
}

impl Stage {
    /// Returns whether the outputs are there already.
    pub fn is_fresh(&self) -> bool {
        matches!(self.freshness, Freshness::Fresh { .. })
    }

    /// Returns the stages whose outputs it reads: all it needs but those that only say whether it may begin.
    pub fn inputs(&self) -> impl Iterator<Item = &StageId> {
        self.needs.iter().filter(|need| !need.kind().is_condition())
    }
}
