//! Classifiers held against PyTorch: logits, losses and every gradient.
//!
//! `benches/pytorch_classifier.py` writes the numbers; the parameters follow from a formula on both sides.

use super::*;
use crate::engine::classify::shares;
use crate::engine::model::HostTensor;
use crate::engine::model::Reading;
use crate::engine::sampler::Row;
use crate::recipe::classification::{Attention, Classification, Pool};

const MADE: &str = include_str!("pytorch_classifier.json");

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Made {
    rows: Vec<Vec<u32>>,
    labels: Vec<u32>,
    smoothing: f64,
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    architecture: String,
    attention: Attention,
    pool: Pool,
    loss: f64,
    logits: Vec<f64>,
    score: Vec<f64>,
    gradients: std::collections::BTreeMap<String, Gradient>,
}

#[derive(serde::Deserialize)]
struct Gradient {
    norm: f64,
    first: Vec<f64>,
}

/// Returns the parameters both sides make.
fn sines(network: &Network) -> Parameters {
    let mut declarations = network.declarations();
    declarations.sort_by(|one, other| one.name.cmp(&other.name));
    let made = declarations.into_iter().enumerate().map(|(n, declaration)| {
        let is_matrix = declaration.shape.len() > 1;
        let middle = if !is_matrix && declaration.name.ends_with("weight") { 1.0 } else { 0.0 };
        let amplitude = if is_matrix { 0.3 } else { 0.1 };
        let value = |i: usize| (middle + amplitude * (0.7 * i as f64 + 1.3 * n as f64 + 0.5).sin()) as f32;
        let values = (0..declaration.shape.iter().product()).map(value).collect();
        (declaration.name, HostTensor { shape: declaration.shape, values })
    });
    Parameters::from_host(made.collect::<Vec<_>>(), network.device())
}

fn apart(found: &[f32], expected: &[f64]) -> f64 {
    found.iter().zip(expected).map(|(found, expected)| (f64::from(*found) - expected).abs()).fold(0.0, f64::max)
}

#[test]
fn classifiers_are_what_pytorch_makes_of_the_same_numbers() {
    let made: Made = serde_json::from_str(MADE).unwrap();
    assert_eq!(made.cases.len(), 8);
    let row =
        |(tokens, class): (&Vec<u32>, &u32)| Row { tokens: tokens.clone(), class: Some(*class), ..Row::default() };
    let batch = Batch::of_records(&made.rows.iter().zip(&made.labels).map(row).collect::<Vec<_>>());
    for case in &made.cases {
        let architecture = if case.architecture == "llama" { fixture::llama() } else { fixture::gpt2() };
        let classes = (0..3).map(|class| class.to_string()).collect();
        let (attention, pool, label_smoothing) = (case.attention, case.pool, made.smoothing);
        let own = Classification { classes, attention, pool, class_weights: None, label_smoothing, dropout: 0.0 };
        for choice in [DeviceChoice::Flex, DeviceChoice::Cpu] {
            let name = format!("{} {attention:?} {pool:?} {choice}", case.architecture);
            let device = device::open(choice, 1).unwrap();
            let network = Network::with_head(&architecture, VOCAB, Some(&own), &device);
            let parameters = sines(&network);
            let objective = Objective::Classification(own.clone());
            let task = Task { network: &network, objective: &objective, guide: None, class_weights: None };
            let told = task.loss_and_gradients(&parameters, &batch, 7, batch.n_targets(), None);
            assert!((told.loss - case.loss).abs() < 1e-6, "{name}: {} {}", told.loss, case.loss);
            assert_eq!(told.gradients.len(), case.gradients.len(), "{name}");
            for (parameter, expected) in &case.gradients {
                let found = told.gradients[parameter].try_to_vec_as::<f32>().unwrap();
                let norm = found.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
                let near = 1e-5 * expected.norm + 1e-7;
                assert!((norm - expected.norm).abs() < near, "{name}, {parameter}: {norm} {}", expected.norm);
                assert!(apart(&found, &expected.first) < near, "{name}, {parameter}: {:?}", &found[..4]);
            }
            let score = told.gradients["score.weight"].try_to_vec_as::<f32>().unwrap();
            assert!(apart(&score, &case.score) < 1e-6, "{name}: {score:?}");
            let expected: Vec<f64> = case.logits.chunks(3).flat_map(softmax).collect();
            let found = shares(&network, &parameters, &Reading::new(&batch, &device));
            assert!(apart(&found, &expected) < 1e-6, "{name}: {found:?} {expected:?}");
        }
    }
}

fn softmax(logits: &[f64]) -> Vec<f64> {
    let total: f64 = logits.iter().map(|logit| logit.exp()).sum();
    logits.iter().map(|logit| logit.exp() / total).collect()
}
