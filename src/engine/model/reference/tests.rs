//! The references are whole, the comparison can fail, and the networks are what PyTorch says.

use std::collections::BTreeSet;

use burn::tensor::{Device, Tensor};

use super::compare::differences;
use super::*;
use crate::engine::device;
use crate::engine::model::{Network, Parameters, Pass, Reading};
use crate::engine::objective::{Guide, Task, adversarial, language, reconstruction, row_kind};
use crate::engine::sampler::{Batch, Features, Kind};
use crate::engine::value::{Value, tape};
use crate::recipe::head::Head;
use crate::recipe::objective::Contrastive;
use crate::recipe::run::DeviceChoice;

#[test]
fn references_are_whole() {
    let mut objectives = BTreeSet::new();
    let mut architectures = BTreeSet::new();
    for (name, _) in ALL {
        let reference = open(name);
        architectures.insert(reference.architecture.word());
        assert!(!reference.cases.is_empty(), "{name}");
        for (case_name, case) in &reference.cases {
            objectives.insert(case.objective.word());
            assert!(!case.expected.outputs.is_empty() && case.expected.loss.is_finite(), "{name}, {case_name}");
            let expected = case.expected.gradients.iter().chain(&case.expected.after);
            for (key, tensor) in expected {
                assert_eq!(case.weights[key].shape, tensor.shape, "{name}, {case_name}: {key}");
            }
            let has_turn = |key: &str| name != "gan" || key.starts_with(turn(case_name));
            let is_learnt = |key: &str| !case.is_buffer(key) && has_turn(key);
            let learnt: BTreeSet<_> = case.weights.keys().filter(|key| is_learnt(key)).collect();
            let gradients: BTreeSet<_> = case.expected.gradients.keys().collect();
            assert!(case.mode == Mode::Eval || learnt == gradients, "{name}, {case_name}");
            let is_guided = matches!(case.objective, Objective::Distillation(_) | Objective::Preference(_));
            let guiding: BTreeSet<_> = case.guide.keys().collect();
            assert!(if is_guided { guiding == gradients } else { guiding.is_empty() }, "{name}, {case_name}");
            let values = case.weights.values().chain(case.numbers.values()).flat_map(|tensor| &tensor.values);
            assert!(values.into_iter().all(|value| value.is_finite()), "{name}, {case_name}");
        }
    }
    assert_eq!(architectures.len(), 12, "{architectures:?}");
    // What an instruction's answer costs is what any next token costs.
    assert_eq!(objectives.len(), 9, "{objectives:?}");
}

/// Returns which of the two networks of a `gan` learns in a case.
fn turn(case: &str) -> &str {
    case.rsplit('-').next().expect("a case has a name")
}

#[test]
fn what_is_not_expected_is_found() {
    let reference = open("cnn_residual");
    let expected = &reference.cases["classification"].expected;
    let reasons = |change: fn(&mut Found)| {
        let mut found = expected.clone();
        change(&mut found);
        differences(expected, &found, Tolerance::default())
    };
    let none: Vec<String> = vec![];
    assert_eq!(reasons(|_| ()), none);
    let changes: [fn(&mut Found); 8] = [
        |found| found.loss *= 1.0001,
        |found| found.loss = f64::NAN,
        |found| found.outputs.clear(),
        |found| found.outputs.get_mut("logits").unwrap().values[1] += 0.001,
        |found| found.gradients.get_mut("stem.weight").unwrap().values[2] = f32::NAN,
        |found| found.gradients.get_mut("classifier.bias").unwrap().values.truncate(2),
        |found| drop(found.after.remove("stem_norm.running_var")),
        |found| drop(found.gradients.insert("another".to_owned(), HostTensor { shape: vec![], values: vec![0.0] })),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        assert_eq!(reasons(change).len(), 1, "change {n}");
    }
}

/// Returns a network's parameters on a device, all of which must be declared, and no others.
fn parameters(network: &Network, weights: &BTreeMap<String, HostTensor>) -> Parameters {
    let declarations = network.declarations();
    let declared: BTreeMap<_, _> = declarations.iter().map(|one| (one.name.clone(), one.shape.clone())).collect();
    let given: BTreeMap<_, _> = weights.iter().map(|(name, one)| (name.clone(), one.shape.clone())).collect();
    assert_eq!(declared, given);
    let mut parameters = Parameters::from_host(weights.clone(), network.device());
    declarations.iter().filter(|own| own.is_buffer).for_each(|own| parameters.set_buffer(&own.name));
    parameters
}

fn flat(tensors: BTreeMap<String, Tensor<1>>) -> BTreeMap<String, HostTensor> {
    let host = |flat: Tensor<1>| HostTensor { shape: flat.dims().to_vec(), values: flat.try_to_vec_as().unwrap() };
    tensors.into_iter().map(|(name, flat)| (name, host(flat))).collect()
}

/// Returns a batch as the engine's sampler gives it.
fn batch(case: &Case) -> Batch {
    let kind = row_kind(&case.objective);
    let ints = |name: &str| case.ints.get(name).map(|ints| ints.values.clone());
    let tokens = case.ints.get("tokens");
    let views = if kind == Kind::Views { 2 } else { 1 };
    let features = |view: usize| {
        let tensor = case.numbers.get("features")?;
        let n = tensor.values.len() / views;
        let values = tensor.values[view * n..(view + 1) * n].to_vec();
        Some(Features { values, shape: tensor.shape[1..].to_vec() })
    };
    let rows = match (tokens, case.numbers.get("features")) {
        (Some(tokens), _) => tokens.shape[0],
        (None, Some(features)) => features.shape[0] / views,
        (None, None) => case.of("latent").shape[0],
    };
    Batch {
        kind,
        rows,
        context: tokens.map_or(1, |tokens| tokens.shape[1]),
        inputs: ints("tokens").unwrap_or_default(),
        targets: ints("targets").unwrap_or_default(),
        mask: case.numbers.get("mask").map(|mask| mask.values.clone()).unwrap_or_default(),
        documents: None,
        lengths: ints("lengths").map(|all| all.into_iter().map(|length| length as usize).collect()),
        classes: ints("classes"),
        numbers: case.numbers.get("numbers").map(|numbers| numbers.values.clone()),
        features: features(0),
        second_view: if views == 2 { features(1) } else { None },
        keys: vec![0; rows],
    }
}

/// Returns numbers of a case on a device.
fn value(case: &Case, name: &str, device: &Device) -> Value {
    let HostTensor { shape, values } = case.of(name);
    Value::new(values.clone(), shape, device)
}

/// What is spoiled and drawn is given with the case, and not drawn by the engine.
fn given(network: &Network, case: &Case, case_name: &str, pass: &Pass) -> Option<Value> {
    let device = network.device();
    let n = batch(case).rows as f64;
    match &case.objective {
        Objective::Autoencoder(_) if case.ints.contains_key("order") => {
            let order = case.ints("order");
            let orders: Vec<Vec<u32>> =
                order.values.chunks(order.shape[1]).map(|row| row.iter().map(|n| *n as u32).collect()).collect();
            let hidden = order.shape[1] - case.ints("kept").shape[1];
            let whole = value(case, "features", device);
            Some(reconstruction::of_patches(network, pass, [&whole, &whole], &orders, hidden).sum() / n)
        }
        Objective::Autoencoder(_) => {
            let [read, whole] = ["spoiled", "features"].map(|name| value(case, name, device));
            Some(reconstruction::of_rows(network, pass, [&read, &whole]).sum() / n)
        }
        Objective::Adversarial(own) => {
            let noise = value(case, "latent", device);
            Some(match turn(case_name) {
                "critic" => {
                    let real = value(case, "features", device);
                    adversarial::of_critic(network, pass, &real, &noise, own.loss) / n
                }
                _ => adversarial::of_generator(network, pass, &noise, own.loss) / n,
            })
        }
        _ => None,
    }
}

/// Returns one of the things that the network makes of a batch, with its name.
fn outputs(
    network: &Network,
    parameters: &Parameters,
    case: &Case,
    case_name: &str,
    batch: &Batch,
) -> (String, HostTensor) {
    let device = network.device();
    tape::without(|| {
        let pass = match case.mode {
            Mode::Train => Pass::learning(tape::shaped(parameters), parameters, 0, device),
            Mode::Eval => Pass::measuring(parameters, device),
        };
        let reading = || Reading::new(batch, device);
        let (name, value) = match &case.objective {
            Objective::CausalLm | Objective::MaskedLm(_) | Objective::Instruction => {
                ("logits", language::predicted(network, &pass, batch).0)
            }
            Objective::Distillation(own) if own.classification.is_none() => {
                ("logits", language::predicted(network, &pass, batch).0)
            }
            Objective::Classification(_) | Objective::Distillation(_) => ("logits", network.outputs(&pass, &reading())),
            Objective::Regression(_) => ("numbers", network.outputs(&pass, &reading())),
            Objective::Preference(_) => {
                let (logits, targets) = language::predicted(network, &pass, batch);
                let surprise = logits.surprises(&targets, None, 0.0).reshape(&[batch.rows, batch.context]);
                ("log-probabilities", surprise.sum_along(-1) * -1.0)
            }
            Objective::Contrastive(Contrastive::Views { .. }) => {
                let both = Reading { tokens: None, features: Some(value(case, "features", device)) };
                ("codes", network.projection(&pass, &both))
            }
            Objective::Contrastive(Contrastive::Captions) => {
                ("images", network.embedding(&pass, &Reading { tokens: None, ..reading() }))
            }
            Objective::Autoencoder(_) if case.ints.contains_key("order") => {
                let whole = value(case, "features", device);
                ("targets", network.patches_of(&whole))
            }
            Objective::Autoencoder(_) => ("features", network.reconstruction(&pass, &value(case, "spoiled", device))),
            Objective::Adversarial(_) if turn(case_name) == "generator" => {
                ("pictures", network.generated(&pass, &value(case, "latent", device)))
            }
            Objective::Adversarial(_) => ("real-scores", network.judged(&pass, &value(case, "features", device))),
        };
        let (shape, mut values) = (value.shape(), value.to_vec());
        if let (true, Some(lengths)) = (shape[0] == batch.rows * batch.context, &batch.lengths) {
            // What is filled up says nothing, and is 0 in the file.
            let width = values.len() / shape[0];
            let is_filling = |place: usize| place % batch.context >= lengths[place / batch.context];
            (0..shape[0])
                .filter(|place| is_filling(*place))
                .for_each(|place| values[place * width..][..width].fill(0.0));
        }
        (name.to_owned(), HostTensor { shape, values })
    })
}

/// Runs a case with the engine.
fn run(reference: &Reference, case_name: &str, case: &Case, device: &Device) -> Found {
    let network = |objective| {
        let head = Head::of(objective, &reference.architecture);
        Network::of(&reference.architecture, reference.vocab_size, head, device)
    };
    let own = network(&case.objective);
    let parameters_of = |weights| parameters(&own, weights);
    let parameters = parameters_of(&case.weights);
    let guide = (!case.guide.is_empty())
        .then(|| Guide { network: network(&case.objective), parameters: parameters_of(&case.guide) });
    let weights = case.numbers.get("class-weights").map(|weights| weights.values.clone());
    let task =
        Task { network: &own, objective: &case.objective, guide: guide.as_ref(), class_weights: weights.as_deref() };
    let batch = batch(case);
    let outputs = BTreeMap::from([outputs(&own, &parameters, case, case_name, &batch)]);
    if case.mode == Mode::Eval {
        let loss = tape::without(|| {
            let pass = Pass::measuring(&parameters, device);
            given(&own, case, case_name, &pass).map(|loss| loss.number())
        });
        let loss = loss.unwrap_or_else(|| task.measured(&parameters, &batch, task.n_targets(&batch)).0);
        return Found { outputs, loss, ..Found::default() };
    }
    if !matches!(case.objective, Objective::Autoencoder(_) | Objective::Adversarial(_)) {
        let told = task.loss_and_gradients(&parameters, &batch, 0, task.n_targets(&batch), None);
        return Found { outputs, loss: told.loss, gradients: flat(told.gradients), after: flat(told.updates) };
    }
    let is_meant = |name: &str| reference.architecture.word() != "gan" || name.starts_with(turn(case_name));
    let (loss, gradients, updates) = tape::gradients(&parameters, is_meant, |weights| {
        let pass = Pass::learning(weights, &parameters, 0, device);
        let loss = given(&own, case, case_name, &pass).expect("what is spoiled or drawn is given");
        (loss, pass.into_updates())
    });
    let after = flat(updates.into_iter().filter(|(name, _)| is_meant(name)).collect());
    Found { outputs, loss, gradients: flat(gradients), after }
}

#[test]
fn every_network_and_every_objective_are_what_pytorch_says() {
    let names: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
    for choice in [DeviceChoice::Flex, DeviceChoice::Cpu] {
        let device = device::open(choice, 1).unwrap();
        compare(&names, Tolerance::default(), |reference, name, case| run(reference, name, case, &device));
    }
}
