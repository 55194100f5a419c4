//! Low-rank adaptation (Hu et al. 2021): frozen weights and a small trainable addition, `W + alpha / rank * B A`.
//!
//! Legend: N rows, I inputs, O outputs, R rank.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};

use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::parameters::Parameters;
use crate::engine::model::weights::HostTensor;

/// Applies a linear layer without bias, with its low-rank addition where it has one.
///
/// # Shapes
/// - input: `[N, I]` -> `[N, O]`
pub fn linear(parameters: &Parameters, layer: &str, input_NI: Tensor<2>) -> Tensor<2> {
    let weight_OI = parameters.matrix(&format!("{layer}.weight"));
    let Some(scale) = parameters.adapter_scale else {
        return input_NI.matmul(weight_OI.transpose());
    };
    let output_NO = input_NI.clone().matmul(weight_OI.transpose());
    let down_RI = parameters.find_matrix(&format!("{layer}.lora_A.weight"));
    let up_OR = parameters.find_matrix(&format!("{layer}.lora_B.weight"));
    match (down_RI, up_OR) {
        (Some(down_RI), Some(up_OR)) => {
            output_NO + input_NI.matmul(down_RI.transpose()).matmul(up_OR.transpose()) * scale
        }
        _ => output_NO,
    }
}

/// Freezes the parameters, and adds a trainable addition to every linear layer of the blocks.
pub fn attach(parameters: &mut Parameters, rank: u32, alpha: f64, seed: u64, device: &Device) {
    let rank = rank as usize;
    parameters.freeze();
    parameters.adapter_scale = Some(alpha / rank as f64);
    for (layer, [outputs, inputs]) in adaptable(parameters) {
        // The first half starts as PEFT starts it, the second at zero: at first the addition is nothing.
        let bound = 1.0 / (inputs as f64).sqrt();
        let down = Declaration::new(format!("{layer}.lora_A.weight"), &[rank, inputs], Init::Uniform(bound));
        let up = Declaration::new(format!("{layer}.lora_B.weight"), &[outputs, rank], Init::Zeros);
        for half in [down, up] {
            parameters.insert(half.name.clone(), half.draw(seed), device);
        }
    }
}

fn adaptable(parameters: &Parameters) -> Vec<(String, [usize; 2])> {
    let matrices =
        parameters.iter().filter(|(name, parameter)| name.starts_with("model.layers.") && parameter.shape.len() == 2);
    matrices
        .filter_map(|(name, parameter)| {
            Some((name.strip_suffix(".weight")?.to_owned(), [parameter.shape[0], parameter.shape[1]]))
        })
        .collect()
}

/// Returns the additions by the names PEFT gives them.
pub fn adapter_tensors(trained: &BTreeMap<String, HostTensor>) -> BTreeMap<String, HostTensor> {
    trained.iter().map(|(name, tensor)| (format!("base_model.model.{name}"), tensor.clone())).collect()
}

/// Adds the additions to the frozen weights; what comes out stands alone.
pub fn merge(mut parameters: Parameters) -> Parameters {
    let Some(scale) = parameters.adapter_scale.take() else {
        return parameters;
    };
    let layers: Vec<String> =
        parameters.iter().filter_map(|(name, _)| name.strip_suffix(".lora_A.weight").map(str::to_owned)).collect();
    for layer in layers {
        let [down, up] = ["A", "B"].map(|half| {
            let name = format!("{layer}.lora_{half}.weight");
            let matrix = parameters.matrix(&name);
            parameters.remove(&name);
            matrix
        });
        let name = format!("{layer}.weight");
        let mut weight = parameters.remove(&name).expect("an addition belongs to a weight");
        let sum_OI = weight.values.reshape([weight.shape[0], weight.shape[1]]) + up.matmul(down) * scale;
        weight.values = sum_OI.reshape([weight.shape[0] * weight.shape[1]]);
        parameters.put(name, weight);
    }
    parameters
}
