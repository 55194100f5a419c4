//! Whole trainings of every network on everything it can learn: golden losses, agreement of the backends, resumption bit for bit, and
//! that something is learnt.

mod golden;
mod retrieval;

use std::sync::Arc;

use super::*;
use crate::engine::features::tests::of;
use crate::engine::features::{Draw, FeatureFile};
use crate::engine::model::weights;
use crate::engine::objective;
use crate::engine::tokens::tests::{hideable, labelled, numbered, tokens as file};
use crate::recipe::objective::{Contrastive, Distillation};
use crate::recipe::training::Ema;

/// Returns pictures of noise in which the class of each is a bright row.
fn pictures(name: &str, n: usize, names: &[&str]) -> FeatureFile {
    let [_, height, width] = fixture::PICTURE.map(|side| side as usize);
    let mut rng = seed::stream(6, name);
    let labels: Vec<i64> = (0..n).map(|_| seed::below(&mut rng, names.len()) as i64).collect();
    let picture = |label: &i64| {
        let mut values = seed::normals(&mut rng, height * width, 0.2);
        values[(2 * *label as usize + 1) * width..][..width].iter_mut().for_each(|value| *value += 0.8);
        values
    };
    let values: Vec<f32> = labels.iter().flat_map(picture).collect();
    of(&values, &fixture::PICTURE.map(|side| side as usize), &labels, names)
}

/// Returns the same pictures, which change a little each time they are looked at.
fn changing(pictures: FeatureFile) -> FeatureFile {
    pictures.changed_by(Arc::new(|values: &[f32], Draw { seed, look, record }: Draw| {
        let mut rng = seed::stream(seed, &format!("{look}/{record}"));
        let noise = seed::normals(&mut rng, values.len(), 0.1);
        values.iter().zip(noise).map(|(value, noise)| value + noise).collect()
    }))
}

/// Returns captions of pictures: a word for the class, one that says nothing, and an end.
fn captions(name: &str, n: usize) -> Data {
    let pictures = pictures(name, n, &fixture::CLASSES).with_classes(&fixture::CLASSES.map(str::to_owned)).unwrap();
    let class = |record| match pictures.label(record).unwrap() {
        crate::engine::features::Label::Class(class) => class,
        other => panic!("{other:?} is no class"),
    };
    let words: Vec<u32> = (0..n as u64).flat_map(|record| [5 + class(record), 9 + record as u32 % 3, 0]).collect();
    let starts: Vec<u64> = (0..n as u64).map(|record| 3 * record).collect();
    Data::captions(labelled(name, &words, &starts, &vec![0; n]), pictures).unwrap()
}

/// Returns questions with their answers, which are targets: of each number the next; `rejects` puts a wrong one behind each.
fn answers(name: &str, n: usize, rejects: bool) -> Tokens {
    let mut rng = seed::stream(6, name);
    let (mut values, mut starts, mut mask) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        let question = 2 + seed::below(&mut rng, 10) as u32;
        for wrong in 0..=u32::from(rejects) {
            starts.push(values.len() as u64);
            values.extend([question, question + 1 + 9 * wrong, question + 2, 0]);
            mask.extend([0, 1, 1, 1]);
        }
    }
    file(name, &values, &starts, Some(&mask))
}

/// Returns texts with the share of a token in each.
fn counted(name: &str, n: usize) -> Tokens {
    let mut rng = seed::stream(6, name);
    let (mut values, mut starts, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        starts.push(values.len() as u64);
        let own: Vec<u32> = (0..6).map(|_| 2 + seed::below(&mut rng, 2) as u32).collect();
        numbers.push(own.iter().filter(|token| **token == 3).count() as f32 - 3.0);
        values.extend(own.into_iter().chain([0]));
    }
    numbered(name, &values, &starts, &numbers)
}

fn running(name: &str, n: usize) -> Tokens {
    let values: Vec<u32> = (0..n).map(|i| if i % 9 == 8 { 0 } else { 2 + (i * 5 % 13) as u32 }).collect();
    hideable(name, &values, &(0..n as u64).step_by(9).collect::<Vec<_>>(), VOCAB)
}

/// Returns what a network is taught an objective with.
pub(super) fn data(architecture: &Architecture, objective: &Objective) -> Vec<Dataset> {
    let has_tokens = architecture.modality() == Modality::Tokens;
    let split = |name: &str, n: usize| -> Data {
        match objective::row_kind(objective) {
            Kind::Text => tokens(name, 8 * n).into(),
            Kind::Masked => running(name, 9 * n).into(),
            Kind::Records => answers(name, n, false).into(),
            Kind::Labelled if has_tokens => classification::labelled(name, n).into(),
            Kind::Labelled => pictures(name, n, &fixture::CLASSES).into(),
            Kind::Numbered if has_tokens => counted(name, n).into(),
            Kind::Numbered => pictures(name, n, &["-1", "0.5", "2"]).into(),
            Kind::Pairs => answers(name, n, true).into(),
            Kind::Captions => captions(name, n),
            Kind::Unlabelled => pictures(name, n, &fixture::CLASSES).into(),
            Kind::Views => changing(pictures(name, n, &fixture::CLASSES)).into(),
        }
    };
    let dataset = |name: &str, weight| Dataset { weight, train: split(name, 70), validation: split("v", 40) };
    vec![dataset("a", 0.6), dataset("b", 0.4)]
}

/// Returns every network with everything it can learn, and a name for both.
pub(super) fn all(dropout: f64) -> Vec<(String, Architecture, Objective)> {
    let mut all = Vec::new();
    for architecture in fixture::all(dropout) {
        for objective in fixture::objectives(&architecture) {
            let block = if let Architecture::Cnn(cnn) = &architecture { cnn.block.word() } else { "" };
            let what = match &objective {
                Objective::Distillation(Distillation { classification: Some(_), .. }) => " of classes",
                Objective::Contrastive(Contrastive::Captions) => " of captions",
                _ => "",
            };
            let name = format!("{block} {} {}{what}", architecture.word(), objective.word());
            all.push((name.trim().to_owned(), architecture.clone(), objective));
        }
    }
    all
}

/// Returns the weights of a teacher of the same shape.
fn teacher(architecture: &Architecture, objective: &Objective) -> Vec<u8> {
    let network = Network::of(architecture, VOCAB, Head::of(objective, architecture), &Device::flex());
    weights::write(&fixture::with_parameters(network).1.to_host())
}

pub(super) fn trained(
    architecture: &Architecture,
    objective: &Objective,
    choice: DeviceChoice,
    train: Train,
    go: impl FnOnce(&Setting<'_>),
) {
    let batch_tokens = if architecture.context() == 1 { 16 } else { 128 };
    let train = Train { objective: objective.clone(), batch_tokens, ..train };
    let bytes = objective.teacher().map(|_| teacher(architecture, objective));
    let head = Head::of(objective, architecture);
    let teacher = bytes.as_ref().map(|weights| Teacher { architecture, vocab_size: VOCAB, head, weights });
    go(&Setting { teacher, ..super::of(architecture.clone(), choice, train) });
}

fn heard(setting: &Setting<'_>) -> Heard {
    let mut heard = Heard::default();
    finish(setting, tempfile::tempdir().unwrap().path(), &mut heard);
    heard
}

#[test]
fn every_network_learns_everything_it_can_as_on_the_day_the_numbers_were_taken_and_alike_on_both_backends() {
    let mut found = String::new();
    let mut wrong = Vec::new();
    for (name, architecture, objective) in all(0.1) {
        let mut losses = [DeviceChoice::Flex, DeviceChoice::Cpu].map(|choice| {
            let mut losses = Vec::new();
            trained(&architecture, &objective, choice, config(6), |setting| {
                losses = heard(setting).losses("train/loss")
            });
            losses
        });
        let [flex, torch] = &mut losses;
        assert_eq!((flex.len(), torch.len()), (6, 6));
        for (step, (flex, torch)) in flex.iter().zip(torch.iter()).enumerate() {
            let apart = (flex - torch).abs() / (flex.abs() + 1e-2);
            if apart > 1e-3 {
                wrong.push(format!("{name}: step {step}: {flex} on flex, {torch} on libtorch"));
            }
        }
        let Some((_, golden)) = golden::LOSSES.iter().find(|(of, _)| *of == name) else {
            wrong.push(format!("{name}: no golden losses"));
            found +=
                &format!("    (\"{name}\", [{:.10}, {:.10}, {:.10}, {:.10}]),\n", flex[0], flex[1], flex[2], flex[3]);
            continue;
        };
        for (loss, golden) in flex.iter().zip(golden) {
            if (loss - golden).abs() > 1e-5 * golden.abs().max(1e-3) {
                wrong.push(format!("{name}: {flex:?}, and not {golden:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{found}", wrong.join("\n"));
    assert_eq!(golden::LOSSES.len(), all(0.1).len(), "a golden loss belongs to no network");
}

#[test]
fn of_every_network_a_resumed_training_equals_one_that_never_stopped() {
    for (number, (name, architecture, objective)) in all(0.2).into_iter().enumerate() {
        eprintln!("{name}");
        let optimizer = Optimizer::kinds()[number % 5].clone();
        let train = Train { optimizer, ema: Some(Ema { decay: 0.9 }), ..config(9) };
        trained(&architecture, &objective, DeviceChoice::Cpu, train, resumes_bit_for_bit);
    }
}

/// Returns every network with something it can learn, and everything with a network that can learn it.
fn some() -> Vec<(String, Architecture, Objective)> {
    let mut seen = std::collections::BTreeSet::new();
    let is_new = |(name, architecture, objective): &(String, Architecture, Objective)| {
        let what = name.split_once(objective.word()).map_or("", |(_, behind)| behind);
        let [network, objective] = [architecture.word().to_owned(), format!("{} {what}", objective.word())];
        // Both are noted, so that neither comes again alone.
        seen.insert(network) | seen.insert(objective)
    };
    all(0.0).into_iter().filter(is_new).collect()
}

#[test]
fn every_network_learns_and_everything_is_learnt() {
    for (name, architecture, objective) in some() {
        // Two that play against each other have no loss that falls.
        if matches!(objective, Objective::Adversarial(_)) {
            continue;
        }
        let train = Train { schedule: Schedule::Constant { warmup_steps: 2 }, ..config(60) };
        let train = Train { validate: Validate { every_steps: 59, ..train.validate }, ..train };
        trained(&architecture, &objective, DeviceChoice::Cpu, train, |setting| {
            let losses = heard(setting).losses("train/loss");
            let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
            let (first, last) = (mean(&losses[..4]), mean(&losses[losses.len() - 8..]));
            assert!(last < 0.95 * first, "{name}: from {first} to {last}: {losses:?}");
        });
    }
}
