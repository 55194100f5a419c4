//! Work on weights: taking them from outside, and training them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{Name, StageId};
use crate::recipe::Import;
use crate::recipe::classification::Classification;
use crate::recipe::dataset::{CleanStep, Features};
use crate::recipe::model::{Adapter, Architecture, Tier};
use crate::recipe::run::{DeviceChoice, Precision, is_once, once};
use crate::recipe::training::Train;

/// Takes a model from outside of the recipe, after comparing its files with their digests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImportWork {
    /// Its name within the recipe, which is also the name of its tokenizer.
    pub model: Name,
    /// Where it comes from, and what it is.
    pub import: Import,
}

/// How tensors are computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Compute {
    /// Where tensors live.
    pub device: DeviceChoice,
    /// The number format.
    pub precision: Precision,
    /// The number of threads.
    pub threads: u32,
}

/// Trains a model (inputs of each dataset: `tokens:…` where it reads tokens, and `dataset:…` where it reads features; the tokenizer's
/// where tokens are hidden; `train:…` or `import:…` of the parent and of the teacher).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrainWork {
    /// The model's name.
    pub model: Name,
    /// Its place in the lineage.
    pub tier: Tier,
    /// The parent it starts from.
    #[serde(default)]
    pub base: Option<Name>,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// The tokenizer's name, which names the `tokens:` inputs: `tokens:<dataset>/<tokenizer>`; none of a model that reads no tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<Name>,
    /// The features of each dataset that has some, for what changes them while they are learnt from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<Name, Features>,
    /// The cleaning steps that have changed the pictures or the sounds of the first dataset that has features: whoever asks the model has
    /// its own changed likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media_steps: Vec<CleanStep>,
    /// The adapter, where one is trained.
    #[serde(default)]
    pub adapter: Option<Adapter>,
    /// How to train.
    pub train: Train,
    /// Whom it learns from, where its objective has a teacher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<Teacher>,
    /// The seed of every random stream.
    pub seed: u64,
    /// Which repeat this is, from 1; a child goes on from the parent of the same repeat. It is the seed that makes the difference.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub repeat: u32,
    /// How to compute.
    pub compute: Compute,
}

/// A model that a student learns from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Teacher {
    /// Its name.
    pub model: Name,
    /// The stage whose `model.safetensors` has its weights: `train:…` of the same repeat, or `import:…`.
    pub weights: StageId,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary; 0 where it reads no tokens.
    pub vocab_size: u32,
    /// What it tells apart, where it is a classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
}
