//! `objective: { type: autoencoder }`: what is spoiled is made whole again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::typed::defaults;

/// What is spoiled, and what makes it whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({ "corruption": Corruption::default() })]))]
pub struct Reconstruction {
    /// What is spoiled; others each time a record is read.
    #[schemars(example = json!({ "type": "mask", "share": 0.75 }))]
    pub corruption: Corruption,
    /// The decoder of a `vit`, whose encoder reads the patches that are left (He et al. 2022); an `autoencoder` has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = json!({ "layers": 1, "width": 64, "heads": 4 }))]
    pub decoder: Option<Decoder>,
}

/// What is spoiled of a record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Corruption {
    /// Nothing.
    None,
    /// Noise is added to every number (Vincent et al. 2008).
    Noise {
        /// The standard deviation of the noise, in the units of the features.
        #[schemars(range(min = 1e-6, max = 1e6), extend("x-unit" = "standard deviation"), example = 0.3)]
        deviation: f64,
    },
    /// Numbers become 0, or patches of a `vit` are not read; the loss of a `vit` counts only these (He et al. 2022).
    Mask {
        /// The share that is hidden.
        #[schemars(range(min = 0.01, max = 0.99), extend("x-unit" = "share"), example = 0.75)]
        share: f64,
    },
}

impl Default for Corruption {
    fn default() -> Self {
        Self::Noise { deviation: 0.3 }
    }
}

/// The shape of the decoder that makes pictures whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Decoder {
    /// The number of blocks.
    #[schemars(range(min = 1, max = 1024), extend("x-unit" = "blocks"), example = 1)]
    pub layers: u32,
    /// The width of the residual stream; a multiple of `heads`.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "numbers"), example = 64)]
    pub width: u32,
    /// The number of attention heads.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "heads"), example = 4)]
    pub heads: u32,
}

impl Corruption {
    /// Returns what is spoiled, as a card says it.
    pub fn words(&self) -> String {
        match self {
            Self::None => "of which nothing is spoiled".to_owned(),
            Self::Noise { deviation } => format!("noise of deviation {deviation} added to them"),
            Self::Mask { share } => format!("{} % of them hidden", (share * 1e5).round() / 1e3),
        }
    }
}
