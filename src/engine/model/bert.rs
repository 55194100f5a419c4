//! A BERT-style encoder: every place looks at all others, learned positions, layer norm behind each sum (Devlin et al. 2019).
//!
//! Names are those of Hugging Face's BERT:
//!
//! | parameter | shape | what it is |
//! |---|---|---|
//! | `bert.embeddings.word_embeddings.weight` | `[V, D]` | a vector for every token; the output layer too |
//! | `bert.embeddings.position_embeddings.weight` | `[C, D]` | a vector for every place of the context |
//! | `bert.embeddings.token_type_embeddings.weight` | `[2, D]` | a vector for the first and the second text; only the first is used |
//! | `bert.embeddings.LayerNorm.{weight,bias}` | `[D]` | norm behind their sum |
//! | `bert.encoder.layer.<n>.attention.self.{query,key,value}.{weight,bias}` | `[D, D]`, `[D]` | |
//! | `bert.encoder.layer.<n>.attention.output.dense.{weight,bias}` | `[D, D]`, `[D]` | what attention adds |
//! | `bert.encoder.layer.<n>.attention.output.LayerNorm.{weight,bias}` | `[D]` | norm behind the sum |
//! | `bert.encoder.layer.<n>.intermediate.dense.{weight,bias}` | `[F, D]`, `[F]` | into the feed-forward part |
//! | `bert.encoder.layer.<n>.output.dense.{weight,bias}` | `[D, F]`, `[D]` | out of it |
//! | `bert.encoder.layer.<n>.output.LayerNorm.{weight,bias}` | `[D]` | norm behind the sum |
//! | `cls.predictions.transform.dense.{weight,bias}` | `[D, D]`, `[D]` | head for hidden tokens |
//! | `cls.predictions.transform.LayerNorm.{weight,bias}` | `[D]` | |
//! | `cls.predictions.bias` | `[V]` | |
//! | `bert.pooler.dense.{weight,bias}` | `[D, D]`, `[D]` | what stands for the whole text where its first place does |
//!
//! Legend: B batch, S sequence, N = B * S, D width, F inner width of the feed-forward part, C context, V vocabulary.

use std::rc::Rc;

use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::linear::Layout;
use crate::engine::model::pass::Pass;
use crate::engine::model::reading::{Seen, TokenRows};
use crate::engine::value::{Value, attention};
use crate::recipe::model::Bert;

/// The name of the input embedding, which is also the output layer.
pub const EMBEDDING: &str = "bert.embeddings.word_embeddings.weight";

/// What the names of the blocks' parameters begin with.
pub const BLOCKS: &str = "bert.encoder.layer.";

/// How the matrices of the linear layers lie.
pub const LAYOUT: Layout = Layout::OutputsFirst;

const POSITIONS: &str = "bert.embeddings.position_embeddings.weight";
const SEGMENTS: &str = "bert.embeddings.token_type_embeddings.weight";
const FIRST_NORM: &str = "bert.embeddings.LayerNorm";
const POOLER: &str = "bert.pooler.dense";
const TRANSFORM: &str = "cls.predictions.transform";
const OUTPUT_BIAS: &str = "cls.predictions.bias";

/// Every matrix starts from a normal distribution of this deviation.
const INIT: Init = Init::Normal(0.02);

/// Returns the parameters of the network below its head.
pub fn declarations(shape: &Bert, vocab_size: usize) -> Vec<Declaration> {
    let [width, inner, context] = [shape.width, shape.mlp_width, shape.context].map(|n| n as usize);
    let table = |name: &str, rows| Declaration::new(name, &[rows, width], INIT);
    let mut all =
        vec![table(EMBEDDING, vocab_size), table(POSITIONS, context), table(SEGMENTS, Bert::SEGMENTS as usize)];
    all.extend(Declaration::norm(FIRST_NORM, width));
    for block in 0..shape.layers {
        let name = |name: &str| format!("{BLOCKS}{block}.{name}");
        for part in ["query", "key", "value"] {
            all.extend(Declaration::linear(&name(&format!("attention.self.{part}")), width, width, INIT));
        }
        all.extend(Declaration::linear(&name("attention.output.dense"), width, width, INIT));
        all.extend(Declaration::norm(&name("attention.output.LayerNorm"), width));
        all.extend(Declaration::linear(&name("intermediate.dense"), width, inner, INIT));
        all.extend(Declaration::linear(&name("output.dense"), inner, width, INIT));
        all.extend(Declaration::norm(&name("output.LayerNorm"), width));
    }
    all
}

/// Returns the parameters of the head that predicts hidden tokens.
pub fn language_head(shape: &Bert, vocab_size: usize) -> Vec<Declaration> {
    let width = shape.width as usize;
    let mut all = Declaration::linear(&format!("{TRANSFORM}.dense"), width, width, INIT).to_vec();
    all.extend(Declaration::norm(&format!("{TRANSFORM}.LayerNorm"), width));
    all.push(Declaration::new(OUTPUT_BIAS, &[vocab_size], Init::Zeros));
    all
}

/// Returns the parameters of what stands for a whole text.
pub fn pooler(shape: &Bert) -> [Declaration; 2] {
    Declaration::linear(POOLER, shape.width as usize, shape.width as usize, INIT)
}

/// Returns what the network makes of every place.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> hidden: `[B * S, D]`
pub fn hidden(shape: &Bert, pass: &Pass, rows: &TokenRows) -> Value {
    let (batch, sequence, width) = (rows.batch(), rows.sequence(), shape.width as usize);
    let positions = match &rows.documents {
        Some(documents) => pass.embedding(POSITIONS, &documents.places_BS),
        None => pass.get(POSITIONS).part(0, 0, sequence),
    };
    let embedded_BSD = pass.embedding(EMBEDDING, &rows.tokens_BS) + positions + pass.get(SEGMENTS).part(0, 0, 1);
    let normed = pass.layer_norm(FIRST_NORM, shape.norm_epsilon, &embedded_BSD.reshape(&[batch * sequence, width]));
    let mut hidden_ND = pass.dropout("embedding", shape.dropout.max(rows.dropout), normed);
    let seen = Rc::new(rows.seen_from_everywhere(&hidden_ND));
    for number in 0..shape.layers {
        let (shape, seen) = (shape.clone(), Rc::clone(&seen));
        hidden_ND = pass.block(&hidden_ND, move |pass, hidden_ND| {
            Block { shape: &shape, pass, seen: &seen, batch, number }.forward(hidden_ND)
        });
    }
    hidden_ND
}

/// Returns the logits of the hidden tokens.
///
/// # Shapes
/// - hidden: `[N, D]` -> `[N, V]`
pub fn logits(shape: &Bert, pass: &Pass, hidden_ND: &Value) -> Value {
    let inner = pass.linear(&format!("{TRANSFORM}.dense"), LAYOUT, hidden_ND).gelu();
    let normed = pass.layer_norm(&format!("{TRANSFORM}.LayerNorm"), shape.norm_epsilon, &inner);
    normed.linear(pass.get(EMBEDDING), Some(pass.get(OUTPUT_BIAS)))
}

/// Returns what stands for every text: its first place, through a layer and a hyperbolic tangent.
///
/// # Shapes
/// - first: `[B, D]` -> `[B, D]`
pub fn pooled(pass: &Pass, first_BD: &Value) -> Value {
    pass.linear(POOLER, LAYOUT, first_BD).tanh()
}

struct Block<'a> {
    shape: &'a Bert,
    pass: &'a Pass,
    seen: &'a Seen,
    batch: usize,
    number: u32,
}

impl Block<'_> {
    fn forward(&self, hidden_ND: &Value) -> Value {
        let attended_ND = self.add("attention.output", hidden_ND, &self.attention(hidden_ND));
        let inner_NF = self.linear("intermediate.dense", &attended_ND).gelu();
        self.add("output", &attended_ND, &inner_NF)
    }

    /// Adds what a layer makes of its input to the stream, and norms the sum.
    fn add(&self, name: &str, hidden_ND: &Value, input: &Value) -> Value {
        let made = self.linear(&format!("{name}.dense"), input);
        let made = self.pass.dropout(&format!("{}/{name}", self.number), self.shape.dropout, made);
        let norm = format!("{BLOCKS}{}.{name}.LayerNorm", self.number);
        self.pass.layer_norm(&norm, self.shape.norm_epsilon, &(hidden_ND + made))
    }

    fn linear(&self, name: &str, input: &Value) -> Value {
        self.pass.linear(&format!("{BLOCKS}{}.{name}", self.number), LAYOUT, input)
    }

    fn attention(&self, hidden_ND: &Value) -> Value {
        let heads = |part: &str| {
            let rows = self.linear(&format!("attention.self.{part}"), hidden_ND);
            attention::heads(&rows, self.batch, self.shape.heads)
        };
        let (query, key, value) = (heads("query"), heads("key"), heads("value"));
        let name = format!("{}/shares", self.number);
        let mixed = self.pass.attend(&name, self.shape.dropout, [&query, &key, &value], self.seen.sight());
        attention::joined(&mixed)
    }
}
