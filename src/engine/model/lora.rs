//! Low-rank adaptation (Hu et al. 2021): frozen weights and a small trainable addition, `W + alpha / rank * B A`.
//!
//! Legend: I inputs, O outputs, R rank.

use std::collections::BTreeMap;

use crate::engine::model::Network;
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::linear::{Layout, Linear};
use crate::engine::model::parameters::Parameters;
use crate::engine::model::weights::HostTensor;

/// Freezes the parameters, and adds a trainable addition to every linear layer of the blocks.
pub fn attach(parameters: &mut Parameters, network: &Network, rank: u32, alpha: f64, seed: u64) {
    let rank = rank as usize;
    parameters.freeze();
    parameters.adapter_scale = Some(alpha / rank as f64);
    for Linear { name, inputs, outputs, layout: _ } in network.linear_layers() {
        // The first half starts as PEFT starts it, the second at zero: at first the addition is nothing.
        let bound = 1.0 / (inputs as f64).sqrt();
        let down = Declaration::new(format!("{name}.lora_A.weight"), &[rank, inputs], Init::Uniform(bound));
        let up = Declaration::new(format!("{name}.lora_B.weight"), &[outputs, rank], Init::Zeros);
        for half in [down, up] {
            parameters.insert(half.name.clone(), half.draw(seed), network.device());
        }
    }
}

/// Returns the additions by the names PEFT gives them.
pub fn adapter_tensors(trained: &BTreeMap<String, HostTensor>) -> BTreeMap<String, HostTensor> {
    trained.iter().map(|(name, tensor)| (format!("base_model.model.{name}"), tensor.clone())).collect()
}

/// Adds the additions to the frozen weights; what comes out stands alone.
pub fn merge(mut parameters: Parameters, network: &Network) -> Parameters {
    let Some(scale) = parameters.adapter_scale.take() else {
        return parameters;
    };
    for Linear { name, layout, .. } in network.linear_layers() {
        let [down_RI, up_OR] = ["A", "B"].map(|half| {
            let name = format!("{name}.lora_{half}.weight");
            let matrix = parameters.matrix(&name);
            parameters.remove(&name);
            matrix
        });
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
