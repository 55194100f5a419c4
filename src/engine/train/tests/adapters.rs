//! Adapters that were kept, from which a child goes on exactly where its parent ended, and adapters that were merged.

use std::collections::BTreeMap;

use super::*;
use crate::engine::model::lora::Stored;
use crate::engine::model::{HostTensor, weights};
use crate::engine::train::learner::Learner;

/// Returns an adapter of a rank, which is kept.
pub(super) fn lora(rank: u32) -> Adapter {
    lora_then(rank, AdapterThen::Keep)
}

/// Returns an adapter of a rank.
pub(super) fn lora_then(rank: u32, then: AdapterThen) -> Adapter {
    Adapter::Lora { rank, alpha: 2.0 * f64::from(rank), dropout: 0.0, targets: Vec::new(), then, parent: None }
}

fn stored(rank: u32, bytes: &[u8]) -> Stored<'_> {
    Stored { rank, alpha: 2.0 * f64::from(rank), bytes }
}

/// Trains an adapter on a base for some steps.
fn trained(architecture: &Architecture, rank: u32, base: Base<'_>) -> Trained {
    let setting = of(architecture.clone(), DeviceChoice::Flex, config(4));
    let setting = Setting { adapter: Some(lora(rank)), base: Some(base), ..setting };
    finish(&setting, tempfile::tempdir().unwrap().path(), &mut Heard::default())
}

/// Returns the adapter and the weights with it before the first step of a training.
fn at_step_0(
    architecture: &Architecture,
    rank: u32,
    base: Base<'_>,
) -> Result<(BTreeMap<String, HostTensor>, Vec<u8>), EngineError> {
    let device = device::open(DeviceChoice::Flex, 1).unwrap();
    let adapter = lora(rank);
    let training = Training {
        architecture,
        vocab_size: VOCAB,
        adapter: Some(&adapter),
        train: &config(4),
        base: Some(base),
        teacher: None,
        seed: 1234,
        device: &device,
        machine: &device::machine(DeviceChoice::Flex, 1),
        checkpoints: Path::new("nowhere"),
        fingerprint: Digest::of(b"test"),
    };
    let network = Network::new(architecture, VOCAB, &device);
    let learner = Learner::new(&training, &network)?;
    let (model, adapter) = learner.into_weights(&network)?;
    Ok((weights::read(&adapter.unwrap()).unwrap(), model))
}

#[test]
fn an_adapter_goes_on_from_where_its_parent_ended() {
    for architecture in fixture::architectures() {
        let frozen = finish(
            &of(architecture.clone(), DeviceChoice::Flex, config(4)),
            tempfile::tempdir().unwrap().path(),
            &mut Heard::default(),
        )
        .model;
        let first = trained(&architecture, 2, Base::of(&frozen));
        let first_adapter = first.adapter.unwrap();
        let goes_on = Base { goes_on: Some(stored(2, &first_adapter)), ..Base::of(&frozen) };
        let (adapter, model) = at_step_0(&architecture, 2, goes_on.clone()).unwrap();
        assert_eq!(adapter, weights::read(&first_adapter).unwrap());
        assert!(model == first.model, "the child begins with other weights than its parent ended with");
        // It learns on: the adapter is another one at the end, and the weights under it are those it began with.
        let longer = trained(&architecture, 2, goes_on);
        assert!(longer.report.validation_loss < first.report.validation_loss, "{:?}", longer.report);

        // On top of the first: what is trained is new, what it is trained on is all of the parent.
        let second = trained(&architecture, 3, Base::of(&first.model));
        let second_adapter = second.adapter.unwrap();
        let added = vec![stored(2, &first_adapter)];
        let goes_on = Base { added, goes_on: Some(stored(3, &second_adapter)), ..Base::of(&frozen) };
        let (adapter, model) = at_step_0(&architecture, 3, goes_on).unwrap();
        assert_eq!(adapter, weights::read(&second_adapter).unwrap());
        assert!(model == second.model, "two adapters on the frozen weights are not the model they were kept from");
    }
}

/// Returns a network with an adapter whose addition is something.
fn adapted(adapter: &Adapter) -> (Network, Parameters) {
    let device = device::open(DeviceChoice::Flex, 1).unwrap();
    let (network, mut parameters) = fixture::network(&fixture::llama(), &device);
    lora::attach(&mut parameters, &network, adapter, 9);
    for (name, parameter) in parameters.trainable_mut().filter(|(name, _)| name.contains("lora_B")) {
        let values = seed::normals(&mut seed::stream(1, name), parameter.shape.iter().product(), 0.3);
        let tensor = HostTensor { shape: parameter.shape.clone(), values };
        parameter.values = crate::engine::model::parameters::to_device(&tensor, &device);
    }
    (network, parameters)
}

#[test]
fn an_adapter_adds_to_the_layers_it_is_meant_for_and_to_no_other() {
    let Adapter::Lora { rank, alpha, dropout, then, parent, .. } = lora(2);
    let targets = vec!["q_proj".to_owned(), "layers.1.mlp.*".to_owned()];
    let meant = Adapter::Lora { rank, alpha, dropout, targets, then, parent };
    let (network, mut parameters) = adapted(&meant);
    let layers: std::collections::BTreeSet<String> =
        parameters.trainable_mut().map(|(name, _)| name.split(".lora_").next().unwrap().to_owned()).collect();
    let expected = [
        "model.layers.0.self_attn.q_proj",
        "model.layers.1.mlp.down_proj",
        "model.layers.1.mlp.gate_proj",
        "model.layers.1.mlp.up_proj",
        "model.layers.1.self_attn.q_proj",
    ];
    assert_eq!(layers.into_iter().collect::<Vec<_>>(), expected);
    // Added to the weights, it changes those layers alone.
    let before = parameters.to_host();
    let after = lora::merge(parameters, &network).to_host();
    let changed: Vec<&str> =
        after.iter().filter(|(name, own)| before[*name] != **own).map(|(name, _)| name.as_str()).collect();
    assert_eq!(changed, expected.map(|layer| format!("{layer}.weight")));
    assert!(!after.keys().any(|name| name.contains("lora_")));
}

#[test]
fn what_an_adapter_leaves_out_it_leaves_out_of_its_own_addition_while_it_learns() {
    let (network, mut parameters) = adapted(&lora(2));
    let rows = Rows::to_learn(tokens("a", 200), Kind::Text, 16).unwrap();
    let batch = Batch::of(&(0..3).map(|index| rows.row(index, 0).unwrap()).collect::<Vec<_>>(), 16);
    let task = Task { network: &network, objective: &Objective::CausalLm, guide: None, class_weights: None };
    let n = batch.n_targets();
    let learning = |parameters: &Parameters, seed| task.loss_and_gradients(parameters, &batch, seed, n, None).loss;
    let measured = |parameters: &Parameters| task.measured(parameters, &batch, n).0;
    let (whole, quiet) = (learning(&parameters, 1), measured(&parameters));
    assert_eq!(whole, learning(&parameters, 2), "without a share nothing is left out");
    parameters.adapter_dropout = 0.5;
    let losses: Vec<f64> = (0..40).map(|seed| learning(&parameters, seed)).collect();
    assert_eq!(losses[7], learning(&parameters, 7), "the seed says what is left out");
    assert!(losses.iter().any(|loss| (loss - losses[0]).abs() > 1e-4), "{losses:?}");
    assert_eq!(measured(&parameters), quiet, "nothing is left out where nothing is learnt");
    // Of an addition that is nothing, nothing can be left out: what was there before is read whole.
    let (network, mut nothing) = fixture::network(&fixture::llama(), &device::open(DeviceChoice::Flex, 1).unwrap());
    lora::attach(&mut nothing, &network, &lora(2), 9);
    let before = learning(&nothing, 1);
    nothing.adapter_dropout = 0.5;
    assert_eq!(learning(&nothing, 1), before);
}

#[test]
fn a_new_adapter_is_nothing_before_the_first_step() {
    let frozen = finish(&on(DeviceChoice::Flex, config(4)), tempfile::tempdir().unwrap().path(), &mut Heard::default());
    let (_, model) = at_step_0(&fixture::llama(), 2, Base::of(&frozen.model)).unwrap();
    assert_eq!(weights::read(&model).unwrap(), weights::read(&frozen.model).unwrap());
}

#[test]
fn a_foreign_adapter_is_refused() {
    let frozen = finish(&on(DeviceChoice::Flex, config(4)), tempfile::tempdir().unwrap().path(), &mut Heard::default());
    let adapter = trained(&fixture::llama(), 2, Base::of(&frozen.model)).adapter.unwrap();
    for foreign in [stored(3, &adapter), stored(2, &frozen.model), stored(2, b"nothing")] {
        let base = Base { goes_on: Some(foreign), ..Base::of(&frozen.model) };
        let error = at_step_0(&fixture::llama(), foreign.rank, base).unwrap_err();
        assert!(matches!(error, EngineError::Weights { .. }), "{error}");
    }
}

/// Returns what measures on the test data.
pub(super) fn validation(train: &Train) -> Validation {
    let rows = |dataset: Dataset| (dataset.weight, Rows::to_measure(dataset.validation, Kind::Text, 16).unwrap());
    Validation { splits: data().into_iter().map(rows).collect(), tokens: train.validate.tokens }
}

#[test]
fn a_merged_adapter_is_what_was_trained() {
    let cases = [(fixture::llama(), "model.layers.1.mlp.down_proj"), (fixture::gpt2(), "transformer.h.1.mlp.c_proj")];
    for (architecture, layer) in cases {
        let setting = |steps| of(architecture.clone(), DeviceChoice::Flex, config(steps));
        let base = finish(&setting(4), tempfile::tempdir().unwrap().path(), &mut Heard::default());
        let adapter = Some(lora_then(2, AdapterThen::Merge));
        let setting = Setting { adapter, base: Some(Base::of(&base.model)), ..setting(6) };
        let tuned = finish(&setting, tempfile::tempdir().unwrap().path(), &mut Heard::default());
        let network = Network::new(&architecture, VOCAB, &Device::flex());
        let parameters = learner::load_parameters(&network, Some(&tuned.model), 0).unwrap();
        let task = Task { network: &network, objective: &Objective::CausalLm, guide: None, class_weights: None };
        let loss = validation(&setting.train).measure(&task, &parameters).unwrap().0;
        assert!((loss - tuned.report.validation_loss).abs() < 1e-5, "{loss} {:?}", tuned.report);
        assert!(tuned.report.trainable_parameters < tuned.report.parameters / 2);
        let names = crate::engine::model::weights::read(&tuned.adapter.unwrap()).unwrap();
        assert!(names.contains_key(&format!("base_model.model.{layer}.lora_B.weight")));
    }
}
