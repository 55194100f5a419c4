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
    /// A decoder after Radford et al. 2019: layer norm, learned positions, GELU, biases everywhere.
    Gpt2(Gpt2),
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

/// The shape of a GPT-2-style decoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Gpt2 {
    /// The number of decoder blocks.
    pub layers: u32,
    /// The width of the residual stream; a multiple of `heads`.
    pub width: u32,
    /// The number of attention heads.
    pub heads: u32,
    /// The inner width of the feed-forward part.
    pub mlp_width: u32,
    /// The longest sequence, in tokens; each place has a learned vector.
    pub context: u32,
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
            Self::Gpt2(_) => "gpt2",
        }
    }

    /// Returns the longest sequence the network reads, in tokens.
    pub fn context(&self) -> u32 {
        match self {
            Self::Llama(llama) => llama.context,
            Self::Gpt2(gpt2) => gpt2.context,
        }
    }

    /// Returns the number of parameters with a vocabulary of `vocab_size` tokens.
    pub fn parameters(&self, vocab_size: u32) -> u64 {
        match self {
            Self::Llama(llama) => llama.parameters(vocab_size),
            Self::Gpt2(gpt2) => gpt2.parameters(vocab_size),
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

impl Gpt2 {
    /// Returns the width of one head.
    pub fn head_width(&self) -> u32 {
        self.width / self.heads
    }

    /// Returns the number of parameters with a vocabulary of `vocab_size` tokens.
    pub fn parameters(&self, vocab_size: u32) -> u64 {
        let [layers, width, mlp, vocab, context] =
            [self.layers, self.width, self.mlp_width, vocab_size, self.context].map(u64::from);
        let norm = 2 * width;
        let attention = 4 * (width * width + width);
        let feed_forward = 2 * width * mlp + mlp + width;
        let embeddings = if self.tie_embeddings { 1 } else { 2 } * vocab * width;
        layers * (attention + feed_forward + 2 * norm) + norm + embeddings + context * width
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

#[cfg(test)]
mod tests {
    use super::*;

    fn gpt(layers: u32, width: u32, heads: u32, context: u32) -> Architecture {
        let mlp_width = 4 * width;
        Architecture::Gpt2(Gpt2 { layers, width, heads, mlp_width, context, norm_epsilon: 1e-5, tie_embeddings: true })
    }

    #[test]
    fn the_published_sizes_are_met() {
        assert_eq!(gpt(12, 768, 12, 1024).parameters(50_257), 124_439_808, "GPT-2 small");
        assert_eq!(gpt(48, 1600, 25, 1024).parameters(50_257), 1_557_611_200, "GPT-2 XL");
        let largest = gpt(96, 12_288, 96, 2048).parameters(50_257);
        assert_eq!(largest, 174_604_259_328);
        assert!((largest as f64 / 175e9 - 1.0).abs() < 0.02, "GPT-3 is said to have 175 billion");
    }

    #[test]
    fn an_output_layer_of_its_own_costs_another_embedding() {
        let Architecture::Gpt2(mut shape) = gpt(2, 16, 2, 8) else { unreachable!("it is made above") };
        let tied = shape.parameters(300);
        shape.tie_embeddings = false;
        assert_eq!(shape.parameters(300), tied + 300 * 16);
    }
}
