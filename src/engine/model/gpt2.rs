//! A GPT-2-style decoder: layer norm, learned positions, GELU, biases everywhere (Radford et al. 2019).
//!
//! Names and layouts are those of Hugging Face's GPT-2, so that its files fit as they are:
//!
//! | parameter | shape | what it is |
//! |---|---|---|
//! | `transformer.wte.weight` | `[V, D]` | a vector for every token; the output layer too, where they are tied |
//! | `transformer.wpe.weight` | `[C, D]` | a vector for every place of the context |
//! | `transformer.h.<n>.ln_1.{weight,bias}` | `[D]` | norm before attention |
//! | `transformer.h.<n>.attn.c_attn.{weight,bias}` | `[D, 3D]`, `[3D]` | queries, keys and values, side by side |
//! | `transformer.h.<n>.attn.c_proj.{weight,bias}` | `[D, D]`, `[D]` | what attention adds |
//! | `transformer.h.<n>.ln_2.{weight,bias}` | `[D]` | norm before the feed-forward part |
//! | `transformer.h.<n>.mlp.c_fc.{weight,bias}` | `[D, F]`, `[F]` | into the feed-forward part |
//! | `transformer.h.<n>.mlp.c_proj.{weight,bias}` | `[F, D]`, `[D]` | out of it |
//! | `transformer.ln_f.{weight,bias}` | `[D]` | last norm |
//! | `lm_head.weight` | `[V, D]` | the output layer, where it is not tied |
//!
//! The matrices of its linear layers have the inputs first.
//!
//! Legend: B batch, S sequence, N = B * S, T keys (sequence and cache), D width, H heads, d head width, F inner width of
//! the feed-forward part, C context, V vocabulary.

use std::rc::Rc;

use crate::engine::model::cache::Cache;
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::head::LANGUAGE_HEAD;
use crate::engine::model::linear::Layout;
use crate::engine::model::pass::Pass;
use crate::engine::model::reading::{Seen, TokenRows};
use crate::engine::value::{Value, attention};
use crate::recipe::model::Gpt2;

/// The name of the input embedding, which is also the output layer where they are tied.
pub const EMBEDDING: &str = "transformer.wte.weight";

/// The name of the vectors of the places.
pub const POSITIONS: &str = "transformer.wpe.weight";

/// The last norm.
pub const LAST_NORM: &str = "transformer.ln_f";

/// What the names of the blocks' parameters begin with.
pub const BLOCKS: &str = "transformer.h.";

/// How the matrices of the linear layers lie.
pub const LAYOUT: Layout = Layout::InputsFirst;

/// Returns the name of a layer of a block.
pub fn layer(block: u32, name: &str) -> String {
    format!("{BLOCKS}{block}.{name}")
}

/// Returns the name of the output layer's matrix.
pub fn head(shape: &Gpt2) -> &'static str {
    if shape.tie_embeddings { EMBEDDING } else { LANGUAGE_HEAD }
}

/// Returns the parameters of the network.
pub fn declarations(shape: &Gpt2, vocab_size: usize) -> Vec<Declaration> {
    let [width, context] = [shape.width, shape.context].map(|n| n as usize);
    let embedding = |name: &str, rows| Declaration::new(name, &[rows, width], Init::Normal(0.02));
    let mut all = vec![embedding(EMBEDDING, vocab_size), embedding(POSITIONS, context)];
    (0..shape.layers).for_each(|block| all.extend(block_declarations(shape, block)));
    all.extend(norm(LAST_NORM, width));
    if !shape.tie_embeddings {
        all.push(embedding(head(shape), vocab_size));
    }
    all
}

fn block_declarations(shape: &Gpt2, block: u32) -> Vec<Declaration> {
    let [width, inner] = [shape.width, shape.mlp_width].map(|n| n as usize);
    // Both sums into the residual stream start smaller, so that its variance does not grow with the depth.
    let (plain, residual) = (0.02, 0.02 / f64::from(2 * shape.layers).sqrt());
    let linear = [
        ("attn.c_attn", [width, 3 * width], plain),
        ("attn.c_proj", [width, width], residual),
        ("mlp.c_fc", [width, inner], plain),
        ("mlp.c_proj", [inner, width], residual),
    ];
    let linear = linear.into_iter().flat_map(|(name, shape, deviation)| {
        let name = layer(block, name);
        let bias = Declaration::new(format!("{name}.bias"), &shape[1..], Init::Zeros);
        [Declaration::new(format!("{name}.weight"), &shape, Init::Normal(deviation)), bias]
    });
    let norms = ["ln_1", "ln_2"].into_iter().flat_map(|name| norm(&layer(block, name), width));
    linear.chain(norms).collect()
}

fn norm(name: &str, width: usize) -> [Declaration; 2] {
    let part = |part, init| Declaration::new(format!("{name}.{part}"), &[width], init);
    [part("weight", Init::Ones), part("bias", Init::Zeros)]
}

/// Returns what the network makes of every place, before the output layer.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> hidden: `[B * S, D]`
pub fn hidden(shape: &Gpt2, pass: &Pass, rows: &TokenRows, mut cache: Option<&mut Cache>) -> Value {
    let (batch, sequence, width) = (rows.batch(), rows.sequence(), shape.width as usize);
    let before = cache.as_deref().map_or(0, Cache::len);
    let embedded_BSD = pass.embedding(EMBEDDING, &rows.tokens_BS);
    let hidden_BSD = match &rows.documents {
        Some(documents) => embedded_BSD + pass.embedding(POSITIONS, &documents.places_BS),
        None => embedded_BSD + pass.get(POSITIONS).part(0, before, sequence),
    };
    let dropout = shape.dropout.max(rows.dropout);
    let mut hidden_ND = pass.dropout("embedding", dropout, hidden_BSD.reshape(&[batch * sequence, width]));
    let seen = Rc::new(rows.seen(before, None, &hidden_ND));
    for number in 0..shape.layers {
        let (shape, seen) = (shape.clone(), Rc::clone(&seen));
        let block = move |pass: &Pass, hidden_ND: &Value, cache: Option<&mut Cache>| {
            Block { shape: &shape, pass, seen: &seen, batch, number }.forward(hidden_ND, cache)
        };
        hidden_ND = match cache.as_deref_mut() {
            Some(cache) => block(pass, &hidden_ND, Some(cache)),
            None => pass.block(&hidden_ND, move |pass, hidden_ND| block(pass, hidden_ND, None)),
        };
    }
    pass.layer_norm(LAST_NORM, shape.norm_epsilon, &hidden_ND)
}

struct Block<'a> {
    shape: &'a Gpt2,
    pass: &'a Pass,
    seen: &'a Seen,
    batch: usize,
    number: u32,
}

impl Block<'_> {
    fn forward(&self, hidden_ND: &Value, cache: Option<&mut Cache>) -> Value {
        let hidden_ND = hidden_ND + self.dropout("attention", self.attention(&self.norm("ln_1", hidden_ND), cache));
        let inner_NF = self.linear("mlp.c_fc", &self.norm("ln_2", &hidden_ND)).gelu_tanh();
        &hidden_ND + self.dropout("mlp", self.linear("mlp.c_proj", &inner_NF))
    }

    fn norm(&self, name: &str, hidden_ND: &Value) -> Value {
        self.pass.layer_norm(&layer(self.number, name), self.shape.norm_epsilon, hidden_ND)
    }

    fn linear(&self, name: &str, input: &Value) -> Value {
        self.pass.linear(&layer(self.number, name), LAYOUT, input)
    }

    fn dropout(&self, name: &str, value: Value) -> Value {
        self.pass.dropout(&format!("{}/{name}", self.number), self.shape.dropout, value)
    }

    fn attention(&self, normed_ND: &Value, cache: Option<&mut Cache>) -> Value {
        let parts = self.linear("attn.c_attn", normed_ND).parts::<3>(-1);
        let [query, key, value] = parts.map(|part| attention::heads(&part, self.batch, self.shape.heads));
        let (key, value) = match cache {
            Some(cache) => cache.extend(self.number as usize, key, value),
            None => (key, value),
        };
        let name = format!("{}/shares", self.number);
        let mixed_BHSd = self.pass.attend(&name, self.shape.dropout, [&query, &key, &value], self.seen.sight());
        self.linear("attn.c_proj", &attention::joined(&mixed_BHSd))
    }
}
