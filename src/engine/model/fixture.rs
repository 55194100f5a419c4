//! A small network for tests.

use burn::tensor::Device;

use crate::engine::model::{Network, Parameters};
use crate::recipe::model::{Architecture, Llama};

/// Returns the shape of a small network with groups of query heads.
pub fn architecture() -> Architecture {
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

/// Returns a small network with random parameters, large enough that its guesses differ.
pub fn network(device: &Device) -> (Network, Parameters) {
    let network = Network::new(&architecture(), 31, device);
    let drawn = network.declarations().into_iter().map(|declaration| {
        let mut tensor = declaration.draw(9);
        if tensor.shape.len() > 1 {
            tensor.values.iter_mut().for_each(|value| *value *= 10.0);
        }
        (declaration.name, tensor)
    });
    let parameters = Parameters::from_host(drawn.collect::<Vec<_>>(), device);
    (network, parameters)
}
