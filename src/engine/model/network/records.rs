//! What a network makes of a whole record: its vector, its class or its value.
//!
//! Legend: B batch, N places of all rows, D width, C classes, P width of a projection.

use crate::engine::model::head::PROJECTION;
use crate::engine::model::linear::Layout;
use crate::engine::model::pass::Pass;
use crate::engine::model::reading::{Reading, TokenRows};
use crate::engine::model::{Body, Network};
use crate::engine::model::{autoencoder, bert, clip, cnn, mlp, vit};
use crate::engine::value::Value;
use crate::recipe::classification::{Attention, Pool};
use crate::recipe::head::Head;

impl Network {
    /// Returns one vector of every record: what its head reads, or what records are compared by.
    ///
    /// # Shapes
    /// - `[B, D]`
    pub fn embedding(&self, pass: &Pass, reading: &Reading) -> Value {
        let features = || reading.features.as_ref().expect("a network that reads features is given them");
        match &self.body {
            Body::Mlp(shape) => mlp::embedding(shape, pass, features()),
            Body::Cnn(shape) => cnn::embedding(shape, pass, features()),
            Body::Vit(shape) => vit::embedding(shape, pass, features()),
            Body::Autoencoder(shape) => autoencoder::embedding(shape, pass, features()),
            Body::Clip(shape) => match (&reading.features, &reading.tokens) {
                (Some(features), _) => clip::image(shape, pass, features),
                (None, rows) => clip::texts(shape, pass, rows.as_ref().expect("it is given one of the two")),
            },
            Body::Gan(_) => unreachable!("a recipe asks a generator for pictures only"),
            Body::Llama(..) | Body::Gpt2(_) | Body::Bert(_) | Body::Recurrent(..) => {
                let rows = reading.tokens.as_ref().expect("a network that reads tokens is given them");
                let (pool, is_seen_whole, dropout) = self.manner();
                let rows = TokenRows { is_seen_whole, dropout, ..rows.clone() };
                let hidden_ND = self.hidden(pass, &rows, None);
                let pooled_BD = rows.pooled(pool, &hidden_ND);
                match (&self.body, pool) {
                    (Body::Bert(_), Pool::First) => bert::pooled(pass, &pooled_BD),
                    _ => pooled_BD,
                }
            }
        }
    }

    /// Returns how the places of a text become one, whether each sees all of it, and what is left out behind the embedding.
    fn manner(&self) -> (Pool, bool, f64) {
        let is_whole = |attention: Attention| attention == Attention::Bidirectional;
        match &self.head {
            Head::Classes(own) => (own.pool, is_whole(own.attention), own.dropout),
            Head::Value(own) => (own.pool, is_whole(own.attention), own.dropout),
            Head::Language | Head::Decoder { .. } | Head::Projection { .. } | Head::None => (Pool::Mean, false, 0.0),
        }
    }

    /// Returns how likely every class is for every record, as logarithms up to a constant, or the value of every record.
    ///
    /// # Shapes
    /// - `[B, C]`, or `[B, 1]`
    pub fn outputs(&self, pass: &Pass, reading: &Reading) -> Value {
        let (_, _, dropout) = self.manner();
        let pooled_BD = pass.dropout("pool", dropout, self.embedding(pass, reading));
        pass.linear(self.body.score(), Layout::OutputsFirst, &pooled_BD)
    }

    /// Returns what records are compared by while it learns to compare: its vectors through two layers more.
    ///
    /// # Shapes
    /// - `[B, P]`
    pub fn projection(&self, pass: &Pass, reading: &Reading) -> Value {
        let first = pass.linear(PROJECTION[0], Layout::OutputsFirst, &self.embedding(pass, reading)).relu();
        pass.linear(PROJECTION[1], Layout::OutputsFirst, &first)
    }
}
