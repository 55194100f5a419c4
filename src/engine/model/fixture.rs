//! Small networks for tests, one of every architecture.

use burn::tensor::Device;

use crate::engine::model::{Network, Parameters};
use crate::recipe::classification::Classification;
use crate::recipe::model::{Architecture, Gpt2, Llama};

/// Returns the shape of a small Llama-style network with groups of query heads.
pub fn llama() -> Architecture {
    Architecture::Llama(Llama {
        layers: 2,
        width: 16,
        heads: 4,
        kv_heads: 2,
        mlp_width: 24,
        context: 16,
        rope_theta: 10000.0,
        norm_epsilon: 1e-5,
        tie_embeddings: false,
    })
}

/// Returns the shape of a small GPT-2-style network, its output layer tied.
pub fn gpt2() -> Architecture {
    Architecture::Gpt2(Gpt2 {
        layers: 2,
        width: 16,
        heads: 4,
        mlp_width: 40,
        context: 16,
        norm_epsilon: 1e-5,
        tie_embeddings: true,
    })
}

/// Returns all of them.
pub fn architectures() -> [Architecture; 2] {
    [llama(), gpt2()]
}

/// Returns a small network with random parameters, large enough that its guesses differ and that no bias is nothing.
pub fn network(architecture: &Architecture, device: &Device) -> (Network, Parameters) {
    with_parameters(Network::new(architecture, 31, device))
}

/// Returns a small classifier, likewise.
pub fn classifier(
    architecture: &Architecture,
    classification: &Classification,
    device: &Device,
) -> (Network, Parameters) {
    with_parameters(Network::with_head(architecture, 31, Some(classification), device))
}

fn with_parameters(network: Network) -> (Network, Parameters) {
    let drawn = network.declarations().into_iter().map(|declaration| {
        let mut tensor = declaration.draw(9);
        let is_matrix = tensor.shape.len() > 1;
        for (i, value) in tensor.values.iter_mut().enumerate() {
            *value = if is_matrix { *value * 10.0 } else { *value + 0.05 * (i % 7) as f32 };
        }
        (declaration.name, tensor)
    });
    let parameters = Parameters::from_host(drawn.collect::<Vec<_>>(), network.device());
    (network, parameters)
}
