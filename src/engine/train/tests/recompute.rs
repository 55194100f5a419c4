//! Activation checkpointing: the same losses, gradients and weights bit by bit, adapters and frozen parameters included.

use super::*;
use crate::engine::model::HostTensor;
use crate::engine::train::tests::networks::{all, data, trained};

/// Returns the loss and the gradients of a batch of an objective, in the host's memory.
fn told(setting: &Setting<'_>, is_recomputing: bool) -> (f64, Vec<(String, Vec<f32>)>) {
    let device = device::open(DeviceChoice::Cpu, 1).unwrap();
    let objective = &setting.train.objective;
    let head = Head::of(objective, &setting.architecture);
    let (network, mut parameters) = fixture::with_parameters(Network::of(&setting.architecture, VOCAB, head, &device));
    parameters.is_recomputing = is_recomputing;
    if setting.adapter.is_some() {
        lora::attach(&mut parameters, &network, &adapters::lora(2), 9);
        for (name, parameter) in parameters.trainable_mut().filter(|(name, _)| name.contains("lora_B")) {
            let values = seed::normals(&mut seed::stream(1, name), parameter.shape.iter().product(), 0.1);
            let tensor = HostTensor { shape: parameter.shape.clone(), values };
            parameter.values = crate::engine::model::parameters::to_device(&tensor, &device);
        }
    }
    let kind = objective::row_kind(objective);
    let split = objective::told(data(&setting.architecture, objective).remove(0).train, objective).unwrap();
    let rows = Rows::to_learn(split, kind, network.context()).unwrap();
    let rows = objective::hidden(rows, objective).unwrap();
    let batch = rows.batch(&(0..4).map(|row| rows.learnt(row, 0, 9, 0).unwrap()).collect::<Vec<_>>());
    let task = Task { network: &network, objective, guide: None, class_weights: None };
    let told = task.loss_and_gradients(&parameters, &batch, 7, batch.n_targets(), None);
    let host = |(name, flat): (String, burn::tensor::Tensor<1>)| (name, flat.try_to_vec_as::<f32>().unwrap());
    (told.loss, told.gradients.into_iter().map(host).collect())
}

#[test]
fn blocks_that_are_computed_once_more_give_the_same_loss_and_gradients_bit_by_bit() {
    let mut n = 0;
    for (name, architecture, objective) in all(0.2) {
        let is_guided = matches!(objective, Objective::Preference(_) | Objective::Distillation(_));
        let has_blocks = ["llama", "gpt2", "bert", "vit", "clip"].contains(&architecture.word());
        if is_guided || !has_blocks || matches!(objective, Objective::CausalLm) {
            continue;
        }
        for adapter in [None, Some(adapters::lora(2))] {
            trained(&architecture, &objective, DeviceChoice::Cpu, config(1), |setting| {
                let setting = Setting {
                    adapter: adapter.clone(),
                    teacher: None,
                    ..of(setting.architecture.clone(), DeviceChoice::Cpu, setting.train.clone())
                };
                let [kept, again] = [false, true].map(|is_recomputing| told(&setting, is_recomputing));
                assert_eq!(kept.0.to_bits(), again.0.to_bits(), "{name}");
                assert_eq!(kept.1.len(), again.1.len(), "{name}");
                for (kept, again) in kept.1.iter().zip(&again.1) {
                    assert!(kept == again, "{name}: the gradient of `{}` is another one", kept.0);
                    n += 1;
                }
            });
        }
    }
    assert!(n > 300, "{n} gradients were compared");
}

#[test]
fn a_training_that_computes_blocks_once_more_comes_to_the_same_weights() {
    for architecture in fixture::architectures() {
        for choice in [DeviceChoice::Flex, DeviceChoice::Cpu] {
            let models = [false, true].map(|activation_checkpointing| {
                let train = Train { activation_checkpointing, ..config(5) };
                let setting = of(architecture.clone(), choice, train);
                finish(&setting, tempfile::tempdir().unwrap().path(), &mut Heard::default()).model
            });
            assert!(models[0] == models[1]);
        }
    }
}
