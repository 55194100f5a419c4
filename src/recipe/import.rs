//! `imports`: the models outside of a recipe that it starts from or is compared with, as they were when it was read.
//!
//! Nobody types this section: a reference such as `base: zoo/rust-coder@champion` makes an entry of it.

use serde::{Deserialize, Serialize};

use crate::id::Digest;
use crate::recipe::classification::Classification;
use crate::recipe::head::Head;
use crate::recipe::model::{Architecture, Modality, Tier};
use crate::recipe::reference::Reference;

/// A model outside of the recipe, pinned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Import {
    /// Where it comes from: a version of the zoo by its number, an entry of the catalogue, or a commit of the Hub.
    pub reference: Reference,
    /// Its place in its own lineage.
    pub tier: Tier,
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
    /// Its licence, where it is known.
    #[serde(default)]
    pub license: Option<String>,
    /// What pins it.
    pub content: Content,
    /// What it was itself trained from, the nearest first, as far as the zoo knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forebears: Vec<Forebear>,
}

impl Import {
    /// Returns what stands on its body; a model that nothing more is known of writes, where it reads tokens.
    pub fn head(&self) -> Head {
        match (&self.head, &self.classification) {
            (Some(head), _) => head.clone(),
            (None, Some(own)) => Head::Classes(own.clone()),
            (None, None) => match self.architecture.modality() {
                Modality::Tokens => Head::Language,
                Modality::Features | Modality::Both => Head::None,
            },
        }
    }
}

/// An ancestor of a model outside of the recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Forebear {
    /// Its version in the zoo.
    pub reference: Reference,
    /// Its place in the lineage.
    pub tier: Tier,
    /// The digest of its weights.
    pub weights: Digest,
}

/// What pins a model by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Content {
    /// Its files are in the artifact store.
    Files {
        /// The digest of `model.safetensors`.
        weights: Digest,
        /// The digest of `tokenizer.json`, of a model that reads tokens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tokenizer: Option<Digest>,
    },
    /// Only its description is on this machine: it can be planned with, and not be run.
    Description {
        /// The digest of the description.
        digest: Digest,
    },
}

impl Content {
    /// Returns the digest of the weights, where they are on this machine.
    pub fn weights(self) -> Option<Digest> {
        match self {
            Self::Files { weights, .. } => Some(weights),
            Self::Description { .. } => None,
        }
    }

    /// Returns the digest of the tokenizer, where it is on this machine.
    pub fn tokenizer(self) -> Option<Digest> {
        match self {
            Self::Files { tokenizer, .. } => tokenizer,
            Self::Description { .. } => None,
        }
    }
}
