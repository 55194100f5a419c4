//! `spec.json`: the one thing a worker is told.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::id::{Digest, Name, RunId, StageId, StageKind};
use crate::plan::build::tokens_id;
use crate::plan::work::Work;
use crate::record::ArtifactRef;

/// One attempt at one stage, written as `spec.json` into the attempt's folder.
///
/// The task folder, one for every fingerprint, looks like this:
///
/// ```text
/// .pedigree/tasks/train-general-3f2a91bc0d12/
///     worker.lock                  held by the worker as long as it lives
///     checkpoints/step-000100/     shared by all attempts
///     attempt-1/spec.json          what to do
///     attempt-1/events.jsonl       what happened, one event a line
///     attempt-1/stdout.log         the worker's own talk, and stderr.log
///     attempt-1/outputs/           finished outputs, until the manager takes them
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The version of this format: 1.
    pub version: u32,
    /// The run that asked for the stage.
    pub run: RunId,
    /// The stage.
    pub stage: StageId,
    /// The attempt, from 1.
    pub attempt: u32,
    /// The digest of everything that can change the outputs.
    pub fingerprint: Digest,
    /// What to do.
    pub work: Work,
    /// The outputs of the stages this one needs, by stage and name.
    pub inputs: BTreeMap<StageId, Outputs>,
    /// The folder into which data is fetched, absolute; what is fetched is pinned, so where it lies is of no account.
    #[serde(default)]
    pub sources: PathBuf,
}

impl Spec {
    /// Returns the stage among the inputs that has the weights of a model in a repeat, from 1.
    pub fn weights_of(&self, model: &Name, repeat: u32) -> StageId {
        provider(&self.inputs, StageKind::Train, model, repeat)
    }

    /// Returns the stage among the inputs that has the tokens of a dataset, with labels or without.
    pub fn tokens_of(&self, dataset: &Name, tokenizer: &Name) -> StageId {
        let plain = tokens_id(dataset, tokenizer);
        let labelled = format!("{plain}/");
        let mut ids = self.inputs.keys();
        ids.find(|id| id.to_string().starts_with(&labelled)).cloned().unwrap_or(plain)
    }

    /// Returns the stage among the inputs that has a tokenizer.
    pub fn tokenizer_of(&self, tokenizer: &Name) -> StageId {
        provider(&self.inputs, StageKind::Tokenizer, tokenizer, 1)
    }
}

/// Returns the stage that makes a thing of a recipe, or the one that imports the model of that name, where that is among `stages`.
///
/// What is imported is the same in every repeat.
pub fn provider<T>(stages: &BTreeMap<StageId, T>, kind: StageKind, name: &Name, repeat: u32) -> StageId {
    let import = StageId::new(StageKind::Import, name);
    if stages.contains_key(&import) { import } else { StageId::new(kind, name).of_repeat(repeat) }
}

/// The outputs of a stage by name.
pub type Outputs = BTreeMap<String, ArtifactRef>;

impl Spec {
    /// The version of `spec.json` this program writes and reads.
    pub const VERSION: u32 = 1;
}
