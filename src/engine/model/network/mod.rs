//! A network: the shape of its body, the head on it, and where it computes.
//!
//! Its parameters stand elsewhere, so that one network is computed with many sets of them.

mod declared;
mod places;
mod records;
mod making;

use burn::tensor::Device;

use crate::engine::model::llama;
use crate::recipe::classification::Classification;
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
}
