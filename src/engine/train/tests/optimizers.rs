//! Whole trainings with every optimizer, with moving averages and with frozen parameters.

use super::*;
use crate::recipe::training::Ema;

fn particular(optimizer: Optimizer) -> Train {
    Train {
        optimizer,
        freeze: vec!["*.layers.0.mlp.*".parse().unwrap()],
        layer_decay: 0.9,
        rate_factors: [("model.norm.*".parse().unwrap(), 2.0)].into(),
        ema: Some(Ema { decay: 0.9 }),
        ..config(9)
    }
}

#[test]
fn with_every_optimizer_a_resumed_training_equals_one_that_never_stopped() {
    for optimizer in Optimizer::kinds() {
        for choice in [DeviceChoice::Flex, DeviceChoice::Cpu] {
            resumes_bit_for_bit(&on(choice, particular(optimizer.clone())));
        }
    }
}

#[test]
fn with_every_optimizer_a_model_learns() {
    let rates = [1e-2, 0.3, 3e-3, 1e-2, 1e-2];
    for (kind, rate) in Optimizer::kinds().into_iter().zip(rates) {
        let mut said = serde_json::to_value(&kind).unwrap();
        said["learning-rate"] = rate.into();
        let optimizer: Optimizer = serde_json::from_value(said).unwrap();
        let mut heard = Heard::default();
        let setting = on(DeviceChoice::Cpu, Train { optimizer, ..config(60) });
        finish(&setting, tempfile::tempdir().unwrap().path(), &mut heard);
        let losses = heard.losses("validation/loss");
        assert!(losses[losses.len() - 1] < losses[0] - 0.8, "{}: {losses:?}", kind.word());
    }
}

#[test]
fn frozen_parameters_come_out_as_they_went_in_and_are_not_counted() {
    let base = finish(&on(DeviceChoice::Cpu, config(4)), tempfile::tempdir().unwrap().path(), &mut Heard::default());
    let train = particular(Optimizer::default());
    let setting = Setting { base: Some(Base::of(&base.model)), ..on(DeviceChoice::Cpu, train) };
    let tuned = finish(&setting, tempfile::tempdir().unwrap().path(), &mut Heard::default());
    let [before, after] = [&base.model, &tuned.model].map(|bytes| crate::engine::model::weights::read(bytes).unwrap());
    let is_frozen = |name: &str| name.contains(".layers.0.mlp.");
    let mut n_frozen = 0;
    for (name, tensor) in &before {
        assert_eq!(*tensor == after[name], is_frozen(name), "`{name}`");
        n_frozen += if is_frozen(name) { tensor.values.len() as u64 } else { 0 };
    }
    assert!(n_frozen > 0);
    assert_eq!(tuned.report.trainable_parameters, tuned.report.parameters - n_frozen);
}

#[test]
fn the_weights_that_are_kept_are_the_average_that_was_measured() {
    let train = Train { ema: Some(Ema { decay: 0.9 }), ..config(9) };
    let setting = on(DeviceChoice::Flex, train);
    let trained = finish(&setting, tempfile::tempdir().unwrap().path(), &mut Heard::default());
    let plain = finish(&on(DeviceChoice::Flex, config(9)), tempfile::tempdir().unwrap().path(), &mut Heard::default());
    assert_eq!(trained.report.train_loss, plain.report.train_loss, "an average changes no step");
    assert!(trained.model != plain.model);
    let network = Network::new(&setting.architecture, VOCAB, &Device::flex());
    let parameters = learner::load_parameters(&network, Some(&trained.model), 0).unwrap();
    let task = Task { network: &network, objective: &Objective::CausalLm, guide: None, class_weights: None };
    let loss = validation(&setting.train).measure(&task, &parameters).unwrap().0;
    assert!((loss - trained.report.validation_loss).abs() < 1e-6, "{loss} {:?}", trained.report);
}
