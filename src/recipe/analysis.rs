//! `analyses`: what the models of a recipe say together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Name;
use crate::recipe::typed::OneOrMore;

/// A question to several models at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Analysis {
    /// How the loss falls with the compute of the training (Kaplan et al. 2020; Hoffmann et al. 2022): `L(C) = E + A·C^(−α)`.
    ScalingLaw {
        /// The models, at least 3: an entry that a matrix copies, or a list of models and such entries.
        #[schemars(with = "OneOrMore", example = &"general")]
        models: Vec<Name>,
        /// The evaluation whose loss is looked at; where a matrix copied it, each model has its own copy of it.
        #[schemars(example = &"prose-loss")]
        evaluation: Name,
        /// The trainings whose loss is predicted.
        #[serde(default)]
        #[schemars(example = serde_json::json!([{ "parameters": 1e8, "tokens": 2e9 }]))]
        predict: Vec<Target>,
    },
}

/// A training that was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Target {
    /// The parameters of the network.
    #[schemars(range(min = 1), extend("x-unit" = "parameters"), example = 1e8)]
    pub parameters: u64,
    /// The tokens it would see.
    #[schemars(range(min = 1), extend("x-unit" = "tokens"), example = 2e9)]
    pub tokens: u64,
}

impl Analysis {
    /// The fewest models a law is fitted to: two give a line, and say nothing of how well it holds.
    pub const LEAST_MODELS: usize = 3;

    /// Returns the word the recipe uses for this analysis.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::ScalingLaw { .. } => "scaling-law",
        }
    }

    /// Returns the models it looks at.
    pub fn models(&self) -> &[Name] {
        match self {
            Self::ScalingLaw { models, .. } => models,
        }
    }

    /// Returns the evaluation it looks at.
    pub fn evaluation(&self) -> &Name {
        match self {
            Self::ScalingLaw { evaluation, .. } => evaluation,
        }
    }
}
