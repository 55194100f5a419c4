//! `objective: { type: masked-lm }`: the words that are hidden in a text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::typed::defaults;

/// How much is hidden; of what is hidden, 80 % becomes the mask token, 10 % another token, and 10 % stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(MaskedLm::default())]))]
pub struct MaskedLm {
    /// The share of the tokens that are hidden and predicted; others each time a text is read.
    #[schemars(range(min = 0.01, max = 0.9), extend("x-unit" = "share"), example = 0.15)]
    pub mask_share: f64,
}

impl Default for MaskedLm {
    fn default() -> Self {
        Self { mask_share: 0.15 }
    }
}
