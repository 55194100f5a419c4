//! What an estimate promises: only stale stages count, every limit names its stage, and GPT-3 costs what is published.

use std::collections::BTreeMap;

use super::accuracy::{Actual, compare, median_ratio, sum};
use super::flops::PETAFLOPS_DAY;
use super::known::{Device, Price, SaidBy};
use super::limits::{Ceilings, Limit, broken};
use super::rate::RateSource;
use super::tokens::TokenSource;
use super::*;
use crate::id::{Digest, RunId};
use crate::plan::{Done, Freshness, Ledger, Outputs, SourceState, build, judge};
use crate::recipe::Recipe;
use crate::recipe::accelerator::Accelerator;
use crate::recipe::fixture::{recipe, recipe_of};

fn known() -> Known {
    let state = SourceState { digest: Digest::of(b""), files: 1, bytes: 4_000_000, tables: None };
    let sources = ["prose", "rust", "tasks"].map(|name| (name.parse().unwrap(), state)).into();
    let accelerator = Accelerator { name: "card".to_owned(), count: 1, tflops: Some(1e-6), watts: Some(1000.0) };
    let device = Some(Device { accelerator, said_by: SaidBy::Settings });
    let price = Some(Price { per_hour: 3.6, currency: "EUR".to_owned() });
    Known { sources, device, price, ..Known::default() }
}

fn stage<'e>(estimate: &'e Estimate, id: &str) -> &'e StageEstimate {
    &estimate.stages[&id.parse::<StageId>().unwrap()]
}

#[test]
fn fresh_stages_take_nothing_and_the_stale_ones_add_up() {
    let known = known();
    let mut plan = build(&recipe(""), &known.sources);
    let before = of(&plan, &known);
    assert_eq!((before.total.stale, before.total.fresh), (plan.stages.len(), 0));
    let sum: f64 = before.stages.values().map(|stage| stage.seconds).sum();
    assert!((before.total.seconds - sum).abs() < 1e-6);
    // 1 kW and 3.6 an hour: a second of training is a 3,600th of a kWh and a thousandth of the money.
    let general = stage(&before, "train:general");
    assert!((general.energy_kwh.unwrap() - general.seconds / 3600.0).abs() < 1e-9);
    assert!((before.total.cost.unwrap() - before.total.seconds / 1000.0).abs() < 1e-6);
    plan.stages[0].freshness = Freshness::Fresh { run: RunId::from_bits(1) };
    let id: StageId = "train:general".parse().unwrap();
    for stage in plan.stages.iter_mut().filter(|stage| stage.id == id) {
        stage.freshness = Freshness::Fresh { run: RunId::from_bits(1) };
    }
    let after = of(&plan, &known);
    assert_eq!((after.total.stale, after.total.fresh), (plan.stages.len() - 2, 2));
    let (fresh, was) = (stage(&after, "train:general"), general);
    assert_eq!((fresh.seconds, fresh.cost, fresh.time), (0.0, Some(0.0), TimeSource::Fresh));
    assert_eq!(fresh.training, was.training, "what it once was is told all the same");
    assert!(after.total.flops < before.total.flops && after.total.seconds < before.total.seconds);
}

#[test]
fn an_estimate_changes_no_fingerprint_and_survives_being_written() {
    let known = known();
    let mut plan = build(&recipe(""), &known.sources);
    let fingerprints: Vec<_> = plan.stages.iter().map(|stage| stage.fingerprint).collect();
    let done = plan.stages.iter().map(|stage| Done {
        run: RunId::from_bits(1),
        key: stage.key.clone(),
        fingerprint: stage.fingerprint,
        outputs: Outputs::new(),
    });
    let ledger = Ledger { done: done.map(|done| (done.fingerprint, done)).collect(), ..Ledger::default() };
    plan.estimate = Some(of(&plan, &known));
    let text = serde_json::to_string(&plan).unwrap();
    let mut again: Plan = serde_json::from_str(&text).unwrap();
    assert_eq!(again, plan);
    judge(&mut again, &ledger);
    assert!(again.stages.iter().all(Stage::is_fresh));
    assert_eq!(again.stages.iter().map(|stage| stage.fingerprint).collect::<Vec<_>>(), fingerprints);
    let old = text.replace(&serde_json::to_string(&plan.estimate).unwrap(), "null").replace(",\"estimate\":null", "");
    assert!(!old.contains("estimate"));
    assert_eq!(serde_json::from_str::<Plan>(&old).unwrap().estimate, None, "plans of earlier versions are read");
    let elsewhere = recipe("run.accelerator={ name: h100, count: 8 }");
    let moved = build(&elsewhere, &known.sources);
    assert_eq!(moved.stages.iter().map(|stage| stage.fingerprint).collect::<Vec<_>>(), fingerprints);
}

#[test]
fn a_broken_limit_names_the_stage_with_which_it_breaks() {
    let known = known();
    let plan = build(&recipe(""), &known.sources);
    let estimate = of(&plan, &known);
    let all = estimate.total.seconds;
    let enough = Ceilings { seconds: Some(all), memory: Some(estimate.total.memory), cost: estimate.total.cost };
    assert_eq!(broken(&plan, &estimate, &enough), []);
    assert_eq!(broken(&plan, &estimate, &Ceilings::default()), []);
    let before = estimate.stages.iter().filter(|(id, _)| id.kind() != crate::id::StageKind::Train);
    let data: f64 = before.map(|(_, stage)| stage.seconds).sum();
    let general = stage(&estimate, "train:general").seconds;
    let little = Ceilings { seconds: Some(data + general / 2.0), memory: Some(1), cost: Some(0.0) };
    let found = broken(&plan, &estimate, &little);
    let limits: Vec<_> = found.iter().map(|broken| (broken.limit, broken.stage.to_string())).collect();
    assert_eq!(limits[1], (Limit::Memory, "train:general".to_owned()));
    assert_eq!(limits[2], (Limit::Cost, "dataset:prose".to_owned()));
    assert_eq!((found[0].limit, found[0].needed), (Limit::Time, all));
    assert!(found[0].alone > 0.0 && found[0].allowed < all);
}

#[test]
fn estimates_are_held_against_what_was() {
    let known = known();
    let plan = build(&recipe(""), &known.sources);
    let estimate = of(&plan, &known);
    let expected = stage(&estimate, "train:general");
    let actual = |id: &str, seconds: f64| Actual {
        stage: id.parse().unwrap(),
        seconds,
        tokens_per_second: Some(10.0),
        memory: None,
    };
    let compared = compare(&estimate, &[actual("train:general", 2.0 * expected.seconds), actual("train:unknown", 1.0)]);
    assert_eq!(compared.len(), 1, "a stage nobody expected is left out");
    assert_eq!(compared[0].seconds.ratio(), Some(2.0));
    assert_eq!(compared[0].tokens_per_second.unwrap().actual, 10.0);
    assert_eq!(compared[0].memory, None);
    assert_eq!(sum(&compared), compared[0].seconds);
    assert_eq!(median_ratio(compared.iter().map(|one| one.seconds)), Some(2.0));
}

/// The recipe that ships, and only plans.
fn gpt_3() -> Recipe {
    recipe_of(include_str!("../../../recipes/gpt-3.yaml"))
}

fn near(found: f64, published: f64) {
    let off = found / published - 1.0;
    assert!(off.abs() < 0.02, "{found:e} is {:.1} % from {published:e}", off * 100.0);
}

#[test]
fn gpt_3_costs_what_is_published() {
    let recipe = gpt_3();
    let accelerator = recipe.run.accelerator.clone().unwrap();
    let device = Some(Device { accelerator, said_by: SaidBy::Recipe });
    let known = Known { device, ..Known::default() };
    let plan = build(&recipe, &known.sources);
    let estimate = of(&plan, &known);
    let gpt_3 = stage(&estimate, "train:gpt-3");
    let training = gpt_3.training.as_ref().unwrap();
    near(training.total_parameters as f64, 175e9);
    near(training.tokens.training as f64, 300e9);
    near(training.flops.parameters, 3.14e23);
    near(training.flops.parameters / PETAFLOPS_DAY, 3640.0);
    near(training.total_flops, 3.14e23);
    let days = gpt_3.seconds / 86_400.0;
    assert!((36.0..=37.0).contains(&days), "{days} days");
    assert_eq!(training.rate.source, RateSource::Stated { by: SaidBy::Recipe, name: "a100".to_owned() });
    assert_eq!((training.rate.flops_per_second, training.rate.devices), (195e12, 512));
    assert!((estimate.total.seconds / gpt_3.seconds - 1.0).abs() < 0.01, "the rest is nothing beside it");
    let mix: BTreeMap<_, _> =
        training.tokens.data.iter().map(|part| (part.dataset.to_string(), part.split_tokens as f64)).collect();
    for (dataset, published) in
        [("common-crawl", 400e9), ("webtext2", 19e9), ("books1", 12e9), ("books2", 55e9), ("wikipedia", 3e9)]
    {
        near(mix[dataset], published);
    }
    assert!(training.tokens.data.iter().all(|part| part.source == TokenSource::Described));
}
