//! Networks: what parameters they have, and what they make of tokens.
//!
//! Parameters are held by the names Hugging Face gives them, so that weights, checkpoints and adapters need no mapping.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

pub mod parameters;
pub mod declare;
pub mod linear;
pub mod cache;
pub mod attention;
pub mod classifier;
pub mod llama;
pub mod gpt2;
pub mod lora;
pub mod weights;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub use cache::Cache;
pub use classifier::Records;
pub use declare::Declaration;
pub use parameters::{Gradients, Parameter, Parameters};
pub use weights::HostTensor;

use burn::tensor::{Device, Int, Tensor};

use crate::engine::model::attention::{Documents, Mask};
use crate::engine::model::linear::Linear;
use crate::recipe::classification::Classification;
use crate::recipe::model::{Architecture, Gpt2, Llama};

/// A network on a device, without its parameters.
#[derive(Debug)]
pub struct Network {
    body: Body,
    classification: Option<Classification>,
    vocab_size: u32,
    device: Device,
}

/// The shape of a network, and the numbers that depend on places only.
#[derive(Debug)]
pub(crate) enum Body {
    Llama(Llama, Box<llama::Tables>),
    Gpt2(Gpt2, Box<Mask>),
}

impl Network {
    /// Returns the network of an architecture.
    pub fn new(architecture: &Architecture, vocab_size: u32, device: &Device) -> Self {
        let body = match architecture {
            Architecture::Llama(shape) => Body::Llama(shape.clone(), Box::new(llama::Tables::new(shape, device))),
            Architecture::Gpt2(shape) => Body::Gpt2(shape.clone(), Box::new(Mask::new(shape.context as usize, device))),
        };
        Self { body, classification: None, vocab_size, device: device.clone() }
    }

    /// Returns the network of an architecture that tells classes, where it is to, and else writes.
    pub fn with_head(
        architecture: &Architecture,
        vocab_size: u32,
        classification: Option<&Classification>,
        device: &Device,
    ) -> Self {
        Self { classification: classification.cloned(), ..Self::new(architecture, vocab_size, device) }
    }

    /// Returns what it tells apart; nothing of a language model.
    pub fn classification(&self) -> Option<&Classification> {
        self.classification.as_ref()
    }

    /// Returns where it computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Returns its longest row, in tokens.
    pub fn context(&self) -> usize {
        match &self.body {
            Body::Llama(shape, _) => shape.context as usize,
            Body::Gpt2(shape, _) => shape.context as usize,
        }
    }

    /// Returns its shape, and the numbers that depend on places only.
    pub(crate) fn body(&self) -> &Body {
        &self.body
    }

    /// Returns the parameters it has.
    pub fn declarations(&self) -> Vec<Declaration> {
        let mut all = match &self.body {
            Body::Llama(shape, _) => llama::declarations(shape, self.vocab_size as usize),
            Body::Gpt2(shape, _) => gpt2::declarations(shape, self.vocab_size as usize),
        };
        if let Some(classification) = &self.classification {
            all.retain(|declaration| declaration.name != classifier::LANGUAGE_HEAD);
            all.push(classifier::declaration(classification, self.width()));
        }
        all
    }

    /// Returns the width of the residual stream.
    pub fn width(&self) -> usize {
        match &self.body {
            Body::Llama(shape, _) => shape.width as usize,
            Body::Gpt2(shape, _) => shape.width as usize,
        }
    }

    /// Returns the linear layers of its blocks, which adapters add to.
    pub fn linear_layers(&self) -> Vec<Linear> {
        let (blocks, layout) = match &self.body {
            Body::Llama(..) => (llama::BLOCKS, llama::LAYOUT),
            Body::Gpt2(..) => (gpt2::BLOCKS, gpt2::LAYOUT),
        };
        self.declarations().iter().filter_map(|declaration| Linear::of(declaration, blocks, layout)).collect()
    }

    /// Returns how likely every token is at every place, as logarithms up to a constant; documents may end what is looked at.
    ///
    /// # Shapes
    /// - tokens: `[batch, sequence]` (int) -> logits: `[batch * sequence, vocabulary]`
    pub fn logits(
        &self,
        parameters: &Parameters,
        tokens_BS: Tensor<2, Int>,
        documents: Option<&Documents>,
    ) -> Tensor<2> {
        self.forward(parameters, tokens_BS, documents, None)
    }

    /// Returns the same for tokens that follow those in the cache, and adds them to it.
    ///
    /// # Shapes
    /// - tokens: `[1, sequence]` (int) -> logits: `[sequence, vocabulary]`
    pub fn logits_after(&self, parameters: &Parameters, tokens_BS: Tensor<2, Int>, cache: &mut Cache) -> Tensor<2> {
        self.forward(parameters, tokens_BS, None, Some(cache))
    }

    /// Returns how likely every class is for every record, as logarithms up to a constant.
    ///
    /// # Shapes
    /// - tokens: `[batch, sequence]` (int) -> logits: `[batch, classes]`
    pub fn class_logits(&self, parameters: &Parameters, tokens_BS: Tensor<2, Int>, records: &Records) -> Tensor<2> {
        let hidden_ND = match &self.body {
            Body::Llama(shape, tables) => {
                llama::hidden(shape, tables, parameters, tokens_BS, None, None, Some(records))
            }
            Body::Gpt2(shape, mask) => gpt2::hidden(shape, mask, parameters, tokens_BS, None, None, Some(records)),
        };
        records.logits(hidden_ND, parameters.matrix(classifier::SCORE))
    }

    fn forward(
        &self,
        parameters: &Parameters,
        tokens_BS: Tensor<2, Int>,
        documents: Option<&Documents>,
        cache: Option<&mut Cache>,
    ) -> Tensor<2> {
        match &self.body {
            Body::Llama(shape, tables) => llama::logits(shape, tables, parameters, tokens_BS, documents, cache),
            Body::Gpt2(shape, mask) => gpt2::logits(shape, mask, parameters, tokens_BS, documents, cache),
        }
    }
}
