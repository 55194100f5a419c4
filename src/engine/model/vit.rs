//! A vision transformer: patches of a picture as tokens, and one place for all of it (Dosovitskiy et al. 2021).
//!
//! Names are those of Hugging Face's ViT, below a prefix:
//!
//! | parameter | shape | what it is |
//! |---|---|---|
//! | `vit.embeddings.cls_token` | `[1, 1, D]` | the place that stands for the picture |
//! | `vit.embeddings.position_embeddings` | `[1, P + 1, D]` | a vector for every place |
//! | `vit.embeddings.patch_embeddings.projection.{weight,bias}` | `[D, C, p, p]`, `[D]` | a vector of every patch |
//! | `vit.encoder.layer.<n>.layernorm_{before,after}.{weight,bias}` | `[D]` | norms before attention and feed-forward part |
//! | `vit.encoder.layer.<n>.attention.attention.{query,key,value}.{weight,bias}` | `[D, D]`, `[D]` | |
//! | `vit.encoder.layer.<n>.attention.output.dense.{weight,bias}` | `[D, D]`, `[D]` | |
//! | `vit.encoder.layer.<n>.{intermediate,output}.dense.{weight,bias}` | | feed-forward part |
//! | `vit.layernorm.{weight,bias}` | `[D]` | last norm |
//!
//! Legend: B batch, C channels, P patches, p side of a patch, S places, D width.

use crate::engine::model::cnn::{picture, pictures};
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::linear::Layout;
use crate::engine::model::pass::Pass;
use crate::engine::value::{Ints, Sight, Value, attention};
use crate::recipe::model::Vit;

/// What the names of the blocks' parameters begin with.
pub const BLOCKS: &str = "vit.encoder.layer.";

/// How the matrices of the linear layers lie.
pub const LAYOUT: Layout = Layout::OutputsFirst;

const CLASS: &str = "vit.embeddings.cls_token";
const POSITIONS: &str = "vit.embeddings.position_embeddings";
const PATCHES: &str = "vit.embeddings.patch_embeddings.projection";
const LAST_NORM: &str = "vit.layernorm";
const INIT: Init = Init::TruncatedNormal(0.02);

/// The sizes of blocks.
#[derive(Debug, Clone, Copy)]
pub struct Blocks<'a> {
    /// What their names begin with, before their numbers.
    pub name: &'a str,
    /// How many there are.
    pub layers: u32,
    /// The width of the stream.
    pub width: usize,
    /// The attention heads.
    pub heads: u32,
    /// The inner width of the feed-forward part.
    pub inner: usize,
    /// What keeps norms from dividing by zero.
    pub epsilon: f64,
    /// The share that is left out while it learns.
    pub dropout: f64,
}

/// Returns the blocks of a network.
pub fn blocks(shape: &Vit) -> Blocks<'static> {
    Blocks {
        name: BLOCKS,
        layers: shape.layers,
        width: shape.width as usize,
        heads: shape.heads,
        inner: shape.mlp_width as usize,
        epsilon: shape.norm_epsilon,
        dropout: shape.dropout,
    }
}

/// Returns the number of patches of a picture.
pub fn n_patches(shape: &Vit) -> usize {
    shape.grid().into_iter().map(|side| side as usize).product()
}

/// Returns the parameters of the network below its head.
pub fn declarations(shape: &Vit) -> Vec<Declaration> {
    let ([channels, ..], width, side) = (picture(&shape.input), shape.width as usize, shape.patch as usize);
    let mut all = vec![
        Declaration::new(CLASS, &[1, 1, width], INIT),
        Declaration::new(POSITIONS, &[1, n_patches(shape) + 1, width], INIT),
        Declaration::new(format!("{PATCHES}.weight"), &[width, channels, side, side], INIT),
        Declaration::new(format!("{PATCHES}.bias"), &[width], Init::Zeros),
    ];
    all.extend(block_declarations(blocks(shape)));
    all.extend(Declaration::norm(LAST_NORM, width));
    all
}

/// Returns the parameters of blocks.
pub fn block_declarations(Blocks { name, layers, width, inner, .. }: Blocks<'_>) -> Vec<Declaration> {
    let mut all = Vec::new();
    for block in 0..layers {
        let name = |part: &str| format!("{name}{block}.{part}");
        for part in ["query", "key", "value"] {
            all.extend(Declaration::linear(&name(&format!("attention.attention.{part}")), width, width, INIT));
        }
        all.extend(Declaration::linear(&name("attention.output.dense"), width, width, INIT));
        all.extend(Declaration::linear(&name("intermediate.dense"), width, inner, INIT));
        all.extend(Declaration::linear(&name("output.dense"), inner, width, INIT));
        all.extend(Declaration::norm(&name("layernorm_before"), width));
        all.extend(Declaration::norm(&name("layernorm_after"), width));
    }
    all
}

/// Returns the vectors of all patches, with those of their places.
///
/// # Shapes
/// - features: `[B, C, H, W]` -> `[B, P, D]`
pub fn patches(shape: &Vit, pass: &Pass, features: &Value) -> Value {
    let (batch, width, side) = (features.shape()[0], shape.width as usize, shape.patch as usize);
    let [weight, bias] = ["weight", "bias"].map(|part| pass.get(&format!("{PATCHES}.{part}")));
    let projected = pictures(features).conv2d(weight, Some(bias), side, 0);
    let patches = projected.reshape(&[batch, width, n_patches(shape)]).swap(1, 2);
    patches + pass.get(POSITIONS).part(1, 1, n_patches(shape))
}

/// Returns what the network makes of patches, the place for the whole picture first.
///
/// With `kept`, it reads only those of the patches of each picture: `[B, n]` of numbers below P.
///
/// # Shapes
/// - patches: `[B, P, D]` -> `[B, S, D]`
pub fn encode(shape: &Vit, pass: &Pass, patches_BPD: &Value, kept: Option<&Ints>) -> Value {
    let (batch, width) = (patches_BPD.shape()[0], shape.width as usize);
    let read = match kept {
        Some(kept) => gathered(patches_BPD, kept),
        None => patches_BPD.clone(),
    };
    let class = (pass.get(CLASS) + pass.get(POSITIONS).part(1, 0, 1)).expand(&[batch, 1, width]);
    let places = Value::cat(&[class, read], 1);
    let hidden = through(blocks(shape), pass, pass.dropout("embedding", shape.dropout, places));
    pass.layer_norm(LAST_NORM, shape.norm_epsilon, &hidden)
}

/// Returns, of every row, the places that numbers name.
///
/// # Shapes
/// - rows: `[B, S, D]`, numbers: `[B, n]` -> `[B, n, D]`
pub fn gathered(rows_BSD: &Value, numbers_Bn: &Ints) -> Value {
    let shape = rows_BSD.shape();
    let [batch, places, width] = shape[..] else { panic!("expected rows of places, found {shape:?}") };
    let n = numbers_Bn.shape()[1];
    let global = numbers_Bn.to_vec().into_iter().enumerate().map(|(i, number)| (i / n * places) as i64 + number);
    let global = numbers_Bn.beside(global.collect(), &[batch * n]);
    rows_BSD.reshape(&[batch * places, width]).pick(0, &global).reshape(&[batch, n, width])
}

/// Sends places through blocks.
///
/// # Shapes
/// - `[B, S, D]` -> `[B, S, D]`
pub fn through(blocks: Blocks<'static>, pass: &Pass, mut hidden_BSD: Value) -> Value {
    for number in 0..blocks.layers {
        hidden_BSD = pass.block(&hidden_BSD, move |pass, hidden| Block { blocks, pass, number }.forward(hidden));
    }
    hidden_BSD
}

/// Returns what stands for the whole picture.
///
/// # Shapes
/// - features: `[B, C, H, W]` -> `[B, D]`
pub fn embedding(shape: &Vit, pass: &Pass, features: &Value) -> Value {
    let hidden = encode(shape, pass, &patches(shape, pass, features), None);
    hidden.part(1, 0, 1).reshape(&[features.shape()[0], shape.width as usize])
}

struct Block<'a> {
    blocks: Blocks<'a>,
    pass: &'a Pass,
    number: u32,
}

impl Block<'_> {
    fn forward(&self, hidden_BSD: &Value) -> Value {
        let attended = self.dropout("attention", self.attention(&self.norm("layernorm_before", hidden_BSD)));
        let hidden = hidden_BSD + attended;
        let inner = self.linear("intermediate.dense", &self.norm("layernorm_after", &hidden)).gelu();
        &hidden + self.dropout("mlp", self.linear("output.dense", &inner))
    }

    fn name(&self, part: &str) -> String {
        format!("{}{}.{part}", self.blocks.name, self.number)
    }

    fn norm(&self, name: &str, hidden: &Value) -> Value {
        self.pass.layer_norm(&self.name(name), self.blocks.epsilon, hidden)
    }

    fn linear(&self, name: &str, input: &Value) -> Value {
        self.pass.linear(&self.name(name), LAYOUT, input)
    }

    fn dropout(&self, name: &str, value: Value) -> Value {
        self.pass.dropout(&self.name(name), self.blocks.dropout, value)
    }

    fn attention(&self, normed_BSD: &Value) -> Value {
        let shape = normed_BSD.shape();
        let rows = normed_BSD.reshape(&[shape[0] * shape[1], shape[2]]);
        let heads = |part: &str| {
            let made = self.linear(&format!("attention.attention.{part}"), &rows);
            attention::heads(&made, shape[0], self.blocks.heads)
        };
        let (query, key, value) = (heads("query"), heads("key"), heads("value"));
        let mixed = attention::joined(&attention::attend(&query, &key, &value, Sight::All));
        self.linear("attention.output.dense", &mixed).reshape(&shape)
    }
}
