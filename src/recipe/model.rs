//! `models`: a lineage of models, each with its architecture, its parent and its training.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::id::Name;
pub use crate::recipe::adapter::{Adapter, AdapterThen, ParentAdapter};
use crate::recipe::classification::Classification;
use crate::recipe::training::Train;
use crate::recipe::typed::{ModelReference, defaults, one_or_the_other};
use crate::recipe::variant::Variant;

/// A model of the lineage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = one_or_the_other)]
pub struct Model {
    /// The place in the lineage.
    #[schemars(with = "Option<Tier>", extend("x-default" = "one below the parent's; `general` without a parent"), example = &"industry")]
    pub tier: Tier,
    /// The parent whose weights this model starts from: a model of this recipe, `zoo/name@v3` or `zoo/name@alias` of the workspace's
    /// zoo, `zoo/name` of the catalogue, or `hf/owner/model@commit`; without one it starts from random weights.
    #[serde(default)]
    #[schemars(with = "Option<ModelReference>", example = &"general")]
    pub base: Option<Name>,
    /// The network; a model with a parent has its parent's.
    #[schemars(
        with = "Option<Architecture>",
        extend("x-default" = "the parent's"),
        example = json!({ "type": "llama", "layers": 4, "width": 256, "heads": 8, "context": 128 })
    )]
    pub architecture: Architecture,
    /// The tokenizer; a model with a parent has its parent's.
    #[schemars(with = "Option<Name>", extend("x-default" = "the parent's"), example = &"bpe")]
    pub tokenizer: Name,
    /// Trains a small addition to the parent's weights instead of all of them.
    #[serde(default)]
    #[schemars(example = json!({ "type": "lora", "rank": 8 }))]
    pub adapter: Option<Adapter>,
    /// How the model is trained.
    #[schemars(example = json!({ "data": "prose", "budget": { "steps": 300 } }))]
    pub train: Train,
    /// Which model of a sweep this is; the matrix writes it, and nobody types it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = json!({ "of": "general", "values": { "width": "64" } }))]
    pub variant: Option<Variant>,
}

impl Model {
    /// Returns what it tells apart, where it is a classifier.
    pub fn classification(&self) -> Option<&Classification> {
        self.train.objective.classification()
    }
}

/// The place of a model in its lineage, from wide to narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Architecture {
    /// A decoder after Touvron et al. 2023: RMS norm, rotary positions, SwiGLU, grouped-query attention.
    Llama(Llama),
    /// A decoder after Radford et al. 2019: layer norm, learned positions, GELU, biases everywhere.
    Gpt2(Gpt2),
}

/// The shape of a Llama-style decoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({
    "rope-theta": Llama::ROPE_THETA,
    "norm-epsilon": Llama::NORM_EPSILON,
    "tie-embeddings": Llama::TIE_EMBEDDINGS,
})]))]
pub struct Llama {
    /// The number of decoder blocks.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "blocks"), example = 4)]
    pub layers: u32,
    /// The width of the residual stream; a multiple of `heads`.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "numbers"), example = 256)]
    pub width: u32,
    /// The number of query heads; a multiple of `kv-heads`.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "heads"), example = 8)]
    pub heads: u32,
    /// The number of key and value heads.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576), extend("x-unit" = "heads", "x-default" = "as many as `heads`"), example = 4)]
    pub kv_heads: u32,
    /// The inner width of the feed-forward part.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576), extend("x-unit" = "numbers", "x-default" = "8/3 of `width`, rounded up to a multiple of 32"), example = 704)]
    pub mlp_width: u32,
    /// The longest sequence, in tokens.
    #[schemars(range(min = 2, max = 1_048_576), extend("x-unit" = "tokens"), example = 128)]
    pub context: u32,
    /// The base of the rotary positions' wavelengths.
    #[schemars(range(min = 1.0, max = 1e9), extend("x-unit" = "tokens"), example = 500_000.0)]
    pub rope_theta: f64,
    /// What keeps the norm from dividing by zero.
    #[schemars(range(min = 1e-12, max = 0.1), extend("x-unit" = "number"), example = 1e-6)]
    pub norm_epsilon: f64,
    /// Whether the output layer shares the input embedding.
    #[schemars(example = false)]
    pub tie_embeddings: bool,
}

/// The shape of a GPT-2-style decoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({
    "norm-epsilon": Gpt2::NORM_EPSILON,
    "tie-embeddings": Gpt2::TIE_EMBEDDINGS,
})]))]
pub struct Gpt2 {
    /// The number of decoder blocks.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "blocks"), example = 12)]
    pub layers: u32,
    /// The width of the residual stream; a multiple of `heads`.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "numbers"), example = 768)]
    pub width: u32,
    /// The number of attention heads.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "heads"), example = 12)]
    pub heads: u32,
    /// The inner width of the feed-forward part.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576), extend("x-unit" = "numbers", "x-default" = "4 times `width`"), example = 3072)]
    pub mlp_width: u32,
    /// The longest sequence, in tokens; each place has a learned vector.
    #[schemars(range(min = 2, max = 1_048_576), extend("x-unit" = "tokens"), example = 1024)]
    pub context: u32,
    /// What keeps the norm from dividing by zero.
    #[schemars(range(min = 1e-12, max = 0.1), extend("x-unit" = "number"), example = 1e-6)]
    pub norm_epsilon: f64,
    /// Whether the output layer shares the input embedding.
    #[schemars(example = false)]
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

    /// Returns the width of the residual stream.
    pub fn width(&self) -> u32 {
        match self {
            Self::Llama(llama) => llama.width,
            Self::Gpt2(gpt2) => gpt2.width,
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

    /// Returns the number of parameters of the network as a classifier, where it is to be one, and else as a language model.
    ///
    /// The layer over the classes takes the place of an output layer that does not share the embedding.
    pub fn parameters_with_head(&self, vocab_size: u32, classification: Option<&Classification>) -> u64 {
        let Some(classification) = classification else { return self.parameters(vocab_size) };
        let width = u64::from(self.width());
        let shares_embedding = match self {
            Self::Llama(llama) => llama.tie_embeddings,
            Self::Gpt2(gpt2) => gpt2.tie_embeddings,
        };
        let language_head = if shares_embedding { 0 } else { u64::from(vocab_size) * width };
        self.parameters(vocab_size) - language_head + classification.classes.len() as u64 * width
    }
}

impl Llama {
    /// The base of the rotary positions' wavelengths where the recipe says nothing.
    pub const ROPE_THETA: f64 = 10_000.0;
    /// What keeps the norm from dividing by zero where the recipe says nothing.
    pub const NORM_EPSILON: f64 = 1e-5;
    /// Whether the output layer shares the input embedding where the recipe says nothing.
    pub const TIE_EMBEDDINGS: bool = true;

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
    /// What keeps the norm from dividing by zero, where the recipe says nothing.
    pub const NORM_EPSILON: f64 = 1e-5;
    /// Whether the output layer shares the input embedding, where the recipe says nothing.
    pub const TIE_EMBEDDINGS: bool = true;

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
