//! `train.schedule`: how the learning rate changes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::recipe::typed::defaults;

/// How the learning rate changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults(Schedule::kinds().map(as_json)))]
pub enum Schedule {
    /// Rises linearly over the warm-up, then falls along half a cosine.
    Cosine {
        /// The steps of the rise.
        #[schemars(extend("x-unit" = "steps"), example = 40)]
        warmup_steps: u64,
        /// The share of the learning rate that is left at the end, between 0 and 1.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.05)]
        final_ratio: f64,
    },
    /// Rises linearly over the warm-up, then stays.
    Constant {
        /// The steps of the rise.
        #[schemars(extend("x-unit" = "steps"), example = 40)]
        warmup_steps: u64,
    },
    /// Rises linearly over the warm-up, then falls linearly.
    Linear {
        /// The steps of the rise.
        #[schemars(extend("x-unit" = "steps"), example = 40)]
        warmup_steps: u64,
        /// The share of the learning rate that is left at the end, between 0 and 1.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.05)]
        final_ratio: f64,
    },
    /// Warm-up, stable, decay (Hu et al. 2024, Hägele et al. 2024): rises linearly, stays, and falls at the end.
    Wsd {
        /// The steps of the rise.
        #[schemars(extend("x-unit" = "steps"), example = 40)]
        warmup_steps: u64,
        /// The share of all steps that the fall takes.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
        decay_share: f64,
        /// How it falls.
        #[schemars(example = &"linear")]
        decay: Fall,
        /// The share of the learning rate that is left at the end, between 0 and 1.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.05)]
        final_ratio: f64,
    },
    /// One cycle (Smith 2018), as PyTorch's `OneCycleLR`: rises along half a cosine, and falls along another.
    OneCycle {
        /// The share of all steps that the rise takes.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.2)]
        warmup_share: f64,
        /// The share of the learning rate that it starts with.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
        start_ratio: f64,
        /// The share of the learning rate that is left at the end, between 0 and 1.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 1e-3)]
        final_ratio: f64,
    },
}

/// How a learning rate falls at the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fall {
    /// Fast at first, by the root of the way (Hägele et al. 2024).
    #[default]
    OneMinusSqrt,
    /// Evenly.
    Linear,
}

impl Schedule {
    /// The steps of the rise where the recipe says nothing.
    pub const WARMUP_STEPS: u64 = 20;
    /// The share of the learning rate that is left at the end of a cosine where the recipe says nothing.
    pub const FINAL_RATIO: f64 = 0.1;

    /// Returns every kind, as it is where the recipe says nothing but its name.
    pub fn kinds() -> [Self; 5] {
        let warmup_steps = Self::WARMUP_STEPS;
        [
            Self::default(),
            Self::Constant { warmup_steps },
            Self::Linear { warmup_steps, final_ratio: 0.0 },
            Self::Wsd { warmup_steps, decay_share: 0.2, decay: Fall::default(), final_ratio: 0.0 },
            Self::OneCycle { warmup_share: 0.3, start_ratio: 0.04, final_ratio: 4e-6 },
        ]
    }

    /// Returns the word the recipe uses for this schedule.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Cosine { .. } => "cosine",
            Self::Constant { .. } => "constant",
            Self::Linear { .. } => "linear",
            Self::Wsd { .. } => "wsd",
            Self::OneCycle { .. } => "one-cycle",
        }
    }

    /// Returns the steps of the rise, where it is not a share of all steps.
    pub const fn warmup_steps(&self) -> Option<u64> {
        match self {
            Self::Cosine { warmup_steps, .. }
            | Self::Constant { warmup_steps }
            | Self::Linear { warmup_steps, .. }
            | Self::Wsd { warmup_steps, .. } => Some(*warmup_steps),
            Self::OneCycle { .. } => None,
        }
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Cosine { warmup_steps: Self::WARMUP_STEPS, final_ratio: Self::FINAL_RATIO }
    }
}

fn as_json(schedule: Schedule) -> Value {
    json!(schedule)
}
