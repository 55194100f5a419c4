//! `robustness`: how a measurement holds when what the model reads is spoiled a little.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to what the model reads; the same seed spoils the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Perturbation {
    /// Characters of texts change places with the next one.
    SwapCharacters {
        /// The share of the characters it happens to.
        #[serde(default = "Perturbation::default_share")]
        #[schemars(default = "Perturbation::default_share", range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
        share: f64,
        /// The seed of the choice.
        #[serde(default = "Perturbation::default_seed")]
        #[schemars(default = "Perturbation::default_seed", extend("x-unit" = "seed"), example = 7)]
        seed: u64,
    },
    /// Characters of texts are left out.
    DropCharacters {
        /// The share of the characters it happens to.
        #[serde(default = "Perturbation::default_share")]
        #[schemars(default = "Perturbation::default_share", range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
        share: f64,
        /// The seed of the choice.
        #[serde(default = "Perturbation::default_seed")]
        #[schemars(default = "Perturbation::default_seed", extend("x-unit" = "seed"), example = 7)]
        seed: u64,
    },
    /// Small letters of texts become capitals, and capitals small.
    ChangeCase {
        /// The share of the letters it happens to.
        #[serde(default = "Perturbation::default_share")]
        #[schemars(default = "Perturbation::default_share", range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
        share: f64,
        /// The seed of the choice.
        #[serde(default = "Perturbation::default_seed")]
        #[schemars(default = "Perturbation::default_seed", extend("x-unit" = "seed"), example = 7)]
        seed: u64,
    },
}

impl Perturbation {
    /// The share where the recipe says nothing.
    pub const fn default_share() -> f64 {
        0.05
    }

    /// The seed where the recipe says nothing.
    pub const fn default_seed() -> u64 {
        42
    }
}
