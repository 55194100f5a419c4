//! Recurrent networks: a vector for every token, layers of cells, an output layer (Elman 1990; Hochreiter & Schmidhuber 1997; Cho et al. 2014).
//!
//! Names, shapes and the order of the gates are PyTorch's:
//!
//! | parameter | shape | what it is |
//! |---|---|---|
//! | `embedding.weight` | `[V, E]` | a vector for every token; the output layer too, where they are tied |
//! | `rnn.weight_ih_l<n>` | `[gates * W, E or W]` | from what is read |
//! | `rnn.weight_hh_l<n>` | `[gates * W, W]` | from the state |
//! | `rnn.bias_ih_l<n>`, `rnn.bias_hh_l<n>` | `[gates * W]` | |
//! | `lm_head.weight` | `[V, W]` | the output layer, where it is not tied |
//!
//! Numbers are left out of the tokens' vectors, between layers and behind the last, never on the way from place to place (Zaremba et al. 2014).
//!
//! Legend: B batch, S sequence, E embedding width, W width, V vocabulary.

use crate::engine::model::cache::Cache;
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::head::LANGUAGE_HEAD;
use crate::engine::model::pass::Pass;
use crate::engine::model::reading::TokenRows;
use crate::engine::value::Value;
use crate::engine::value::recurrence::{CellWeights, layer};
use crate::recipe::model::{Cell, Recurrent};

/// The name of the input embedding, which is also the output layer where they are tied.
pub const EMBEDDING: &str = "embedding.weight";

/// What the names of the layers' parameters begin with.
pub const LAYERS: &str = "rnn.";

/// Returns the name of the output layer's matrix.
pub fn head(shape: &Recurrent) -> &'static str {
    if shape.tie_embeddings { EMBEDDING } else { LANGUAGE_HEAD }
}

/// Returns the parameters of the network.
pub fn declarations(cell: Cell, shape: &Recurrent, vocab_size: usize) -> Vec<Declaration> {
    let [width, embedding] = [shape.width, shape.embedding_width].map(|n| n as usize);
    // PyTorch starts every layer evenly within one over the root of its width.
    let init = Init::Uniform(1.0 / (width as f64).sqrt());
    let gates = cell.gates() as usize * width;
    let mut all = vec![Declaration::new(EMBEDDING, &[vocab_size, embedding], Init::Normal(0.02))];
    for number in 0..shape.layers {
        let inputs = if number == 0 { embedding } else { width };
        let parameter =
            |name: &str, shape: &[usize]| Declaration::new(format!("{LAYERS}{name}_l{number}"), shape, init);
        all.push(parameter("weight_ih", &[gates, inputs]));
        all.push(parameter("weight_hh", &[gates, width]));
        all.push(parameter("bias_ih", &[gates]));
        all.push(parameter("bias_hh", &[gates]));
    }
    if !shape.tie_embeddings {
        all.push(Declaration::new(LANGUAGE_HEAD, &[vocab_size, width], Init::Normal(0.02)));
    }
    all
}

/// Returns what the network makes of every place, before the output layer.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> hidden: `[B * S, W]`
pub fn hidden(cell: Cell, shape: &Recurrent, pass: &Pass, rows: &TokenRows, mut cache: Option<&mut Cache>) -> Value {
    let (batch, sequence, width) = (rows.batch(), rows.sequence(), shape.width as usize);
    let embedded_BSE = pass.embedding(EMBEDDING, &rows.tokens_BS);
    let mut hidden = pass.dropout("embedding", shape.dropout.max(rows.dropout), embedded_BSE);
    for number in 0..shape.layers {
        let parameter = |name: &str| pass.get(&format!("{LAYERS}{name}_l{number}")).clone();
        let weights = CellWeights {
            input: parameter("weight_ih"),
            state: parameter("weight_hh"),
            input_bias: parameter("bias_ih"),
            state_bias: parameter("bias_hh"),
        };
        let first = cache.as_deref().and_then(|cache| cache.state(number as usize)).cloned();
        let (output_BSW, last) = layer(cell, &weights, &hidden, first.as_ref());
        if let Some(cache) = cache.as_deref_mut() {
            cache.keep(number as usize, last);
        }
        hidden = pass.dropout(&format!("{number}/output"), shape.dropout, output_BSW);
    }
    hidden.reshape(&[batch * sequence, width])
}
