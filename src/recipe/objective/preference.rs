//! `objective: { type: preference }`: chosen answers and rejected ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::typed::defaults;

/// How a model learns to prefer; what it prefers is measured against the model it starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(Preference::default())]))]
pub struct Preference {
    /// How strongly it is held to the model it starts from.
    #[schemars(range(min = 1e-4, max = 100.0), extend("x-unit" = "number"), example = 0.5)]
    pub beta: f64,
    /// The chance that a preference is the wrong way round (Mitchell 2023, "conservative DPO").
    #[schemars(range(min = 0.0, max = 0.49), extend("x-unit" = "share"), example = 0.1)]
    pub label_smoothing: f64,
}

impl Default for Preference {
    fn default() -> Self {
        Self { beta: 0.1, label_smoothing: 0.0 }
    }
}
