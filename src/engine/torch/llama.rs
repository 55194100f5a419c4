//! The Llama-style decoder in libtorch's kernels: the same function as the plain module.
//!
//! Legend: B batch, S sequence, N = B * S, D width, H heads, K kv-heads, d head width, V vocabulary.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

use tch::Tensor;

use crate::engine::model::llama::{BLOCKS, EMBEDDING, LAYOUT, Tables, head};
use crate::engine::torch::raw;
use crate::engine::torch::weights::{Apart, Reading, Weights, attend};
use crate::recipe::model::Llama;

/// Returns the logits of every place, or nothing where the tables are on another backend.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> logits: `[B * S, V]`
pub fn logits(
    shape: &Llama,
    tables: &Tables,
    weights: &Weights,
    tokens_BS: &Tensor,
    apart: Option<&Apart>,
) -> Option<Tensor> {
    let hidden_ND = hidden(shape, tables, weights, tokens_BS, None, apart)?;
    Some(hidden_ND.linear(weights.get(head(shape)), None::<&Tensor>))
}

/// Returns what the network makes of every place, before the output layer.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> hidden: `[B * S, D]`
pub fn hidden(
    shape: &Llama,
    tables: &Tables,
    weights: &Weights,
    tokens_BS: &Tensor,
    reading: Option<&Reading>,
    apart: Option<&Apart>,
) -> Option<Tensor> {
    let (batch, sequence) = tokens_BS.size2().expect("tokens come in rows");
    let width = i64::from(shape.width);
    let rotation = Rotation::new(tables, sequence, apart)?;
    let mut hidden_ND = Tensor::embedding(weights.get(EMBEDDING), tokens_BS, -1, false, false).view([-1, width]);
    if let Some(drop_ND) = reading.and_then(|reading| reading.embedding_drop.as_ref()) {
        hidden_ND *= drop_ND;
    }
    for number in 0..shape.layers {
        let block = Block { shape, weights, rotation: &rotation, reading, apart, batch, sequence, number };
        hidden_ND = block.forward(&hidden_ND);
    }
    Some(rms_norm(&hidden_ND, weights.get("model.norm.weight"), shape.norm_epsilon))
}

/// The angles of the places, for tensors of shape `[B, S, heads, d / 2]`.
struct Rotation {
    cos: Tensor,
    sin: Tensor,
}

impl Rotation {
    fn new(tables: &Tables, sequence: i64, apart: Option<&Apart>) -> Option<Self> {
        let table = |tensor| {
            let table_Sh = raw(tensor)?;
            Some(match apart {
                Some(apart) => Tensor::embedding(&table_Sh, &apart.places_BS, -1, false, false).unsqueeze(2),
                None => table_Sh.narrow(0, 0, sequence).unsqueeze(1),
            })
        };
        Some(Self { cos: table(&tables.cos_Sh)?, sin: table(&tables.sin_Sh)? })
    }

    fn turn(&self, heads_BSHd: &Tensor) -> Tensor {
        let halves = heads_BSHd.chunk(2, -1);
        let (first, second) = (&halves[0], &halves[1]);
        let turned = [first * &self.cos - second * &self.sin, second * &self.cos + first * &self.sin];
        Tensor::cat(&turned, -1)
    }
}

struct Block<'a> {
    shape: &'a Llama,
    weights: &'a Weights,
    rotation: &'a Rotation,
    reading: Option<&'a Reading>,
    apart: Option<&'a Apart>,
    batch: i64,
    sequence: i64,
    number: u32,
}

impl Block<'_> {
    fn forward(&self, hidden_ND: &Tensor) -> Tensor {
        let hidden_ND = hidden_ND + self.attention(&self.norm("input_layernorm", hidden_ND));
        let normed_ND = self.norm("post_attention_layernorm", &hidden_ND);
        let inner = self.linear("mlp.gate_proj", &normed_ND).silu() * self.linear("mlp.up_proj", &normed_ND);
        hidden_ND + self.linear("mlp.down_proj", &inner)
    }

    fn norm(&self, name: &str, hidden_ND: &Tensor) -> Tensor {
        let weight = self.weights.get(&format!("{BLOCKS}{}.{name}.weight", self.number));
        rms_norm(hidden_ND, weight, self.shape.norm_epsilon)
    }

    fn linear(&self, name: &str, input_ND: &Tensor) -> Tensor {
        self.weights.linear(&format!("{BLOCKS}{}.{name}", self.number), LAYOUT, input_ND)
    }

    fn attention(&self, normed_ND: &Tensor) -> Tensor {
        let heads = |name: &str, heads: u32| {
            let width = i64::from(self.shape.head_width());
            self.linear(name, normed_ND).view([self.batch, self.sequence, i64::from(heads), width])
        };
        let query_BHSd = self.rotation.turn(&heads("self_attn.q_proj", self.shape.heads)).transpose(1, 2);
        let key_BKSd = self.rotation.turn(&heads("self_attn.k_proj", self.shape.kv_heads)).transpose(1, 2);
        let value_BKSd = heads("self_attn.v_proj", self.shape.kv_heads).transpose(1, 2);
        self.linear("self_attn.o_proj", &attend(&query_BHSd, &key_BKSd, &value_BKSd, self.reading, self.apart))
    }
}

/// Divides every row by its root mean square, and scales every column.
fn rms_norm(hidden_ND: &Tensor, weight_D: &Tensor, epsilon: f64) -> Tensor {
    hidden_ND.rms_norm(weight_D.size(), Some(weight_D), epsilon)
}
