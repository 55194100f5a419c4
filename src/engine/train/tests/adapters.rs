//! Adapters that were kept: a child goes on exactly where its parent ended.

use std::collections::BTreeMap;

use super::*;
use crate::engine::model::lora::Stored;
use crate::engine::model::{HostTensor, weights};
use crate::engine::train::learner::Learner;

/// Returns an adapter of a rank.
pub(super) fn lora(rank: u32) -> Adapter {
    Adapter::Lora {
        rank,
        alpha: 2.0 * f64::from(rank),
        dropout: 0.0,
        targets: Vec::new(),
        then: AdapterThen::Keep,
        parent: None,
    }
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
