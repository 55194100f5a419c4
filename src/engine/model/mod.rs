//! Networks: what parameters they have, and what they make of tokens, pictures and sounds.
//!
//! Parameters are held by the names Hugging Face gives them, so that weights, checkpoints and adapters need no mapping.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

pub mod network;
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
pub(crate) use network::Body;
pub use network::Network;
pub use parameters::{Gradients, Parameter, Parameters};
pub use pass::Pass;
pub use reading::{Reading, TokenRows};
pub use weights::HostTensor;
