//! `objective: { type: contrastive }`: what belongs together lies close together.

use schemars::JsonSchema;
use schemars::Schema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What belongs together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "pairs", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Contrastive {
    /// Two views of the same picture, each changed as the features' `augment` says (SimCLR, Chen et al. 2020).
    Views {
        /// What nearness is divided by.
        temperature: f64,
        /// The width of the two layers behind the network, which only this objective has.
        projection: u32,
    },
    /// A picture and its caption; a `clip` learns the scale of nearness itself (Radford et al. 2021).
    Captions,
}

impl Contrastive {
    /// What nearness is divided by where the recipe says nothing.
    pub const fn default_temperature() -> f64 {
        0.1
    }

    /// The width behind the network where the recipe says nothing.
    pub const fn default_projection() -> u32 {
        128
    }
}

/// What belongs together, as typed: only views have a temperature and a projection.
#[derive(JsonSchema)]
#[schemars(rename = "Contrastive", rename_all = "kebab-case", deny_unknown_fields, transform = only_views)]
#[expect(dead_code, reason = "it is there for its schema")]
pub(super) struct Typed {
    /// What belongs together.
    #[schemars(example = &"views")]
    pairs: Pairs,
    /// What nearness is divided by, of views; a `clip` learns it itself.
    #[schemars(range(min = 0.001, max = 10.0), extend("x-unit" = "number", "x-default" = "0.1, of views"), example = 0.2)]
    temperature: Option<f64>,
    /// The width of the two layers behind the network, which only views have.
    #[schemars(range(min = 1, max = 65_536), extend("x-unit" = "numbers", "x-default" = "128, of views"), example = 64)]
    projection: Option<u32>,
}

/// What belongs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Pairs {
    /// Two views of the same picture, each changed as the features' `augment` says (SimCLR, Chen et al. 2020).
    Views,
    /// A picture and its caption; a `clip` learns the scale of nearness itself (Radford et al. 2021).
    Captions,
}

fn only_views(schema: &mut Schema) {
    schema.insert("if".to_owned(), json!({ "properties": { "pairs": { "const": "captions" } } }));
    schema.insert("then".to_owned(), json!({ "properties": { "temperature": false, "projection": false } }));
}
