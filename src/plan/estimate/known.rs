//! What an estimate is made from: handed in by the edges, which read the database, the settings and the machine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{Name, RunId, StageId};
use crate::plan::Sources;
use crate::recipe::accelerator::Accelerator;
use crate::recipe::model::{Adapter, Architecture};
use crate::recipe::training::Objective;
use crate::record::Machine;
use crate::record::rate::MatrixRate;
use crate::record::report::TokensReport;

/// What an estimate is made from, beside the plan itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// What the datasets' files contain.
    pub sources: Sources,
    /// The tokens that were counted, by the stage that counted them.
    pub tokens: BTreeMap<StageId, Counted>,
    /// The records of the training splits of datasets, as counted by earlier runs.
    pub records: BTreeMap<Name, u64>,
    /// The trainings of earlier runs, the newest first.
    pub trainings: Vec<PastTraining>,
    /// How long the stages of this recipe took when they were last done.
    pub durations: BTreeMap<StageId, PastDuration>,
    /// How fast this machine was measured to multiply matrices.
    pub rates: Vec<MatrixRate>,
    /// The cards the work is reckoned for, where somebody names them.
    pub device: Option<Device>,
    /// What one device draws, in watts, where the settings say.
    pub watts: Option<f64>,
    /// What one device costs, where the settings say.
    pub price: Option<Price>,
    /// The machine the manager runs on.
    pub host: Host,
}

/// The tokens a tokens stage counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// What it reported.
    pub report: TokensReport,
    /// The run that counted.
    pub run: RunId,
    /// Whether it read exactly what this plan reads, or what the stage read when it was last done.
    pub is_of_this_plan: bool,
}

/// A training of an earlier run.
#[derive(Debug, Clone, PartialEq)]
pub struct PastTraining {
    /// The run.
    pub run: RunId,
    /// The stage.
    pub stage: StageId,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// The adapter, where one was trained.
    pub adapter: Option<Adapter>,
    /// What it learned to do.
    pub objective: Objective,
    /// What it was computed on.
    pub machine: Machine,
    /// The median speed of its steps, in tokens a second.
    pub tokens_per_second: f64,
}

impl PastTraining {
    /// Returns a training by the key of its stage, or nothing where the key is of another time.
    pub fn of_key(run: RunId, stage: StageId, key: &Value, machine: Machine, tokens_per_second: f64) -> Option<Self> {
        let part = |name: &str| key.get(name).cloned().unwrap_or(Value::Null);
        Some(Self {
            run,
            stage,
            architecture: serde_json::from_value(part("architecture")).ok()?,
            vocab_size: serde_json::from_value(part("vocab-size")).ok()?,
            adapter: serde_json::from_value(part("adapter")).ok()?,
            objective: serde_json::from_value(part("objective")).ok()?,
            machine,
            tokens_per_second,
        })
    }
}

/// How long a stage took when it was last done.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PastDuration {
    /// The run that did it.
    pub run: RunId,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// The cards the work is reckoned for.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// The cards.
    pub accelerator: Accelerator,
    /// Who says so.
    pub said_by: SaidBy,
}

/// What one device costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Price {
    /// For an hour.
    pub per_hour: f64,
    /// In this currency.
    pub currency: String,
}

/// Who says which cards there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaidBy {
    /// `run.accelerator` of the recipe.
    Recipe,
    /// `device` of the workspace's settings.
    Settings,
}

impl SaidBy {
    /// Returns who it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Recipe => "the recipe",
            Self::Settings => "the settings",
        }
    }
}

/// The machine the manager runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The processor's name.
    pub cpu: String,
    /// What one core of it does at most, in floating-point operations a cycle.
    pub operations_per_cycle: u32,
}

impl Default for Host {
    fn default() -> Self {
        Self { cpu: "unknown".to_owned(), operations_per_cycle: 16 }
    }
}
