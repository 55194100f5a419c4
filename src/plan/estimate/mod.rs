//! What a plan will take: parameters, tokens, arithmetic, memory, disk, time, energy and money.
//!
//! **Invariant:** pure, and never part of a fingerprint. Every figure says what it is made from, so that it can be doubted.

pub mod parameters;
pub mod attention;
pub mod flops;
pub mod activations;
pub mod frozen;
pub mod memory;
pub mod bytes;
pub mod tokens;
pub mod rate;
pub mod time;
pub mod price;
pub mod known;
pub mod limits;
pub mod units;
pub mod accuracy;
pub mod scant;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use known::Known;

use crate::id::{Name, StageId};
use crate::plan::work::{Teacher, TrainWork};
use crate::plan::{Plan, Stage, Work};
use crate::recipe::head::Head;
use crate::recipe::objective::Objective;
use bytes::Disk;
use flops::{FORMULA, Flops, PerToken};
use frozen::Frozen;
use memory::{Memory, number_bytes};
use parameters::{Parameters, with_adapter, with_head};
use rate::Rate;
use time::{START_SECONDS, TimeSource};
use tokens::{Datasets, Tokens};

/// What a plan will take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Estimate {
    /// What every stage takes.
    pub stages: BTreeMap<StageId, StageEstimate>,
    /// What the stale stages take together.
    pub total: Total,
    /// The currency of every cost.
    pub currency: Option<String>,
    /// How the arithmetic is counted, and by whom.
    pub formula: String,
}

/// What a stage takes. A fresh one takes no time and costs nothing, whatever its training once took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageEstimate {
    /// How long it lasts, in seconds.
    pub seconds: f64,
    /// Why it is taken to last so long.
    pub time: TimeSource,
    /// What it draws, in kWh, where that is known.
    pub energy_kwh: Option<f64>,
    /// What it costs, where a price is set.
    pub cost: Option<f64>,
    /// More of a stage that trains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Box<Training>>,
}

/// What a training is made of, fresh or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Training {
    /// The parameters by kind.
    pub parameters: Parameters,
    /// All of them, the adapter included.
    pub total_parameters: u64,
    /// Those that learn.
    pub trainable_parameters: u64,
    /// What it reads.
    pub tokens: Tokens,
    /// Its arithmetic, in floating-point operations.
    pub flops: Flops,
    /// All of the arithmetic, in floating-point operations.
    pub total_flops: f64,
    /// The memory at its peak, by what it is for, in bytes.
    pub memory: Memory,
    /// All of the memory at its peak, of all devices together, in bytes.
    pub total_memory: u64,
    /// What it writes, in bytes.
    pub disk: Disk,
    /// The speed of the steps, in tokens a second.
    pub tokens_per_second: f64,
    /// How fast the devices compute, and how that is known.
    pub rate: Rate,
}

/// What the stale stages of a plan take together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Total {
    /// The stages that have to be done.
    pub stale: usize,
    /// The stages that are done, and take nothing.
    pub fresh: usize,
    /// One stage after the other, in seconds.
    pub seconds: f64,
    /// The arithmetic of the trainings, in floating-point operations.
    pub flops: f64,
    /// The tokens the trainings learn from.
    pub tokens: u64,
    /// The memory of the largest training, in bytes.
    pub memory: u64,
    /// The weights and the checkpoints of all trainings, in bytes.
    pub disk: u64,
    /// What all draw, in kWh, where that is known of all.
    pub energy_kwh: Option<f64>,
    /// What all cost, where a price is set.
    pub cost: Option<f64>,
}

/// Returns what a judged plan will take.
pub fn of(plan: &Plan, known: &Known) -> Estimate {
    let datasets = tokens::datasets(plan);
    let mut rates: BTreeMap<&Name, Rate> = BTreeMap::new();
    let mut stages = BTreeMap::new();
    let mut total = Total { energy_kwh: Some(0.0), cost: price::cost(0.0, known), ..Total::default() };
    for stage in &plan.stages {
        let estimate = of_stage(stage, &datasets, &mut rates, known);
        add(&mut total, stage, &estimate);
        stages.insert(stage.id.clone(), estimate);
    }
    let currency = known.price.as_ref().map(|price| price.currency.clone());
    Estimate { stages, total, currency, formula: FORMULA.to_owned() }
}

fn of_stage<'p>(
    stage: &'p Stage,
    datasets: &Datasets<'p>,
    rates: &mut BTreeMap<&'p Name, Rate>,
    known: &Known,
) -> StageEstimate {
    let other = |rate: Option<&Rate>| {
        let (seconds, time) = time::of_other(stage, rate, datasets, known);
        (seconds, time, None)
    };
    let (seconds, time, training) = match &stage.work {
        Work::Train(work) => {
            let training = of_training(work, datasets, known);
            rates.insert(&work.model, training.rate.clone());
            let seconds = START_SECONDS + training.total_flops / training.rate.all();
            (seconds, TimeSource::Arithmetic, Some(Box::new(training)))
        }
        // What is imported is not trained here: it is measured as fast as anything that is.
        Work::Evaluate(work) => other(rates.get(&work.model).or_else(|| rates.values().next())),
        Work::Sample(work) => other(rates.get(&work.sample.model)),
        Work::Import(_)
        | Work::Dataset(_)
        | Work::Tokenizer(_)
        | Work::Tokens(_)
        | Work::Contamination(_)
        | Work::Uncontaminated(_)
        | Work::Gate(_)
        | Work::Analyse(_)
        | Work::Card(_)
        | Work::Publish(_) => other(None),
    };
    let (seconds, time) = if stage.is_fresh() { (0.0, TimeSource::Fresh) } else { (seconds, time) };
    let (energy_kwh, cost) = (price::energy_kwh(&stage.work, seconds, known), price::cost(seconds, known));
    StageEstimate { seconds, time, energy_kwh, cost, training }
}

fn of_training(work: &TrainWork, datasets: &Datasets<'_>, known: &Known) -> Training {
    let TrainWork { architecture, vocab_size, train, adapter, compute, .. } = work;
    let head = Head::of(&train.objective, architecture);
    let frozen = Frozen::of(train, architecture, *vocab_size, &head);
    let parameters = Parameters { frozen, ..with_adapter(architecture, *vocab_size, &head, adapter.as_ref()) };
    let per_token = PerToken::of_training(architecture, *vocab_size, &train.objective, &parameters);
    let tokens = tokens::of_training(work, datasets, known);
    let flops = Flops::of(&per_token, tokens.training, tokens.validation);
    let taught = work.teacher.as_ref().map(taught);
    let flops = match &taught {
        Some((per_token, _)) => flops.beside(per_token, tokens.training, tokens.validation),
        None => flops,
    };
    let memory = Memory::of(architecture, *vocab_size, &parameters, train, compute.precision);
    let second = taught.map_or_else(|| reference(work, &parameters), |(_, parameters)| parameters);
    let memory = Memory { beside: second * number_bytes(compute.precision), ..memory };
    let rate = rate::of(work, &per_token, known);
    Training {
        parameters,
        total_parameters: parameters.total(),
        trainable_parameters: parameters.trainable(),
        flops,
        total_flops: flops.total(),
        memory,
        total_memory: memory.total(),
        disk: Disk::of(&parameters, train, tokens.steps, compute.precision),
        tokens_per_second: rate.all() / per_token.training(),
        tokens,
        rate,
    }
}

/// Returns what a token costs a teacher, and its parameters.
fn taught(teacher: &Teacher) -> (PerToken, u64) {
    let Teacher { model: _, weights: _, architecture, vocab_size, classification } = teacher;
    let head = classification.clone().map_or(Head::Language, Head::Classes);
    let parameters = with_head(architecture, *vocab_size, &head);
    (PerToken::of(architecture, *vocab_size, &head, &parameters), parameters.total())
}

/// Returns the parameters that are held a second time: a preference is measured against the weights it starts from, which are there
/// already where an adapter is trained.
fn reference(work: &TrainWork, parameters: &Parameters) -> u64 {
    match &work.train.objective {
        Objective::Preference(_) if work.adapter.is_none() => parameters.total(),
        Objective::Preference(_)
        | Objective::CausalLm
        | Objective::MaskedLm(_)
        | Objective::Instruction
        | Objective::Classification(_)
        | Objective::Regression(_)
        | Objective::Autoencoder(_)
        | Objective::Adversarial(_)
        | Objective::Contrastive(_)
        | Objective::Distillation(_) => 0,
    }
}

fn add(total: &mut Total, stage: &Stage, estimate: &StageEstimate) {
    if stage.is_fresh() {
        total.fresh += 1;
        return;
    }
    total.stale += 1;
    total.seconds += estimate.seconds;
    total.energy_kwh = total.energy_kwh.zip(estimate.energy_kwh).map(|(sum, more)| sum + more);
    total.cost = total.cost.zip(estimate.cost).map(|(sum, more)| sum + more);
    if let Some(training) = &estimate.training {
        total.flops += training.total_flops;
        total.tokens += training.tokens.training;
        total.memory = total.memory.max(training.total_memory);
        total.disk += training.disk.peak();
    }
}

#[cfg(test)]
mod tests;
