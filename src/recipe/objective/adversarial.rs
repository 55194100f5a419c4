//! `objective: { type: adversarial }`: a generator against its critic.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::typed::defaults;

/// How a generator and its critic learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(Adversarial::default())]))]
pub struct Adversarial {
    /// What each of the two tries to make small.
    #[schemars(example = &"hinge")]
    pub loss: AdversarialLoss,
    /// The steps of the critic for each of the generator.
    #[schemars(range(min = 1, max = 100), extend("x-unit" = "steps"), example = 2)]
    pub critic_steps: u32,
    /// The critic's learning rate, times that of the generator.
    #[schemars(range(min = 1e-3, max = 1e3), extend("x-unit" = "times"), example = 2.0)]
    pub critic_rate: f64,
}

impl Default for Adversarial {
    fn default() -> Self {
        Self { loss: AdversarialLoss::default(), critic_steps: 1, critic_rate: 1.0 }
    }
}

/// What a generator and its critic try to make small.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AdversarialLoss {
    /// The critic wants more than 1 for real pictures and less than -1 for others (Lim & Ye 2017).
    #[default]
    Hinge,
    /// Cross-entropy; the generator wants its pictures to be taken for real (Goodfellow et al. 2014).
    NonSaturating,
}
