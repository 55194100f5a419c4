//! A Llama-style decoder: RMS norm, rotary positions, SwiGLU, grouped-query attention (Touvron et al. 2023).
//!
//! Legend: B batch, S sequence, N = B * S, T keys (sequence and cache), D width, H heads, K kv-heads, d head width,
//! h = d / 2, F inner width of the feed-forward part, V vocabulary.

use std::rc::Rc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::engine::model::cache::Cache;
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::head::LANGUAGE_HEAD;
use crate::engine::model::linear::Layout;
use crate::engine::model::pass::Pass;
use crate::engine::model::reading::{Seen, TokenRows};
use crate::engine::value::{Value, attention};
use crate::recipe::model::Llama;

/// The name of the input embedding, which is also the output layer where they are tied.
pub const EMBEDDING: &str = "model.embed_tokens.weight";

/// The linear layers of a block.
pub const LINEAR: [&str; 7] = [
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
];

/// What the names of the blocks' parameters begin with.
pub const BLOCKS: &str = "model.layers.";

/// How the matrices of the linear layers lie.
pub const LAYOUT: Layout = Layout::OutputsFirst;

/// Numbers that depend on places only: `[C * h]` each.
#[derive(Debug)]
pub struct Tables {
    cos: Tensor<1>,
    sin: Tensor<1>,
}

impl Tables {
    /// Computes the tables of a network for all of its context.
    pub fn new(shape: &Llama, device: &Device) -> Self {
        let (context, half) = (shape.context as usize, shape.head_width() as usize / 2);
        let angle = |i: usize| {
            let (place, pair) = (i / half, i % half);
            place as f64 / shape.rope_theta.powf(pair as f64 / half as f64)
        };
        let table = |f: fn(f64) -> f64| {
            let values: Vec<f32> = (0..context * half).map(|i| f(angle(i)) as f32).collect();
            Tensor::from_data(TensorData::new(values, [context * half]), device)
        };
        Self { cos: table(f64::cos), sin: table(f64::sin) }
    }
}

/// Returns the parameters of the network.
pub fn declarations(shape: &Llama, vocab_size: usize) -> Vec<Declaration> {
    let [width, mlp] = [shape.width, shape.mlp_width].map(|n| n as usize);
    let embedding = [vocab_size, width];
    let mut all = vec![Declaration::new(EMBEDDING, &embedding, Init::Normal(0.02))];
    for block in 0..shape.layers {
        all.extend(block_declarations(shape, block, width, mlp));
    }
    all.push(Declaration::new("model.norm.weight", &[width], Init::Ones));
    if !shape.tie_embeddings {
        all.push(Declaration::new(LANGUAGE_HEAD, &embedding, Init::Normal(0.02)));
    }
    all
}

fn block_declarations(shape: &Llama, block: u32, width: usize, mlp: usize) -> Vec<Declaration> {
    let kv = (shape.kv_heads * shape.head_width()) as usize;
    // Both sums into the residual stream start smaller, so that its variance does not grow with the depth.
    let (plain, residual) = (Init::Normal(0.02), Init::Normal(0.02 / f64::from(2 * shape.layers).sqrt()));
    let shapes = [
        ([width, width], plain),
        ([kv, width], plain),
        ([kv, width], plain),
        ([width, width], residual),
        ([mlp, width], plain),
        ([mlp, width], plain),
        ([width, mlp], residual),
    ];
    let linear = LINEAR.iter().zip(shapes);
    let norms = ["input_layernorm", "post_attention_layernorm"];
    let biased = if shape.attention_bias { &LINEAR[..3] } else { &[] };
    let biases = biased.iter().zip([width, kv, kv]);
    linear
        .map(|(name, (shape, init))| Declaration::new(layer(block, name), &shape, init))
        .chain(norms.map(|name| Declaration::new(layer(block, name), &[width], Init::Ones)))
        .chain(biases.map(|(name, n)| Declaration::new(format!("{BLOCKS}{block}.{name}.bias"), &[n], Init::Zeros)))
        .collect()
}

/// Returns the name of the output layer's matrix.
pub fn head(shape: &Llama) -> &'static str {
    if shape.tie_embeddings { EMBEDDING } else { LANGUAGE_HEAD }
}

fn layer(block: u32, name: &str) -> String {
    format!("{BLOCKS}{block}.{name}.weight")
}

/// Returns what the network makes of every place, before the output layer.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> hidden: `[B * S, D]`
pub fn hidden(shape: &Llama, tables: &Tables, pass: &Pass, rows: &TokenRows, mut cache: Option<&mut Cache>) -> Value {
    let (batch, sequence, width) = (rows.batch(), rows.sequence(), shape.width as usize);
    let before = cache.as_deref().map_or(0, Cache::len);
    let embedded_ND = pass.embedding(EMBEDDING, &rows.tokens_BS).reshape(&[batch * sequence, width]);
    let mut hidden_ND = pass.dropout("embedding", shape.dropout.max(rows.dropout), embedded_ND);
    let seen = Rc::new(rows.seen(before, shape.sliding_window.map(|window| window as usize), &hidden_ND));
    let rotation = Rc::new(Rotation::new(shape, tables, rows, before));
    for number in 0..shape.layers {
        let (shape, rotation, seen) = (shape.clone(), Rc::clone(&rotation), Rc::clone(&seen));
        let block = move |pass: &Pass, hidden_ND: &Value, cache: Option<&mut Cache>| {
            Block { shape: &shape, pass, rotation: &rotation, seen: &seen, batch, number }.forward(hidden_ND, cache)
        };
        hidden_ND = match cache.as_deref_mut() {
            Some(cache) => block(pass, &hidden_ND, Some(cache)),
            None => pass.block(&hidden_ND, move |pass, hidden_ND| block(pass, hidden_ND, None)),
        };
    }
    hidden_ND.rms_norm(pass.get("model.norm.weight"), shape.norm_epsilon)
}

/// The angles of the places, for tensors of shape `[B, heads, S, h]`.
struct Rotation {
    cos: Value,
    sin: Value,
}

impl Rotation {
    fn new(shape: &Llama, tables: &Tables, rows: &TokenRows, before: usize) -> Self {
        let (batch, sequence, half) = (rows.batch(), rows.sequence(), shape.head_width() as usize / 2);
        let table = |table: &Tensor<1>| {
            let table_Ch = Value::of_flat(table, &[shape.context as usize, half]);
            match &rows.documents {
                Some(documents) => documents.places_BS.rows_of(&table_Ch).reshape(&[batch, 1, sequence, half]),
                None => table_Ch.part(0, before, sequence).reshape(&[1, 1, sequence, half]),
            }
        };
        Self { cos: table(&tables.cos), sin: table(&tables.sin) }
    }

    /// Turns every pair of values by an angle that grows with the place; pairs are half a head apart.
    fn turn(&self, heads_BHSd: &Value) -> Value {
        let [first, second] = heads_BHSd.parts::<2>(-1);
        let turned = [&first * &self.cos - &second * &self.sin, &second * &self.cos + &first * &self.sin];
        Value::cat(&turned, -1)
    }
}

struct Block<'a> {
    shape: &'a Llama,
    pass: &'a Pass,
    rotation: &'a Rotation,
    seen: &'a Seen,
    batch: usize,
    number: u32,
}

impl Block<'_> {
    fn forward(&self, hidden_ND: &Value, cache: Option<&mut Cache>) -> Value {
        let attended_ND = self.attention(&self.norm("input_layernorm", hidden_ND), cache);
        let hidden_ND = hidden_ND + self.dropout("attention", attended_ND);
        let normed_ND = self.norm("post_attention_layernorm", &hidden_ND);
        let inner_NF = self.linear("mlp.gate_proj", &normed_ND).silu() * self.linear("mlp.up_proj", &normed_ND);
        &hidden_ND + self.dropout("mlp", self.linear("mlp.down_proj", &inner_NF))
    }

    fn norm(&self, name: &str, hidden_ND: &Value) -> Value {
        hidden_ND.rms_norm(self.pass.get(&layer(self.number, name)), self.shape.norm_epsilon)
    }

    fn linear(&self, name: &str, input: &Value) -> Value {
        self.pass.linear(&format!("{BLOCKS}{}.{name}", self.number), LAYOUT, input)
    }

    fn dropout(&self, name: &str, value: Value) -> Value {
        self.pass.dropout(&format!("{}/{name}", self.number), self.shape.dropout, value)
    }

    fn attention(&self, normed_ND: &Value, cache: Option<&mut Cache>) -> Value {
        let heads = |name: &str, heads: u32| attention::heads(&self.linear(name, normed_ND), self.batch, heads);
        let query_BHSd = self.rotation.turn(&heads("self_attn.q_proj", self.shape.heads));
        let key_BKSd = self.rotation.turn(&heads("self_attn.k_proj", self.shape.kv_heads));
        let value_BKSd = heads("self_attn.v_proj", self.shape.kv_heads);
        let (key_BKTd, value_BKTd) = match cache {
            Some(cache) => cache.extend(self.number as usize, key_BKSd, value_BKSd),
            None => (key_BKSd, value_BKSd),
        };
        let mixed_BHSd = attention::attend(&query_BHSd, &key_BKTd, &value_BKTd, self.seen.sight());
        self.linear("self_attn.o_proj", &attention::joined(&mixed_BHSd))
    }
}
