//! Every optimizer against PyTorch's on both backends, and what holds for all of them.

use serde::Deserialize;

use super::*;
use crate::engine::device;
use crate::recipe::run::DeviceChoice;
use crate::recipe::training::{Ema, Optimizer as Said, Schedule};

/// Written by `benches/pytorch_optimizers.py`.
const MADE: &str = include_str!("tests/pytorch.json");
const BACKENDS: [DeviceChoice; 2] = [DeviceChoice::Flex, DeviceChoice::Cpu];

#[derive(Deserialize)]
struct Made {
    shapes: BTreeMap<String, Vec<usize>>,
    rates: Vec<f64>,
    optimizers: Vec<OptimizerCase>,
    schedules: Vec<ScheduleCase>,
}

#[derive(Deserialize)]
struct OptimizerCase {
    optimizer: Said,
    values: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
struct ScheduleCase {
    schedule: Schedule,
    rates: Vec<f64>,
}

fn made() -> Made {
    serde_json::from_str(MADE).unwrap()
}

fn sines(shape: &[usize], inner: f64, outer: f64, factor: f64) -> HostTensor {
    let n: usize = shape.iter().product();
    let value = |i: usize| (factor * (inner * (i * i) as f64 + outer).sin()) as f32;
    HostTensor { shape: shape.to_vec(), values: (0..n).map(value).collect() }
}

fn start(made: &Made, device: &Device) -> Parameters {
    let named = made.shapes.iter().enumerate();
    let named = named.map(|(n, (name, shape))| (name.clone(), sines(shape, 0.7, 1.3 * n as f64, 0.5)));
    Parameters::from_host(named.collect::<Vec<_>>(), device)
}

fn gradients(made: &Made, step: u64, device: &Device) -> Gradients {
    let named = made.shapes.iter().enumerate();
    let gradient = |(n, (name, shape)): (usize, (&String, &Vec<usize>))| {
        (name.clone(), to_device(&sines(shape, 1.1, 0.9 * n as f64 + 2.3 * step as f64, 1.0), device))
    };
    named.map(gradient).collect()
}

fn train(optimizer: &Said) -> Train {
    let train = serde_json::json!({
        "objective": { "type": "causal-lm" },
        "data": [],
        "budget": { "steps": 5 },
        "batch-tokens": 16,
        "accumulate": 1,
        "optimizer": optimizer,
        "schedule": Schedule::default(),
        "validate": { "every-steps": 5, "tokens": 16 },
        "checkpoint": { "every-steps": 5, "keep": 1 },
    });
    serde_json::from_value(train).unwrap()
}

fn factors(step: u64, learning_rate: f64) -> StepFactors {
    StepFactors { step, learning_rate, clip: 1.0 }
}

fn one(values: Vec<f32>, shape: Vec<usize>, device: &Device) -> Parameters {
    Parameters::from_host([("w".to_owned(), HostTensor { shape, values })], device)
}

#[test]
fn every_optimizer_takes_the_steps_pytorch_takes_on_both_backends() {
    let made = made();
    let kinds: std::collections::BTreeSet<_> = made.optimizers.iter().map(|case| case.optimizer.word()).collect();
    assert_eq!(kinds.len(), Said::kinds().len());
    for OptimizerCase { optimizer: said, values: expected } in &made.optimizers {
        for choice in BACKENDS {
            let device = device::open(choice, 1).unwrap();
            let mut parameters = start(&made, &device);
            let mut optimizer = Optimizer::new(&train(said), &parameters);
            for (step, rate) in (1..).zip(&made.rates) {
                let gradients = gradients(&made, step, &device);
                optimizer.step(&mut parameters, gradients, factors(step, *rate));
            }
            for (name, tensor) in parameters.to_host() {
                let apart = tensor.values.iter().zip(&expected[&name]).map(|(a, b)| (f64::from(*a) - b).abs());
                let apart = apart.fold(0.0, f64::max);
                assert!(apart < 5e-6, "{choice} {said:?} `{name}`: {apart}");
            }
        }
    }
}

#[test]
fn every_schedule_goes_as_pytorchs_does() {
    let made = made();
    assert!(made.schedules.len() >= 6);
    for ScheduleCase { schedule, rates } in &made.schedules {
        for (step, rate) in (0..).zip(rates) {
            let found = schedule::factor(schedule, step, rates.len() as u64);
            assert!((found - rate).abs() < 1e-9, "{schedule:?}, step {step}: {found} {rate}");
        }
    }
}

#[test]
fn what_is_remembered_comes_back_from_the_host_bit_for_bit() {
    let made = made();
    for OptimizerCase { optimizer: said, .. } in &made.optimizers {
        for choice in BACKENDS {
            let device = device::open(choice, 1).unwrap();
            let mut straight = start(&made, &device);
            let mut optimizer = Optimizer::new(&train(said), &straight);
            optimizer.step(&mut straight, gradients(&made, 1, &device), factors(1, 0.01));
            let mut resumed = Parameters::from_host(straight.to_host(), &device);
            let mut other = Optimizer::new(&train(said), &resumed);
            other.set(&optimizer.to_host(), &device).unwrap();
            for (optimizer, parameters) in [(&mut optimizer, &mut straight), (&mut other, &mut resumed)] {
                optimizer.step(parameters, gradients(&made, 2, &device), factors(2, 0.01));
            }
            assert_eq!(straight.to_host(), resumed.to_host(), "{choice} {said:?}");
            assert_eq!(optimizer.to_host(), other.to_host(), "{choice} {said:?}");
        }
    }
}

#[test]
fn moments_of_another_optimizer_are_refused() {
    let device = Device::flex();
    let parameters = one(vec![0.5; 6], vec![2, 3], &device);
    let [adamw, sgd, lion, _, adafactor] = Said::kinds();
    let host = |said| Optimizer::new(&train(said), &parameters).to_host();
    for (one, other) in [(&adamw, &lion), (&sgd, &adafactor), (&adamw, &adafactor)] {
        let mut optimizer = Optimizer::new(&train(one), &parameters);
        assert!(optimizer.set(&host(other), &device).is_err(), "{one:?} {other:?}");
    }
}

#[test]
fn parameters_without_a_gradient_stay_and_so_does_what_is_remembered_of_them() {
    let made = made();
    for said in &Said::kinds() {
        for choice in BACKENDS {
            let device = device::open(choice, 1).unwrap();
            let mut parameters = start(&made, &device);
            let mut optimizer = Optimizer::new(&train(said), &parameters);
            let (before, moments) = (parameters.to_host(), optimizer.to_host());
            let mut half = gradients(&made, 1, &device);
            half.retain(|name, _| name.starts_with("model."));
            optimizer.step(&mut parameters, half, factors(1, 0.1));
            for (name, tensor) in parameters.to_host() {
                assert_eq!(tensor == before[&name], !name.starts_with("model."), "{choice} {said:?} `{name}`");
            }
            for (name, tensor) in optimizer.to_host() {
                assert_eq!(tensor == moments[&name], !name.starts_with("model."), "{choice} {said:?} `{name}`");
            }
        }
    }
}

#[test]
fn the_first_step_of_adamw_goes_by_the_learning_rate_against_the_sign() {
    let device = Device::flex();
    let mut parameters = one(vec![1.0, 1.0], vec![2], &device);
    let gradients = [("w".to_owned(), Tensor::from_floats([3.0, -0.5], &device))].into();
    Optimizer::new(&train(&Said::default()), &parameters).step(&mut parameters, gradients, factors(1, 0.1));
    let values = parameters.to_host()["w"].values.clone();
    assert!((values[0] - 0.9).abs() < 1e-6 && (values[1] - 1.1).abs() < 1e-6, "{values:?}");
}

#[test]
fn what_has_more_than_one_dimension_is_decayed_and_vectors_are_not() {
    let said =
        Said::Adamw { learning_rate: 0.1, weight_decay: 0.5, beta_1: 0.9, beta_2: 0.99, epsilon: 1e-8, clip_norm: 1.0 };
    for choice in BACKENDS {
        let device = device::open(choice, 1).unwrap();
        for (shape, expected) in [(vec![1, 1], 0.95), (vec![1, 1, 1, 1], 0.95), (vec![1], 1.0)] {
            let mut parameters = one(vec![1.0], shape, &device);
            let gradients = [("w".to_owned(), Tensor::from_floats([0.0], &device))].into();
            Optimizer::new(&train(&said), &parameters).step(&mut parameters, gradients, factors(1, 0.1));
            assert!((parameters.to_host()["w"].values[0] - expected).abs() < 1e-6);
        }
    }
}

#[test]
fn a_gradient_is_clipped_on_both_backends() {
    let sgd = Said::kinds()[1].clone();
    for choice in BACKENDS {
        let device = device::open(choice, 1).unwrap();
        let mut parameters = one(vec![1.0], vec![1], &device);
        let gradients = [("w".to_owned(), Tensor::from_floats([2.0], &device))].into();
        let factors = StepFactors { step: 1, learning_rate: 1.0, clip: 0.25 };
        Optimizer::new(&train(&sgd), &parameters).step(&mut parameters, gradients, factors);
        assert_eq!(parameters.to_host()["w"].values, [0.5]);
    }
}

#[test]
fn muon_keeps_one_number_of_a_matrix_and_adafactor_less_than_one() {
    let made = made();
    let parameters = start(&made, &Device::flex());
    let [_, _, _, muon, adafactor] = Said::kinds();
    let sizes = |said| {
        let host = Optimizer::new(&train(said), &parameters).to_host();
        host.into_iter().map(|(name, tensor)| (name, tensor.values.len())).collect::<BTreeMap<_, _>>()
    };
    let (muon, adafactor) = (sizes(&muon), sizes(&adafactor));
    assert_eq!(muon["stages.0.0.weight.momentum"], 24);
    assert!(muon.contains_key("model.embed_tokens.weight.second") && muon.contains_key("model.norm.weight.second"));
    assert_eq!((adafactor["stages.0.0.weight.rows"], adafactor["stages.0.0.weight.columns"]), (3, 8));
    assert_eq!(adafactor["vit.embeddings.cls_token.second"], 3);
}

#[test]
fn a_layer_learns_slower_the_deeper_it_lies_and_the_longest_pattern_counts() {
    let device = Device::flex();
    let names = ["model.embed_tokens.weight", "model.layers.0.a", "model.layers.1.a", "model.norm.weight"];
    let tensor = HostTensor { shape: vec![1], values: vec![1.0] };
    let parameters = Parameters::from_host(names.map(|name| (name.to_owned(), tensor.clone())), &device);
    let mut train = Train { layer_decay: 0.5, ..train(&Said::default()) };
    let rates = |train: &Train| names.map(|name| rates::of(train, &parameters)[name]);
    assert_eq!(rates(&train), [0.125, 0.25, 0.5, 1.0]);
    let said = [("model.*", 10.0), ("model.layers.1.*", 3.0)];
    train.rate_factors = said.map(|(pattern, factor)| (pattern.parse().unwrap(), factor)).into();
    assert_eq!(rates(&train), [1.25, 2.5, 1.5, 10.0]);
    let mut moved = parameters.clone();
    let gradients = names.map(|name| (name.to_owned(), Tensor::from_floats([1.0], &device))).into();
    Optimizer::new(&train, &parameters).step(&mut moved, gradients, factors(1, 0.01));
    for (name, rate) in names.into_iter().zip(rates(&train)) {
        let value = f64::from(moved.to_host()[name].values[0]);
        assert!((value - (1.0 - 0.01 * rate)).abs() < 1e-6, "{name}: {value}");
    }
}

#[test]
fn what_is_frozen_remembers_nothing_and_a_pattern_without_a_parameter_is_told() {
    let made = made();
    let mut parameters = start(&made, &Device::flex());
    let freeze = |patterns: &[&str]| Train {
        freeze: patterns.iter().map(|pattern| pattern.parse().unwrap()).collect(),
        ..train(&Said::default())
    };
    let wrong = freeze(&["model.layer.0.mlp.up_proj.weight"]);
    let error = rates::freeze(&wrong, &mut parameters).unwrap_err();
    assert_eq!(error.to_string(), "`model.layer.0.mlp.up_proj.weight` matches no parameter of the network");
    let hint = crate::error::Explain::hint(&error).unwrap();
    assert!(hint.starts_with("the names nearest to it are `model.layers.0.mlp.up_proj.weight`, "), "{hint}");
    let all = rates::freeze(&freeze(&["*"]), &mut parameters.clone()).unwrap_err();
    assert!(matches!(all, EngineError::AllFrozen) && all.class() == crate::record::FailureClass::BadInput);
    let train = freeze(&["model.*", "*.cls_token"]);
    rates::freeze(&train, &mut parameters).unwrap();
    assert_eq!(parameters.count(), (15 + 21 + 24 + 4 + 24 + 15 + 3, 24 + 15));
    let remembered: Vec<String> = Optimizer::new(&train, &parameters).to_host().into_keys().collect();
    assert_eq!(remembered.len(), 4, "{remembered:?}");
}

#[test]
fn an_average_follows_the_parameters_slower_and_slower_and_is_not_moved_by_their_steps() {
    for choice in BACKENDS {
        let device = device::open(choice, 1).unwrap();
        let mut parameters = one(vec![1.0], vec![1], &device);
        let mut average = Average::new(Ema { decay: 0.3 }, &parameters);
        let mut optimizer = Optimizer::new(&train(&Said::kinds()[1]), &parameters);
        let mut expected = 1.0;
        for (step, kept) in [(1, 2.0 / 11.0), (2, 3.0 / 12.0), (3, 0.3), (4, 0.3)] {
            let gradients = [("w".to_owned(), Tensor::from_floats([1.0], &device))].into();
            optimizer.step(&mut parameters, gradients, factors(step, 0.1));
            average.add(&parameters, step);
            expected = expected * kept + parameters.to_host()["w"].values[0] * (1.0 - kept);
            let found = average.in_place_of(&parameters).to_host()["w"].values[0];
            assert!((found - expected).abs() < 1e-6, "{choice}, step {step}: {found} {expected}");
        }
        let host = average.to_host(&parameters);
        let mut other = Average::new(Ema { decay: 0.3 }, &parameters);
        other.set(&host, &device).unwrap();
        assert_eq!(other.to_host(&parameters), host);
        assert!(other.set(&BTreeMap::new(), &device).is_err());
    }
}
