//! `models`: a lineage of models, each with its architecture, its parent and its training.

use serde::{Deserialize, Serialize};

use crate::id::Name;
use crate::recipe::training::Train;
use crate::recipe::variant::Variant;

/// A model of the lineage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Model {
    /// The place in the lineage.
    pub tier: Tier,
    /// The parent whose weights this model starts from; without one it starts from random weights.
    #[serde(default)]
    pub base: Option<Name>,
    /// The network; a model with a parent has its parent's.
    pub architecture: Architecture,
    /// The tokenizer; a model with a parent has its parent's.
    pub tokenizer: Name,
    /// Trains a small addition to the parent's weights instead of all of them.
    #[serde(default)]
    pub adapter: Option<Adapter>,
    /// How the model is trained.
    pub train: Train,
    /// Which model of a sweep this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<Variant>,
}

/// The place of a model in its lineage, from wide to narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Knows a little of everything.
    General,
    /// Fine-tuned to an industry.
    Industry,
    /// Fine-tuned to a narrower field of that industry.
    Vertical,
}

impl Tier {
    /// Returns the word used in recipes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Industry => "industry",
            Self::Vertical => "vertical",
        }
    }
}

/// A network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Architecture {
    /// A decoder after Touvron et al. 2023: RMS norm, rotary positions, SwiGLU, grouped-query attention.
    Llama(Llama),
}

/// The shape of a Llama-style decoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Llama {
    /// The number of decoder blocks.
    pub layers: u32,
    /// The width of the residual stream; a multiple of `heads`.
    pub width: u32,
    /// The number of query heads; a multiple of `kv-heads`.
    pub heads: u32,
    /// The number of key and value heads.
    pub kv_heads: u32,
    /// The inner width of the feed-forward part.
    pub mlp_width: u32,
    /// The longest sequence, in tokens.
    pub context: u32,
    /// The base of the rotary positions' wavelengths.
    pub rope_theta: f64,
    /// What keeps the norm from dividing by zero.
    pub norm_epsilon: f64,
    /// Whether the output layer shares the input embedding.
    pub tie_embeddings: bool,
}

impl Architecture {
    /// Returns the word the recipe uses for this network.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Llama(_) => "llama",
        }
    }

    /// Returns the longest sequence the network reads, in tokens.
    pub fn context(&self) -> u32 {
        match self {
            Self::Llama(llama) => llama.context,
        }
    }

    /// Returns the number of parameters with a vocabulary of `vocab_size` tokens.
    pub fn parameters(&self, vocab_size: u32) -> u64 {
        match self {
            Self::Llama(llama) => llama.parameters(vocab_size),
        }
    }
}

impl Llama {
    /// Returns the width of one head.
    pub fn head_width(&self) -> u32 {
        self.width / self.heads
    }

    /// Returns the number of parameters with a vocabulary of `vocab_size` tokens.
    pub fn parameters(&self, vocab_size: u32) -> u64 {
        let [layers, width, mlp, vocab] = [self.layers, self.width, self.mlp_width, vocab_size].map(u64::from);
        let kv = u64::from(self.kv_heads * self.head_width());
        let block = 2 * width * width + 2 * width * kv + 3 * width * mlp + 2 * width;
        let embeddings = if self.tie_embeddings { 1 } else { 2 } * vocab * width;
        layers * block + width + embeddings
    }
}

/// A small trainable addition to frozen weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Adapter {
    /// Low-rank adaptation of every linear layer of the blocks (Hu et al. 2021): `W + alpha / rank · B A`.
    Lora {
        /// The rank of the addition.
        rank: u32,
        /// The scale of the addition, times the rank.
        alpha: f64,
        /// What becomes of the adapter when training ends.
        then: AdapterThen,
    },
}

/// What becomes of an adapter when training ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdapterThen {
    /// It is added to the weights; the model then stands alone.
    Merge,
}
