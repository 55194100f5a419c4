//! `type: bert`: an encoder after Devlin et al. 2019.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::head::Head;
use crate::recipe::model::encoder::{BERT, encoder};
use crate::recipe::model::outputs::of_bert;
use crate::recipe::model::tensor::{Part, Tensor, norm};
use crate::recipe::typed::defaults;

/// The shape of a BERT-style encoder: every place looks at all others, learned positions, layer norm behind each sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({ "norm-epsilon": Bert::NORM_EPSILON, "dropout": Bert::DROPOUT })]))]
pub struct Bert {
    /// The number of encoder blocks.
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
    #[schemars(range(min = 2, max = 1_048_576), extend("x-unit" = "tokens"), example = 512)]
    pub context: u32,
    /// What keeps the norm from dividing by zero.
    #[schemars(range(min = 1e-12, max = 0.1), extend("x-unit" = "number"), example = 1e-6)]
    pub norm_epsilon: f64,
    /// The share of the numbers that are left out while it learns: behind the embedding, of the attention's shares, and before each sum.
    #[schemars(range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.0)]
    pub dropout: f64,
}

impl Bert {
    /// What keeps the norm from dividing by zero where the recipe says nothing.
    pub const NORM_EPSILON: f64 = 1e-12;
    /// The share that is left out where the recipe says nothing.
    pub const DROPOUT: f64 = 0.1;
    /// The kinds of segments that have a vector: the first and the second text of a pair.
    pub const SEGMENTS: u32 = 2;

    /// Returns the width of one head.
    pub fn head_width(&self) -> u32 {
        self.width / self.heads
    }

    /// Returns whether a parameter reads tokens out, and nothing else multiplies with it.
    pub fn reads_out(name: &str) -> bool {
        name == "bert.embeddings.word_embeddings.weight" || name.starts_with("cls.")
    }

    /// Returns the parameters with a vocabulary of `vocab_size` tokens, called as in Hugging Face's BERT.
    pub(super) fn tensors(&self, vocab_size: u32, head: &Head) -> Vec<Tensor> {
        let [width, inner, vocab, context, segments] =
            [self.width, self.mlp_width, vocab_size, self.context, Self::SEGMENTS].map(u64::from);
        let places = f64::from(self.context);
        let uses = if *head == Head::Language { places } else { 0.0 };
        let embedding = |name: &str, rows| {
            Tensor::new(Part::Embedding, format!("bert.embeddings.{name}_embeddings.weight"), &[rows, width])
        };
        let mut all = vec![
            embedding("word", vocab).used(uses),
            embedding("position", context),
            embedding("token_type", segments),
        ];
        all.extend(norm("bert.embeddings.LayerNorm", width));
        all.extend(encoder(&BERT, "bert.encoder.layer", self.layers, width, inner, places));
        all.extend(of_bert(head, self, vocab));
        all
    }
}
