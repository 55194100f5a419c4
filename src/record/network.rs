//! `architecture.json`: what it takes to build a network again, and to show it what it was shown while it learnt.

use serde::{Deserialize, Serialize};

use crate::recipe::classification::Classification;
use crate::recipe::dataset::{CleanStep, Features};
use crate::recipe::head::Head;
use crate::recipe::model::Architecture;

/// `architecture.json` of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ArchitectureFile {
    /// The version of this format: 1.
    pub version: u32,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// What it tells apart, where it is a classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    /// What stands on its body, where it neither tells classes nor writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// How pictures or sounds became what it learnt from, where it reads features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
}

/// How pictures or sounds become what a network reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The cleaning steps that change a picture or a sound, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clean: Vec<CleanStep>,
    /// The features, without what only a training does to them.
    pub features: Features,
}

impl ArchitectureFile {
    /// The version of `architecture.json` this program writes and reads.
    pub const VERSION: u32 = 1;

    /// Returns the file of a network.
    pub fn new(architecture: &Architecture, vocab_size: u32, head: &Head) -> Self {
        let is_further = !matches!(head, Head::Language | Head::Classes(_));
        Self {
            version: Self::VERSION,
            architecture: architecture.clone(),
            vocab_size,
            classification: head.classification().cloned(),
            head: is_further.then(|| head.clone()),
            seen: None,
        }
    }

    /// Returns what stands on its body.
    pub fn head(&self) -> Head {
        match (&self.head, &self.classification) {
            (Some(head), _) => head.clone(),
            (None, Some(own)) => Head::Classes(own.clone()),
            (None, None) => Head::Language,
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When the bytes are no such file.
    pub fn read(bytes: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(bytes)
    }
}
