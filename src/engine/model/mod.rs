//! Networks: what parameters they have, and what they make of tokens, pictures and sounds.
//!
//! Parameters are held by the names Hugging Face gives them, so that weights, checkpoints and adapters need no mapping.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

pub mod parameters;
pub mod declare;
pub mod linear;
pub mod pass;
pub mod recompute;
pub mod reading;
pub mod cache;
pub mod head;
pub mod llama;
pub mod gpt2;
pub mod bert;
pub mod recurrent;
pub mod mlp;
pub mod cnn;
pub mod vit;
pub mod decoder;
pub mod clip;
pub mod autoencoder;
pub mod gan;
pub mod lora;
pub mod weights;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use cache::Cache;
pub use declare::Declaration;
pub use parameters::{Gradients, Parameter, Parameters};
pub use pass::Pass;
pub use reading::{Reading, TokenRows};
pub use weights::HostTensor;

use burn::tensor::Device;

use crate::engine::model::head::{LANGUAGE_HEAD, PROJECTION};
use crate::engine::model::linear::{Layout, Linear};
use crate::engine::value::{Ints, Value};
use crate::recipe::classification::{Attention, Classification, Pool};
use crate::recipe::head::Head;
use crate::recipe::model::{Architecture, Autoencoder, Bert, Cell, Clip, Cnn, Gan, Gpt2, Llama, Mlp, Recurrent, Vit};

/// A network on a device, without its parameters.
#[derive(Debug)]
pub struct Network {
    body: Body,
    head: Head,
    context: usize,
    width: usize,
    vocab_size: u32,
    device: Device,
}

/// The shape of a network, and the numbers that depend on places only.
#[derive(Debug)]
pub(crate) enum Body {
    Llama(Llama, Box<llama::Tables>),
    Gpt2(Gpt2),
    Bert(Bert),
    Recurrent(Cell, Recurrent),
    Mlp(Mlp),
    Cnn(Cnn),
    Vit(Vit),
    Clip(Clip),
    Autoencoder(Autoencoder),
    Gan(Gan),
}

impl Body {
    fn new(architecture: &Architecture, device: &Device) -> Self {
        match architecture {
            Architecture::Llama(shape) => Self::Llama(shape.clone(), Box::new(llama::Tables::new(shape, device))),
            Architecture::Gpt2(shape) => Self::Gpt2(shape.clone()),
            Architecture::Bert(shape) => Self::Bert(shape.clone()),
            Architecture::Rnn(shape) => Self::Recurrent(Cell::Rnn, shape.clone()),
            Architecture::Lstm(shape) => Self::Recurrent(Cell::Lstm, shape.clone()),
            Architecture::Gru(shape) => Self::Recurrent(Cell::Gru, shape.clone()),
            Architecture::Mlp(shape) => Self::Mlp(shape.clone()),
            Architecture::Cnn(shape) => Self::Cnn(shape.clone()),
            Architecture::Vit(shape) => Self::Vit(shape.clone()),
            Architecture::Clip(shape) => Self::Clip(shape.clone()),
            Architecture::Autoencoder(shape) => Self::Autoencoder(shape.clone()),
            Architecture::Gan(shape) => Self::Gan(shape.clone()),
        }
    }
}

impl Network {
    /// Returns the network of an architecture, which writes where it can.
    #[cfg(test)]
    pub fn new(architecture: &Architecture, vocab_size: u32, device: &Device) -> Self {
        Self::of(architecture, vocab_size, Head::Language, device)
    }

    /// Returns the network of an architecture that tells classes, where it is to, and else writes.
    pub fn with_head(
        architecture: &Architecture,
        vocab_size: u32,
        classification: Option<&Classification>,
        device: &Device,
    ) -> Self {
        let head = classification.map_or(Head::Language, |own| Head::Classes(own.clone()));
        Self::of(architecture, vocab_size, head, device)
    }

    /// Returns the network of an architecture with a head.
    pub fn of(architecture: &Architecture, vocab_size: u32, head: Head, device: &Device) -> Self {
        let (context, width) = (architecture.context() as usize, architecture.width() as usize);
        Self { body: Body::new(architecture, device), head, context, width, vocab_size, device: device.clone() }
    }

    /// Returns what stands on its body.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Returns what it tells apart; nothing of another network.
    pub fn classification(&self) -> Option<&Classification> {
        self.head.classification()
    }

    /// Returns where it computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Returns its longest row, in tokens; 1 where it reads no tokens.
    pub fn context(&self) -> usize {
        self.context
    }

    /// Returns the width of what it makes of a record.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the parameters it has.
    pub fn declarations(&self) -> Vec<Declaration> {
        let mut all = self.body_declarations();
        all.extend(self.head_declarations());
        all
    }

    /// Returns the parameters that do not depend on what it learns to do.
    pub fn body_declarations(&self) -> Vec<Declaration> {
        let vocab = self.vocab_size as usize;
        let mut all = match &self.body {
            Body::Llama(shape, _) => llama::declarations(shape, vocab),
            Body::Gpt2(shape) => gpt2::declarations(shape, vocab),
            Body::Bert(shape) => bert::declarations(shape, vocab),
            Body::Recurrent(cell, shape) => recurrent::declarations(*cell, shape, vocab),
            Body::Mlp(shape) => mlp::declarations(shape),
            Body::Cnn(shape) => cnn::declarations(shape),
            Body::Vit(shape) => vit::declarations(shape),
            Body::Clip(shape) => clip::declarations(shape, vocab),
            Body::Autoencoder(shape) => autoencoder::declarations(shape),
            Body::Gan(shape) => gan::declarations(shape),
        };
        all.retain(|declaration| declaration.name != LANGUAGE_HEAD);
        all
    }

    /// Returns the parameters that a child which learns something else has no use for.
    pub fn head_declarations(&self) -> Vec<Declaration> {
        let vocab = self.vocab_size as usize;
        let own = match (&self.body, &self.head) {
            (Body::Llama(shape, _), Head::Language) => llama::declarations(shape, vocab),
            (Body::Gpt2(shape), Head::Language) => gpt2::declarations(shape, vocab),
            (Body::Recurrent(cell, shape), Head::Language) => recurrent::declarations(*cell, shape, vocab),
            (Body::Autoencoder(shape), Head::None) => return autoencoder::decoder(shape),
            (body, head) => return body.head_declarations(head, self.width, vocab),
        };
        own.into_iter().filter(|declaration| declaration.name == LANGUAGE_HEAD).collect()
    }

    /// Returns the linear layers of its blocks, which adapters add to.
    pub fn linear_layers(&self) -> Vec<Linear> {
        let (blocks, layout): (&[&str], Layout) = match &self.body {
            Body::Llama(..) => (&[llama::BLOCKS], llama::LAYOUT),
            Body::Gpt2(..) => (&[gpt2::BLOCKS], gpt2::LAYOUT),
            Body::Bert(_) => (&[bert::BLOCKS], bert::LAYOUT),
            Body::Vit(_) => (&[vit::BLOCKS], vit::LAYOUT),
            Body::Clip(_) => (&clip::BLOCKS, Layout::OutputsFirst),
            Body::Mlp(_) => (&[mlp::LAYERS], Layout::OutputsFirst),
            Body::Cnn(_) => (&[cnn::DENSE], Layout::OutputsFirst),
            Body::Autoencoder(_) => (&[autoencoder::ENCODER], Layout::OutputsFirst),
            // Their matrices are used by kernels of many steps, or divided by their singular values.
            Body::Recurrent(..) | Body::Gan(_) => (&[], Layout::OutputsFirst),
        };
        let layer =
            |declaration: &Declaration| blocks.iter().find_map(|blocks| Linear::of(declaration, blocks, layout));
        self.body_declarations().iter().filter_map(layer).collect()
    }

    /// Returns what it makes of every place of rows of tokens, before its head.
    ///
    /// # Shapes
    /// - tokens: `[B, S]` (int) -> `[B * S, D]`
    fn hidden(&self, pass: &Pass, rows: &TokenRows, cache: Option<&mut Cache>) -> Value {
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
        let hidden_ND = self.hidden(pass, rows, cache);
        let head = match &self.body {
            Body::Llama(shape, _) => llama::head(shape),
            Body::Gpt2(shape) => gpt2::head(shape),
            Body::Recurrent(_, shape) => recurrent::head(shape),
            Body::Bert(shape) => return bert::logits(shape, pass, &hidden_ND),
            Body::Mlp(_) | Body::Cnn(_) | Body::Vit(_) | Body::Clip(_) | Body::Autoencoder(_) | Body::Gan(_) => {
                unreachable!("a recipe lets only networks write that read tokens")
            }
        };
        hidden_ND.linear(pass.get(head), None)
    }

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
                match &self.body {
                    // What only fills in hidden tokens has no vector of its own for a text.
                    Body::Bert(_) if !matches!(self.head, Head::Language) => bert::pooled(pass, &rows, &hidden_ND),
                    _ => rows.pooled(pool, &hidden_ND),
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

    /// Returns records out of codes, each in a row; of an autoencoder.
    ///
    /// # Shapes
    /// - features: `[B, …]` -> `[B, n]`
    pub fn reconstruction(&self, pass: &Pass, features: &Value) -> Value {
        match &self.body {
            Body::Autoencoder(shape) => {
                autoencoder::decode(shape, pass, &autoencoder::embedding(shape, pass, features))
            }
            _ => unreachable!("a recipe lets only autoencoders make records of codes"),
        }
    }

    /// Returns how many patches a picture has, where it learns to make patches whole.
    pub fn n_patches(&self) -> Option<usize> {
        match (&self.body, &self.head) {
            (Body::Vit(shape), Head::Decoder { .. }) => Some(vit::n_patches(shape)),
            _ => None,
        }
    }

    /// Returns the numbers of all patches of pictures of which it reads only some; of a `vit` with a decoder.
    ///
    /// # Shapes
    /// - features: `[B, C, H, W]`, kept: `[B, n]`, restore: `[B, P]` -> `[B, P, p * p * C]`
    pub fn patches(&self, pass: &Pass, features: &Value, kept: &Ints, restore: &Ints) -> Value {
        match (&self.body, &self.head) {
            (Body::Vit(shape), Head::Decoder { decoder, corruption: _ }) => {
                let hidden = vit::encode(shape, pass, &vit::patches(shape, pass, features), Some(kept));
                decoder::decode(shape, decoder, pass, &hidden, restore)
            }
            _ => unreachable!("a recipe lets only a `vit` with a decoder make patches"),
        }
    }

    /// Cuts pictures into patches; of a `vit`.
    ///
    /// # Shapes
    /// - features: `[B, C, H, W]` -> `[B, P, p * p * C]`
    pub fn patches_of(&self, features: &Value) -> Value {
        match &self.body {
            Body::Vit(shape) => decoder::patchify(shape, &cnn::pictures(features)),
            _ => unreachable!("a recipe lets only a `vit` with a decoder make patches"),
        }
    }

    /// Returns the factor by which the nearness of pictures and texts is scaled: `[1]`; of a `clip`.
    pub fn scale(&self, pass: &Pass) -> Value {
        clip::scale(pass)
    }

    /// Makes pictures of random numbers; of a `gan`.
    ///
    /// # Shapes
    /// - noise: `[B, Z]` -> `[B, C, H, W]`, between -1 and 1
    pub fn generated(&self, pass: &Pass, noise: &Value) -> Value {
        gan::generate(pass, noise)
    }

    /// Tells how real pictures look, without a bound; of a `gan`.
    ///
    /// # Shapes
    /// - pictures: `[B, C, H, W]` -> `[B]`
    pub fn judged(&self, pass: &Pass, pictures: &Value) -> Value {
        gan::judge(pass, pictures)
    }
}
