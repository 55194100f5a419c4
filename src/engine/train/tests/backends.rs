//! Both backends compute the same losses, gradients and steps.

use super::*;

/// Returns loss and gradients of all parameters, and of an adapter's.
fn both(architecture: &Architecture, choice: DeviceChoice, batch: &Batch) -> [(f64, Gradients); 2] {
    let device = device::open(choice, 2).unwrap();
    let (network, mut parameters) = fixture::network(architecture, &device);
    let task = Task { network: &network, objective: &Objective::CausalLm, guide: None, class_weights: None };
    let told = |parameters: &Parameters| {
        let told = task.loss_and_gradients(parameters, batch, 7, batch.n_targets(), None);
        (told.loss, told.gradients)
    };
    let full = told(&parameters);
    lora::attach(&mut parameters, &network, &adapters::lora(2), 9);
    for (name, parameter) in parameters.trainable_mut() {
        // The halves that start at zero would hide the gradients of the others; so would equal values, before a norm.
        if name.contains("lora_B") {
            let values: Vec<f32> = (0..parameter.values.dims()[0]).map(|i| 0.05 * (i % 7) as f32).collect();
            parameter.values = burn::tensor::Tensor::from_floats(values.as_slice(), &device);
        }
    }
    let adapted = told(&parameters);
    [full, adapted]
}

#[test]
fn the_backends_agree_on_the_loss_and_every_gradient() {
    let rows = Rows::to_learn(tokens("a", 200), Kind::Text, 16).unwrap();
    let mut batch = Batch::of(&(0..3).map(|index| rows.row(index, 0).unwrap()).collect::<Vec<_>>(), 16);
    batch.mask[5] = 0.0;
    for architecture in fixture::architectures() {
        let reference = both(&architecture, DeviceChoice::Flex, &batch);
        {
            let other = both(&architecture, DeviceChoice::Cpu, &batch);
            for (flex, torch) in reference.iter().zip(&other) {
                assert!((flex.0 - torch.0).abs() < 1e-5 * flex.0, "{} {}", flex.0, torch.0);
                assert_eq!(flex.1.keys().collect::<Vec<_>>(), torch.1.keys().collect::<Vec<_>>());
                for (name, gradient) in &flex.1 {
                    let [a, b] = [gradient, &torch.1[name]].map(|g| g.try_to_vec_as::<f32>().unwrap());
                    let largest = a.iter().map(|v| v.abs()).fold(0.0, f32::max);
                    let apart = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(largest > 0.0 && apart <= 1e-4 * largest, "`{name}`: {apart} of {largest}");
                }
            }
        }
    }
}

#[test]
fn libtorch_in_place_takes_the_steps_flex_takes() {
    for architecture in fixture::architectures() {
        let losses = [DeviceChoice::Flex, DeviceChoice::Cpu].map(|choice| {
            let mut heard = Heard::default();
            finish(&of(architecture.clone(), choice, config(9)), tempfile::tempdir().unwrap().path(), &mut heard);
            (heard.losses("train/loss"), heard.losses("gradient-norm"))
        });
        for (flex, torch) in losses[0].0.iter().chain(&losses[0].1).zip(losses[1].0.iter().chain(&losses[1].1)) {
            assert!((flex / torch - 1.0).abs() < 1e-3, "{losses:?}");
        }
    }
}
