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
    /// Noise is added to every number of pictures and sounds.
    Noise {
        /// The standard deviation of the noise, in the unit of the features: pictures mostly go from 0 to 1, sounds are in decibels.
        #[serde(default = "Perturbation::default_deviation")]
        #[schemars(default = "Perturbation::default_deviation", range(min = 0.0, max = 1e6), extend("x-unit" = "unit of the features"), example = 0.2)]
        deviation: f64,
        /// The seed of the noise.
        #[serde(default = "Perturbation::default_seed")]
        #[schemars(default = "Perturbation::default_seed", extend("x-unit" = "seed"), example = 7)]
        seed: u64,
    },
    /// Pictures are shifted across and along, sounds in time; what is at the edge comes in.
    Shift {
        /// How far they are shifted at most, either way.
        #[serde(default = "Perturbation::default_pixels")]
        #[schemars(default = "Perturbation::default_pixels", range(min = 1, max = 1024), extend("x-unit" = "pixels, or frames of a sound"), example = 2)]
        pixels: u32,
        /// The seed of the shifts.
        #[serde(default = "Perturbation::default_seed")]
        #[schemars(default = "Perturbation::default_seed", extend("x-unit" = "seed"), example = 7)]
        seed: u64,
    },
}

impl Perturbation {
    /// Returns whether it spoils the numbers of pictures and sounds, and not texts.
    pub const fn is_of_features(&self) -> bool {
        match self {
            Self::Noise { .. } | Self::Shift { .. } => true,
            Self::SwapCharacters { .. } | Self::DropCharacters { .. } | Self::ChangeCase { .. } => false,
        }
    }

    /// The deviation of noise where the recipe says nothing.
    pub const fn default_deviation() -> f64 {
        0.1
    }

    /// The farthest shift where the recipe says nothing, in pixels or frames.
    pub const fn default_pixels() -> u32 {
        2
    }

    /// The share where the recipe says nothing.
    pub const fn default_share() -> f64 {
        0.05
    }

    /// The seed where the recipe says nothing.
    pub const fn default_seed() -> u64 {
        42
    }
}
