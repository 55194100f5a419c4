//! What a network makes of every place of a text, and which token it expects there.
//!
//! Legend: B batch, S sequence, M and N places of all rows, D width, V vocabulary.

use crate::engine::model::cache::Cache;
use crate::engine::model::pass::Pass;
use crate::engine::model::reading::TokenRows;
use crate::engine::model::{Body, Network};
use crate::engine::model::{bert, gpt2, llama, recurrent};
use crate::engine::value::{Ints, Value};

impl Network {
    /// Returns what it makes of every place of rows of tokens, before its head.
    ///
    /// # Shapes
    /// - tokens: `[B, S]` (int) -> `[B * S, D]`
    pub(super) fn hidden(&self, pass: &Pass, rows: &TokenRows, cache: Option<&mut Cache>) -> Value {
        match &self.body {
            Body::Llama(shape, tables) => llama::hidden(shape, tables, pass, rows, cache),
            Body::Gpt2(shape) => gpt2::hidden(shape, pass, rows, cache),
            Body::Bert(shape) => bert::hidden(shape, pass, rows),
            Body::Recurrent(cell, shape) => recurrent::hidden(*cell, shape, pass, rows, cache),
            Body::Mlp(_) | Body::Cnn(_) | Body::Vit(_) | Body::Clip(_) | Body::Autoencoder(_) | Body::Gan(_) => {
                unreachable!("a recipe gives tokens only to networks that read them")
            }
        }
    }

    /// Returns how likely every token is at every place, as logarithms up to a constant; with a cache, of tokens that follow those in it,
    /// to which they are added.
    ///
    /// # Shapes
    /// - tokens: `[B, S]` (int) -> logits: `[B * S, V]`
    pub fn logits(&self, pass: &Pass, rows: &TokenRows, cache: Option<&mut Cache>) -> Value {
        self.read_out(pass, &self.hidden(pass, rows, cache))
    }

    /// Returns the same of some places only, which saves what reading out the others takes: with a large vocabulary, most of it.
    ///
    /// # Shapes
    /// - tokens: `[B, S]` (int), places: `[M]` of B * S -> logits: `[M, V]`
    pub fn logits_at(&self, pass: &Pass, rows: &TokenRows, places_M: &Ints) -> Value {
        self.read_out(pass, &self.hidden(pass, rows, None).pick(0, places_M))
    }

    /// Reads tokens out of places.
    ///
    /// # Shapes
    /// - `[N, D]` -> `[N, V]`
    fn read_out(&self, pass: &Pass, hidden_ND: &Value) -> Value {
        let head = match &self.body {
            Body::Llama(shape, _) => llama::head(shape),
            Body::Gpt2(shape) => gpt2::head(shape),
            Body::Recurrent(_, shape) => recurrent::head(shape),
            Body::Bert(shape) => return bert::logits(shape, pass, hidden_ND),
            Body::Mlp(_) | Body::Cnn(_) | Body::Vit(_) | Body::Clip(_) | Body::Autoencoder(_) | Body::Gan(_) => {
                unreachable!("a recipe lets only networks write that read tokens")
            }
        };
        hidden_ND.linear(pass.get(head), None)
    }
}
