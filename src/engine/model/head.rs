//! Heads: what an objective puts on top of a body, and what their layers are called.
//!
//! Legend: C classes, D width.

use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::{Body, bert, decoder};
use crate::recipe::classification::Pool;
use crate::recipe::head::Head;

/// The name of the layer over the classes of a language model, as Hugging Face has it: `[C, D]`, without a bias.
pub const SCORE: &str = "score";

/// The name of the layer over the classes of any other network: `[C, D]`, with a bias.
pub const CLASSIFIER: &str = "classifier";

/// What a language model reads its tokens out with, where it does not share the embedding.
pub const LANGUAGE_HEAD: &str = "lm_head.weight";

/// The names of the two layers behind which records are compared.
pub const PROJECTION: [&str; 2] = ["projection.0", "projection.2"];

/// The deviation that layers over classes start with.
const INIT: Init = Init::Normal(0.02);

impl Body {
    /// Returns the name of the layer over classes or over a value.
    pub(super) fn score(&self) -> &'static str {
        match self {
            Self::Llama(..) | Self::Gpt2(_) | Self::Recurrent(..) => SCORE,
            Self::Bert(_)
            | Self::Mlp(_)
            | Self::Cnn(_)
            | Self::Vit(_)
            | Self::Clip(_)
            | Self::Autoencoder(_)
            | Self::Gan(_) => CLASSIFIER,
        }
    }

    /// Returns the parameters of a head on this body; those of a language head that stand with the body are not among them.
    pub(super) fn head_declarations(&self, head: &Head, width: usize, vocab_size: usize) -> Vec<Declaration> {
        match (head, self) {
            (Head::Language, Self::Bert(shape)) => bert::language_head(shape, vocab_size),
            (Head::Classes(own), _) => self.score_declarations(own.classes.len(), width, own.pool),
            (Head::Value(own), _) => self.score_declarations(1, width, own.pool),
            (Head::Decoder { decoder, corruption: _ }, Self::Vit(shape)) => decoder::declarations(shape, decoder),
            (Head::Projection { width: projection }, _) => {
                let projection = *projection as usize;
                let layers = [(PROJECTION[0], width), (PROJECTION[1], projection)];
                let declared = |(name, inputs): (&str, usize)| {
                    Declaration::linear(name, inputs, projection, Init::Normal((2.0 / inputs as f64).sqrt()))
                };
                layers.into_iter().flat_map(declared).collect()
            }
            (Head::Language | Head::Decoder { .. } | Head::None, _) => Vec::new(),
        }
    }

    fn score_declarations(&self, outputs: usize, width: usize, pool: Pool) -> Vec<Declaration> {
        let name = self.score();
        let mut all = match (self, pool) {
            (Self::Bert(shape), Pool::First) => bert::pooler(shape).to_vec(),
            _ => Vec::new(),
        };
        if name == SCORE {
            all.push(Declaration::new(format!("{name}.weight"), &[outputs, width], INIT));
        } else {
            all.extend(Declaration::linear(name, width, outputs, INIT));
        }
        all
    }
}
