//! `imports`: the models outside of a recipe that it starts from or is compared with, as they were when it was read.
//!
//! Nobody types this section: a reference such as `base: zoo/rust-coder@champion` makes an entry of it.

use serde::{Deserialize, Serialize};

use crate::id::Digest;
use crate::recipe::classification::Classification;
use crate::recipe::head::Head;
use crate::recipe::model::{Architecture, Modality, Tier};
use crate::recipe::objective::{Adversarial, Contrastive, Corruption, MaskedLm, Objective, Reconstruction};
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

    /// Returns what it has learnt, as far as its head and its network tell: what it does is measured by that. Of a body alone it is nothing.
    pub fn objective(&self) -> Option<Objective> {
        match self.head() {
            Head::Language => Some(match self.architecture {
                Architecture::Bert(_) => Objective::MaskedLm(MaskedLm::default()),
                Architecture::Llama(_)
                | Architecture::Gpt2(_)
                | Architecture::Rnn(_)
                | Architecture::Lstm(_)
                | Architecture::Gru(_)
                | Architecture::Mlp(_)
                | Architecture::Cnn(_)
                | Architecture::Vit(_)
                | Architecture::Clip(_)
                | Architecture::Autoencoder(_)
                | Architecture::Gan(_) => Objective::CausalLm,
            }),
            Head::Classes(own) => Some(Objective::Classification(own)),
            Head::Value(own) => Some(Objective::Regression(own)),
            Head::Decoder { decoder, corruption } => {
                Some(Objective::Autoencoder(Reconstruction { corruption, decoder: Some(decoder) }))
            }
            Head::Projection { width } => {
                let temperature = Contrastive::default_temperature();
                Some(Objective::Contrastive(Contrastive::Views { temperature, projection: width }))
            }
            Head::None => of_whole(&self.architecture),
        }
    }
}

/// Returns what a network without a head of its own has learnt, as far as its shape tells: nothing of a body that others build on.
fn of_whole(architecture: &Architecture) -> Option<Objective> {
    match architecture {
        Architecture::Autoencoder(_) => {
            Some(Objective::Autoencoder(Reconstruction { corruption: Corruption::None, decoder: None }))
        }
        Architecture::Gan(_) => Some(Objective::Adversarial(Adversarial::default())),
        Architecture::Clip(_) => Some(Objective::Contrastive(Contrastive::Captions)),
        Architecture::Llama(_)
        | Architecture::Gpt2(_)
        | Architecture::Bert(_)
        | Architecture::Rnn(_)
        | Architecture::Lstm(_)
        | Architecture::Gru(_)
        | Architecture::Mlp(_)
        | Architecture::Cnn(_)
        | Architecture::Vit(_) => None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::model::{Activation, Bert, Mlp};
    use crate::recipe::objective::Regression;

    fn import(architecture: Architecture, head: Option<Head>) -> Import {
        Import {
            reference: "zoo/tree-industry@v2".parse().unwrap(),
            tier: Tier::General,
            architecture,
            vocab_size: 300,
            classification: None,
            head,
            license: None,
            content: Content::Description { digest: Digest::of(b"tree") },
            forebears: Vec::new(),
        }
    }

    #[test]
    fn a_head_tells_what_was_learnt_and_a_body_alone_nothing() {
        let mlp =
            Architecture::Mlp(Mlp { input: vec![4], hidden: vec![2], activation: Activation::Relu, dropout: 0.0 });
        let regression = Regression::default();
        let numbers = import(mlp.clone(), Some(Head::Value(regression.clone())));
        assert_eq!(numbers.objective(), Some(Objective::Regression(regression)));
        let views = import(mlp.clone(), Some(Head::Projection { width: 8 })).objective();
        assert!(matches!(views, Some(Objective::Contrastive(Contrastive::Views { projection: 8, .. }))));
        assert_eq!(import(mlp, None).objective(), None);
        let shape = Bert { layers: 1, width: 8, heads: 2, mlp_width: 8, context: 8, norm_epsilon: 1e-12, dropout: 0.0 };
        let hidden = import(Architecture::Bert(shape), None).objective();
        assert_eq!(hidden, Some(Objective::MaskedLm(MaskedLm::default())));
    }
}
