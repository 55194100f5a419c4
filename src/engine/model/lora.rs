//! Low-rank adaptation (Hu et al. 2021): frozen weights and a small trainable addition, `W + alpha / rank * B A`.
//!
//! Legend: I inputs, O outputs, R rank.

use std::collections::BTreeMap;

use crate::engine::error::EngineError;
use crate::engine::model::Network;
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::linear::{Layout, Linear};
use crate::engine::model::parameters::Parameters;
use crate::engine::model::weights::{self, HostTensor};
use crate::recipe::head::Head;
use crate::recipe::model::Adapter;

/// Freezes the parameters, and adds a trainable addition to the linear layers of the blocks that the adapter is meant for; the layer
/// over the classes, where there is one, goes on learning.
pub fn attach(parameters: &mut Parameters, network: &Network, adapter: &Adapter, seed: u64) {
    let Adapter::Lora { rank, alpha, .. } = adapter;
    attach_to(parameters, network, (*rank, *alpha), |layer| adapter.adapts(layer), seed);
}

fn attach_to(
    parameters: &mut Parameters,
    network: &Network,
    (rank, alpha): (u32, f64),
    is_meant: impl Fn(&str) -> bool,
    seed: u64,
) {
    let rank = rank as usize;
    parameters.freeze();
    if *network.head() != Head::Language {
        // What stands on the body is new, or small: it learns as a whole.
        network.head_declarations().iter().for_each(|declaration| parameters.thaw(&declaration.name));
    }
    parameters.adapter_scale = Some(alpha / rank as f64);
    let meant = network.linear_layers().into_iter().filter(|layer| is_meant(&layer.name));
    for Linear { name, inputs, outputs, layout: _ } in meant {
        // The first half starts as PEFT starts it, the second at zero: at first the addition is nothing.
        let bound = 1.0 / (inputs as f64).sqrt();
        let down = Declaration::new(format!("{name}.lora_A.weight"), &[rank, inputs], Init::Uniform(bound));
        let up = Declaration::new(format!("{name}.lora_B.weight"), &[outputs, rank], Init::Zeros);
        for half in [down, up] {
            parameters.insert(half.name.clone(), half.draw(seed), network.device());
        }
    }
}

/// What PEFT puts before the names of the additions.
const PEFT: &str = "base_model.model.";

/// Returns the additions as the bytes of a safetensors file, by the names PEFT gives them.
pub fn write(trained: &BTreeMap<String, HostTensor>) -> Vec<u8> {
    weights::write(&trained.iter().map(|(name, tensor)| (format!("{PEFT}{name}"), tensor.clone())).collect())
}

/// An adapter as it lies in a file.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// The rank of the addition.
    pub rank: u32,
    /// The scale of the addition, times the rank.
    pub alpha: f64,
    /// The bytes of its safetensors file.
    pub bytes: &'a [u8],
}

/// Freezes the parameters, and adds the trainable addition of a file.
///
/// # Errors
/// When the file is no adapter of this network and this rank.
pub fn attach_stored(parameters: &mut Parameters, network: &Network, stored: Stored<'_>) -> Result<(), EngineError> {
    let Stored { rank, alpha, bytes } = stored;
    let named = |(name, tensor): (String, HostTensor)| match name.strip_prefix(PEFT) {
        Some(own) => Ok((own.to_owned(), tensor)),
        None => Err(EngineError::Weights { reason: format!("`{name}` is no part of an adapter") }),
    };
    let tensors = weights::read(bytes)?.into_iter().map(named).collect::<Result<BTreeMap<_, _>, _>>()?;
    let is_meant = |layer: &str| tensors.contains_key(&format!("{layer}.lora_A.weight"));
    attach_to(parameters, network, (rank, alpha), is_meant, 0);
    parameters.set_trainable(&tensors, network.device())
}

/// Adds the additions to the frozen weights; what comes out stands alone.
pub fn merge(mut parameters: Parameters, network: &Network) -> Parameters {
    let Some(scale) = parameters.adapter_scale.take() else {
        return parameters;
    };
    for Linear { name, layout, .. } in network.linear_layers() {
        let halves = ["A", "B"].map(|half| {
            let name = format!("{name}.lora_{half}.weight");
            let matrix = parameters.find_matrix(&name);
            parameters.remove(&name);
            matrix
        });
        let [Some(down_RI), Some(up_OR)] = halves else { continue };
        let addition_OI = up_OR.matmul(down_RI) * scale;
        let addition = match layout {
            Layout::OutputsFirst => addition_OI,
            Layout::InputsFirst => addition_OI.transpose(),
        };
        let name = format!("{name}.weight");
        let mut weight = parameters.remove(&name).expect("an addition belongs to a weight");
        let sum = weight.values.reshape([weight.shape[0], weight.shape[1]]) + addition;
        weight.values = sum.reshape([weight.shape[0] * weight.shape[1]]);
        parameters.put(name, weight);
    }
    parameters
}
