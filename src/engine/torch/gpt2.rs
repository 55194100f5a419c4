//! The GPT-2-style decoder in libtorch's kernels: the same function as the plain module.
//!
//! Legend: B batch, S sequence, N = B * S, D width, H heads, d head width, F inner width, V vocabulary.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

use tch::Tensor;

use crate::engine::model::gpt2::{EMBEDDING, LAST_NORM, LAYOUT, POSITIONS, head, layer};
use crate::engine::torch::weights::{Apart, Reading, Weights, attend};
use crate::recipe::model::Gpt2;

/// Returns the logits of every place.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> logits: `[B * S, V]`
pub fn logits(shape: &Gpt2, weights: &Weights, tokens_BS: &Tensor, apart: Option<&Apart>) -> Tensor {
    hidden(shape, weights, tokens_BS, None, apart).linear(weights.get(head(shape)), None::<&Tensor>)
}

/// Returns what the network makes of every place, before the output layer.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> hidden: `[B * S, D]`
pub fn hidden(
    shape: &Gpt2,
    weights: &Weights,
    tokens_BS: &Tensor,
    reading: Option<&Reading>,
    apart: Option<&Apart>,
) -> Tensor {
    let (batch, sequence) = tokens_BS.size2().expect("tokens come in rows");
    let embedded_BSD = Tensor::embedding(weights.get(EMBEDDING), tokens_BS, -1, false, false);
    let positions = match apart {
        Some(apart) => Tensor::embedding(weights.get(POSITIONS), &apart.places_BS, -1, false, false),
        None => weights.get(POSITIONS).narrow(0, 0, sequence),
    };
    let hidden_BSD = embedded_BSD + positions;
    let mut hidden_ND = hidden_BSD.view([-1, i64::from(shape.width)]);
    if let Some(drop_ND) = reading.and_then(|reading| reading.embedding_drop.as_ref()) {
        hidden_ND *= drop_ND;
    }
    for number in 0..shape.layers {
        let block = Block { shape, weights, reading, apart, batch, sequence, number };
        hidden_ND = block.forward(&hidden_ND);
    }
    layer_norm(weights, LAST_NORM, shape.norm_epsilon, &hidden_ND)
}

struct Block<'a> {
    shape: &'a Gpt2,
    weights: &'a Weights,
    reading: Option<&'a Reading>,
    apart: Option<&'a Apart>,
    batch: i64,
    sequence: i64,
    number: u32,
}

impl Block<'_> {
    fn forward(&self, hidden_ND: &Tensor) -> Tensor {
        let hidden_ND = hidden_ND + self.attention(&self.norm("ln_1", hidden_ND));
        let inner_NF = self.linear("mlp.c_fc", &self.norm("ln_2", &hidden_ND)).gelu("tanh");
        hidden_ND + self.linear("mlp.c_proj", &inner_NF)
    }

    fn norm(&self, name: &str, hidden_ND: &Tensor) -> Tensor {
        layer_norm(self.weights, &layer(self.number, name), self.shape.norm_epsilon, hidden_ND)
    }

    fn linear(&self, name: &str, input: &Tensor) -> Tensor {
        self.weights.linear(&layer(self.number, name), LAYOUT, input)
    }

    fn attention(&self, normed_ND: &Tensor) -> Tensor {
        let [heads, width] = [self.shape.heads, self.shape.head_width()].map(i64::from);
        let parts = self.linear("attn.c_attn", normed_ND).chunk(3, -1);
        let part = |n: usize| parts[n].view([self.batch, self.sequence, heads, width]).transpose(1, 2);
        self.linear("attn.c_proj", &attend(&part(0), &part(1), &part(2), self.reading, self.apart))
    }
}

/// Takes the mean from every row, divides it by its deviation, and scales and shifts every column.
fn layer_norm(weights: &Weights, name: &str, epsilon: f64, hidden_ND: &Tensor) -> Tensor {
    let [weight_D, bias_D] = ["weight", "bias"].map(|part| weights.get(&format!("{name}.{part}")));
    hidden_ND.layer_norm(weight_D.size(), Some(weight_D), Some(bias_D), epsilon, true)
}
