//! `type: llama`: a decoder after Touvron et al. 2023, and its kin.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::head::Head;
use crate::recipe::model::is_nothing;
use crate::recipe::model::outputs::of_language_model;
use crate::recipe::model::tensor::{Part, Tensor, blocks};
use crate::recipe::typed::defaults;

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
    /// Whether queries, keys and values have biases, as Qwen2 has them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schemars(extend("x-default" = "`false`"), example = true)]
    pub attention_bias: bool,
    /// How many places a query looks back at, itself included, as Mistral has it; without it all of the context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "tokens"), example = 4096)]
    pub sliding_window: Option<u32>,
    /// The share of the numbers that are left out while it learns, before each sum.
    #[serde(default, skip_serializing_if = "is_nothing")]
    #[schemars(range(min = 0.0, max = 0.9), extend("x-unit" = "share", "x-default" = "0"), example = 0.1)]
    pub dropout: f64,
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

    /// Returns the width of all keys together, which is also that of the values.
    pub fn kv_width(&self) -> u32 {
        self.kv_heads * self.head_width()
    }

    /// Returns the parameters with a vocabulary of `vocab_size` tokens, called as in Hugging Face's Llama and Qwen2.
    pub(super) fn tensors(&self, vocab_size: u32, head: &Head) -> Vec<Tensor> {
        let [width, kv, inner, vocab] = [self.width, self.kv_width(), self.mlp_width, vocab_size].map(u64::from);
        let places = f64::from(self.context);
        let of_head = of_language_model(head, vocab, width, self.tie_embeddings, places);
        let embedding_uses = if *head == Head::Language && self.tie_embeddings { places } else { 0.0 };
        let embedding = Tensor::new(Part::Embedding, "model.embed_tokens.weight", &[vocab, width]).used(embedding_uses);
        let attention =
            [("q_proj", width, width), ("k_proj", kv, width), ("v_proj", kv, width), ("o_proj", width, width)];
        let feed_forward = [("gate_proj", inner, width), ("up_proj", inner, width), ("down_proj", width, inner)];
        let of_block = |part, name: String, outputs, inputs| {
            Tensor::new(part, format!("model.layers.{{n}}.{name}.weight"), &[outputs, inputs]).used(places).linear()
        };
        let mut block: Vec<Tensor> = Vec::new();
        for (name, outputs, inputs) in attention {
            block.push(of_block(Part::Attention, format!("self_attn.{name}"), outputs, inputs));
            if self.attention_bias && name != "o_proj" {
                let name = format!("model.layers.{{n}}.self_attn.{name}.bias");
                block.push(Tensor::new(Part::Attention, name, &[outputs]));
            }
        }
        for (name, outputs, inputs) in feed_forward {
            block.push(of_block(Part::FeedForward, format!("mlp.{name}"), outputs, inputs));
        }
        let of_norm = |name: &str| Tensor::new(Part::Norm, format!("model.{name}.weight"), &[width]);
        block.extend(["layers.{n}.input_layernorm", "layers.{n}.post_attention_layernorm"].map(of_norm));
        let last = std::iter::once(of_norm("norm")).chain(of_head);
        std::iter::once(embedding).chain(blocks(block, self.layers)).chain(last).collect()
    }
}
