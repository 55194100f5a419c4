//! `type: gpt2`: a decoder after Radford et al. 2019.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::head::Head;
use crate::recipe::model::is_nothing;
use crate::recipe::model::outputs::of_language_model;
use crate::recipe::model::tensor::{Part, Tensor, blocks, norm};
use crate::recipe::typed::defaults;

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
    /// The share of the numbers that are left out while it learns: behind the embedding, of the attention's shares, and before each sum.
    #[serde(default, skip_serializing_if = "is_nothing")]
    #[schemars(range(min = 0.0, max = 0.9), extend("x-unit" = "share", "x-default" = "0"), example = 0.1)]
    pub dropout: f64,
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

    /// Returns the parameters with a vocabulary of `vocab_size` tokens, called as in Hugging Face's GPT-2, whose linear layers have
    /// the inputs first.
    pub(super) fn tensors(&self, vocab_size: u32, head: &Head) -> Vec<Tensor> {
        let [width, inner, vocab, context] = [self.width, self.mlp_width, vocab_size, self.context].map(u64::from);
        let places = f64::from(self.context);
        let uses = if *head == Head::Language && self.tie_embeddings { places } else { 0.0 };
        let embeddings = [
            Tensor::new(Part::Embedding, "transformer.wte.weight", &[vocab, width]).used(uses),
            Tensor::new(Part::Embedding, "transformer.wpe.weight", &[context, width]),
        ];
        let layers = [
            (Part::Attention, "attn.c_attn", width, 3 * width),
            (Part::Attention, "attn.c_proj", width, width),
            (Part::FeedForward, "mlp.c_fc", width, inner),
            (Part::FeedForward, "mlp.c_proj", inner, width),
        ];
        let layers = layers.into_iter().flat_map(|(part, name, inputs, outputs)| {
            let name = format!("transformer.h.{{n}}.{name}");
            let weight = Tensor::new(part, format!("{name}.weight"), &[inputs, outputs]).used(places).linear();
            [weight, Tensor::new(part, format!("{name}.bias"), &[outputs])]
        });
        let norms = ["ln_1", "ln_2"].into_iter().flat_map(|name| norm(&format!("transformer.h.{{n}}.{name}"), width));
        let all = embeddings.into_iter().chain(blocks(layers.chain(norms), self.layers));
        let all = all.chain(norm("transformer.ln_f", width));
        all.chain(of_language_model(head, vocab, width, self.tie_embeddings, places)).collect()
    }
}
