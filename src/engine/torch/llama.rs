//! The Llama-style decoder in libtorch's kernels: the same function as the plain module.
//!
//! Legend: B batch, S sequence, N = B * S, D width, H heads, K kv-heads, d head width, V vocabulary.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

use std::collections::BTreeMap;

use tch::Tensor;

use crate::engine::model::llama::{EMBEDDING, Tables};
use crate::engine::torch::raw;
use crate::recipe::model::Llama;

/// Parameters by name, in their shapes.
#[derive(Debug)]
pub struct Weights {
    /// The parameters.
    pub by_name: BTreeMap<String, Tensor>,
    /// The factor of the low-rank additions; without one there are none.
    pub adapter_scale: Option<f64>,
}

impl Weights {
    fn get(&self, name: &str) -> &Tensor {
        self.by_name.get(name).expect("a network asks for what it declares")
    }

    /// Applies a linear layer, with its low-rank addition where it has one.
    fn linear(&self, layer: &str, input_ND: &Tensor) -> Tensor {
        let output = input_ND.linear(self.get(&format!("{layer}.weight")), None::<&Tensor>);
        let half = |half: &str| self.by_name.get(&format!("{layer}.lora_{half}.weight"));
        match (self.adapter_scale, half("A"), half("B")) {
            (Some(scale), Some(down), Some(up)) => {
                output + input_ND.linear(down, None::<&Tensor>).linear(up, None::<&Tensor>) * scale
            }
            _ => output,
        }
    }
}

/// Returns the logits of every place, or nothing where the tables are on another backend.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> logits: `[B * S, V]`
pub fn logits(shape: &Llama, tables: &Tables, weights: &Weights, tokens_BS: &Tensor) -> Option<Tensor> {
    let (batch, sequence) = tokens_BS.size2().expect("tokens come in rows");
    let width = i64::from(shape.width);
    let rotation = Rotation::new(tables, sequence)?;
    let mut hidden_ND = Tensor::embedding(weights.get(EMBEDDING), tokens_BS, -1, false, false).view([-1, width]);
    for number in 0..shape.layers {
        let block = Block { shape, weights, rotation: &rotation, batch, sequence, number };
        hidden_ND = block.forward(&hidden_ND);
    }
    let hidden_ND = rms_norm(&hidden_ND, weights.get("model.norm.weight"), shape.norm_epsilon);
    let head = if shape.tie_embeddings { EMBEDDING } else { "lm_head.weight" };
    Some(hidden_ND.linear(weights.get(head), None::<&Tensor>))
}

/// The angles of the places, for tensors of shape `[B, S, heads, d / 2]`.
struct Rotation {
    cos: Tensor,
    sin: Tensor,
}

impl Rotation {
    fn new(tables: &Tables, sequence: i64) -> Option<Self> {
        let table = |tensor| Some(raw(tensor)?.narrow(0, 0, sequence).unsqueeze(1));
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
        let weight = self.weights.get(&format!("model.layers.{}.{name}.weight", self.number));
        rms_norm(hidden_ND, weight, self.shape.norm_epsilon)
    }

    fn linear(&self, name: &str, input_ND: &Tensor) -> Tensor {
        self.weights.linear(&format!("model.layers.{}.{name}", self.number), input_ND)
    }

    fn attention(&self, normed_ND: &Tensor) -> Tensor {
        let heads = |name: &str, heads: u32| {
            let width = i64::from(self.shape.head_width());
            self.linear(name, normed_ND).view([self.batch, self.sequence, i64::from(heads), width])
        };
        let query_BHSd = self.rotation.turn(&heads("self_attn.q_proj", self.shape.heads)).transpose(1, 2);
        let key_BKSd = self.rotation.turn(&heads("self_attn.k_proj", self.shape.kv_heads)).transpose(1, 2);
        let value_BKSd = heads("self_attn.v_proj", self.shape.kv_heads).transpose(1, 2);
        let is_grouped = self.shape.kv_heads != self.shape.heads;
        let mixed_BHSd = Tensor::scaled_dot_product_attention(
            &query_BHSd,
            &key_BKSd,
            &value_BKSd,
            None::<&Tensor>,
            0.0,
            true,
            None,
            is_grouped,
        );
        let mixed_ND = mixed_BHSd.transpose(1, 2).reshape([-1, i64::from(self.shape.width)]);
        self.linear("self_attn.o_proj", &mixed_ND)
    }
}

/// Divides every row by its root mean square, and scales every column.
fn rms_norm(hidden_ND: &Tensor, weight_D: &Tensor, epsilon: f64) -> Tensor {
    hidden_ND.rms_norm(weight_D.size(), Some(weight_D), epsilon)
}
