//! Networks: what parameters they have, and what they make of tokens.
//!
//! Parameters are held by the names Hugging Face gives them, so that weights, checkpoints and adapters need no mapping.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

pub mod parameters;
pub mod declare;
pub mod llama;
pub mod cache;
pub mod lora;
pub mod weights;
#[cfg(test)]
pub(crate) mod fixture;

pub use cache::Cache;
pub use declare::Declaration;
pub use parameters::{Gradients, Parameter, Parameters};
pub use weights::HostTensor;

use burn::tensor::{Device, Int, Tensor};

use crate::recipe::model::Architecture;

/// A network on a device, without its parameters.
#[derive(Debug)]
pub struct Network {
    architecture: Architecture,
    vocab_size: u32,
    device: Device,
    tables: llama::Tables,
}

impl Network {
    /// Returns the network of an architecture.
    pub fn new(architecture: &Architecture, vocab_size: u32, device: &Device) -> Self {
        let tables = match architecture {
            Architecture::Llama(shape) => llama::Tables::new(shape, device),
        };
        Self { architecture: architecture.clone(), vocab_size, device: device.clone(), tables }
    }

    /// Returns where it computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Returns its longest row, in tokens.
    pub fn context(&self) -> usize {
        self.architecture.context() as usize
    }

    /// Returns the architecture.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Returns the numbers that depend on places only.
    pub(crate) fn tables(&self) -> &llama::Tables {
        &self.tables
    }

    /// Returns the parameters it has.
    pub fn declarations(&self) -> Vec<Declaration> {
        match &self.architecture {
            Architecture::Llama(shape) => llama::declarations(shape, self.vocab_size as usize),
        }
    }

    /// Returns how likely every token is at every place, as logarithms up to a constant.
    ///
    /// # Shapes
    /// - tokens: `[batch, sequence]` (int) -> logits: `[batch * sequence, vocabulary]`
    pub fn logits(&self, parameters: &Parameters, tokens_BS: Tensor<2, Int>) -> Tensor<2> {
        match &self.architecture {
            Architecture::Llama(shape) => llama::logits(shape, &self.tables, parameters, tokens_BS, None),
        }
    }

    /// Returns the same for tokens that follow those in the cache, and adds them to it.
    ///
    /// # Shapes
    /// - tokens: `[1, sequence]` (int) -> logits: `[sequence, vocabulary]`
    pub fn logits_after(&self, parameters: &Parameters, tokens_BS: Tensor<2, Int>, cache: &mut Cache) -> Tensor<2> {
        match &self.architecture {
            Architecture::Llama(shape) => llama::logits(shape, &self.tables, parameters, tokens_BS, Some(cache)),
        }
    }
}
