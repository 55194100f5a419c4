//! `objective: { type: regression }`: a number of a record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::classification::{Attention, Pool};
use crate::recipe::typed::defaults;

/// What is told of a record as a number, and how far off is judged. The label of every record is a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(Regression::default())]))]
pub struct Regression {
    /// How far off is judged.
    #[schemars(example = &"absolute")]
    pub loss: RegressionLoss,
    /// Which places of a text each place looks at.
    #[schemars(example = &"causal")]
    pub attention: Attention,
    /// How the places of a text become one.
    #[schemars(example = &"last")]
    pub pool: Pool,
    /// The share of the numbers that are left out while it learns.
    #[schemars(range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.2)]
    pub dropout: f64,
}

impl Default for Regression {
    fn default() -> Self {
        Self { loss: RegressionLoss::default(), attention: Attention::default(), pool: Pool::default(), dropout: 0.1 }
    }
}

/// How far off a number is judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RegressionLoss {
    /// The square of the difference.
    #[default]
    Squared,
    /// The difference without its sign.
    Absolute,
    /// The square where it is small, the difference where it is large, with the change at 1 (Huber 1964).
    Huber,
}
