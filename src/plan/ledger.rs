//! What is known when a plan is judged: handed in by the edges, which read the database and the disk.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{Digest, Name, RunId, StageId};
use crate::plan::spec::Outputs;
use crate::recipe::dataset::SplitName;

/// What the source of a dataset contains now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SourceState {
    /// The digest over the names and the contents of the files, in order.
    pub digest: Digest,
    /// The number of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The tables another recipe has prepared, where the source is one of its datasets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tables: Option<Tables>,
}

/// The digests of the tables of a prepared dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tables {
    /// The training split.
    pub train: Digest,
    /// The validation split.
    pub validation: Digest,
    /// The test split.
    pub test: Digest,
}

impl Tables {
    /// Returns the digest of the table of a split.
    pub fn of(&self, split: SplitName) -> Digest {
        match split {
            SplitName::Train => self.train,
            SplitName::Validation => self.validation,
            SplitName::Test => self.test,
        }
    }
}

/// The source states of a recipe's datasets.
pub type Sources = BTreeMap<Name, SourceState>;

/// Work that was done: the outputs are in the artifact store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Done {
    /// The run that did it.
    pub run: RunId,
    /// What it depended on.
    pub key: serde_json::Value,
    /// The digest of `key`.
    pub fingerprint: Digest,
    /// What came out.
    pub outputs: Outputs,
}

/// What earlier runs left.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    /// Work with one of the plan's fingerprints whose outputs are all still there, by fingerprint.
    pub done: BTreeMap<Digest, Done>,
    /// Work with one of the plan's fingerprints of which an output is gone: the fingerprint and the name of the output.
    pub gone: BTreeMap<Digest, String>,
    /// For every stage of this recipe that was ever done, the newest time: it tells what has changed. Empty where all is done.
    pub newest: BTreeMap<StageId, Done>,
}
