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
    /// Returns how many of so many patches are read: of a share that is hidden, as many as He et al. 2022's own program keeps.
    ///
    /// One at least is read, and where there are more, one at least is hidden.
    pub fn n_read(self, n_patches: u64) -> u64 {
        match self {
            Self::None | Self::Noise { .. } => n_patches,
            Self::Mask { share } => {
                ((n_patches as f64 * (1.0 - share)).floor() as u64).clamp(1, n_patches.saturating_sub(1).max(1))
            }
        }
    }

    /// Returns what is spoiled, as a card says it.
    pub fn words(&self) -> String {
        match self {
            Self::None => "of which nothing is spoiled".to_owned(),
            Self::Noise { deviation } => format!("noise of deviation {deviation} added to them"),
            Self::Mask { share } => format!("{} % of them hidden", (share * 1e5).round() / 1e3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_patches_are_read_as_the_program_of_the_paper_keeps() {
        let read = |share, n| Corruption::Mask { share }.n_read(n);
        // `int(seq_length * (1 - mask_ratio))`: 49 of ViT-B/16's patches, and downwards where it does not come out even.
        assert_eq!((read(0.75, 196), read(0.75, 9), read(0.5, 9), read(0.3, 16)), (49, 2, 4, 11));
        assert_eq!((read(0.9, 4), read(0.01, 4)), (1, 3), "something is read, and something hidden");
        assert_eq!((read(0.5, 1), read(0.5, 2)), (1, 1));
        assert_eq!((Corruption::None.n_read(9), Corruption::Noise { deviation: 0.1 }.n_read(9)), (9, 9));
    }
}
