//! What a run may take at most, and the first stage that asks for more.

use std::fmt;

use serde::Serialize;

use crate::id::StageId;
use crate::plan::Plan;
use crate::plan::estimate::Estimate;

/// What a run may take at most.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ceilings {
    /// All stages together, in seconds.
    pub seconds: Option<f64>,
    /// Each training, in bytes.
    pub memory: Option<u64>,
    /// All stages together, in the currency of the settings.
    pub cost: Option<f64>,
}

/// A ceiling that a plan breaks.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Broken {
    /// Which one.
    pub limit: Limit,
    /// The stage that breaks it: of time and money, the one with which the sum goes over.
    pub stage: StageId,
    /// What that stage takes alone, in seconds, bytes or money.
    pub alone: f64,
    /// What the whole plan takes; of memory, that stage.
    pub needed: f64,
    /// What is allowed.
    pub allowed: f64,
}

/// A kind of ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// `--max-time`.
    Time,
    /// `--max-memory`.
    Memory,
    /// `--max-cost`.
    Cost,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "--max-time",
            Self::Memory => "--max-memory",
            Self::Cost => "--max-cost",
        })
    }
}

/// Returns every ceiling a plan breaks; fresh stages take nothing.
pub fn broken(plan: &Plan, estimate: &Estimate, ceilings: &Ceilings) -> Vec<Broken> {
    let Ceilings { seconds, memory, cost } = *ceilings;
    let stale = || {
        let stages = plan.stages.iter().filter(|stage| !stage.is_fresh());
        stages.filter_map(|stage| Some((&stage.id, estimate.stages.get(&stage.id)?)))
    };
    let time = seconds.and_then(|allowed| over(Limit::Time, stale().map(|(id, stage)| (id, stage.seconds)), allowed));
    let money =
        cost.and_then(|allowed| over(Limit::Cost, stale().filter_map(|(id, stage)| Some((id, stage.cost?))), allowed));
    let memory = memory.and_then(|allowed| {
        let mut trainings = stale().filter_map(|(id, stage)| Some((id, stage.training.as_ref()?.total_memory)));
        let (id, needed) = trainings.find(|(_, needed)| *needed > allowed)?;
        let (alone, needed) = (needed as f64, needed as f64);
        Some(Broken { limit: Limit::Memory, stage: id.clone(), alone, needed, allowed: allowed as f64 })
    });
    time.into_iter().chain(memory).chain(money).collect()
}

/// Returns the stage with which a sum goes over what is allowed.
fn over<'s>(limit: Limit, parts: impl Iterator<Item = (&'s StageId, f64)>, allowed: f64) -> Option<Broken> {
    let mut needed = 0.0;
    let mut first: Option<(&StageId, f64)> = None;
    for (id, part) in parts {
        needed += part;
        if needed > allowed && first.is_none() {
            first = Some((id, part));
        }
    }
    let (stage, alone) = first?;
    Some(Broken { limit, stage: stage.clone(), alone, needed, allowed })
}
