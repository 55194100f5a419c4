//! `adapter`: a small trainable addition to frozen weights, and what becomes of it.

pub mod layers;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::model::is_nothing;
use crate::recipe::typed::{SomeText, rank_unless_it_goes_on};

/// A small trainable addition to frozen weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[schemars(transform = rank_unless_it_goes_on)]
pub enum Adapter {
    /// Low-rank adaptation of linear layers (Hu et al. 2021): `W + alpha / rank · B A`.
    Lora {
        /// The rank of the addition; with `parent: continue` it is that of the parent's adapter.
        #[schemars(with = "Option<u32>", range(min = 1, max = 4096), extend("x-unit" = "dimensions", "x-default" = "has to be given, unless the parent's adapter goes on"), example = 8)]
        rank: u32,
        /// The scale of the addition, times the rank.
        #[schemars(with = "Option<f64>", range(min = 1e-3, max = 1e6), extend("x-unit" = "number", "x-default" = "twice the `rank`"), example = 16.0)]
        alpha: f64,
        /// The share of the numbers that the addition reads and that are left out while it learns; the weights under it read them all.
        #[serde(default, skip_serializing_if = "is_nothing")]
        #[schemars(default, range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.05)]
        dropout: f64,
        /// The layers that are added to: each pattern is the end of their names, from the beginning of a part on, and `*` stands for
        /// any characters, so that `q_proj` is that layer of every block, and `model.layers.0.*` all of the first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schemars(with = "Option<Vec<SomeText>>", length(min = 1, max = 64), extend("x-default" = "every linear layer of the blocks; those of the parent's adapter, where that goes on"), example = ["q_proj", "v_proj"])]
        targets: Vec<String>,
        /// What becomes of the adapter when training ends.
        #[schemars(default, example = &"merge")]
        then: AdapterThen,
        /// What becomes of the adapters the parent kept; nothing where it kept none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(example = &"stack")]
        parent: Option<ParentAdapter>,
    },
}

/// What becomes of an adapter when training ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AdapterThen {
    /// It is added to the weights; the model then stands alone.
    #[default]
    Merge,
    /// It is kept beside the weights under it, and a child says what becomes of it.
    Keep,
}

/// What becomes of the adapters a parent kept, when a child trains an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParentAdapter {
    /// They are added to the weights, which are then the weights under the new adapter.
    Merge,
    /// The last of them goes on being trained, on the weights that are under it.
    Continue,
    /// They stay as they are, and a new one is trained on top of them.
    Stack,
}

impl ParentAdapter {
    /// Returns whether they are added to the weights.
    pub const fn is_merge(self) -> bool {
        match self {
            Self::Merge => true,
            Self::Continue | Self::Stack => false,
        }
    }

    /// Returns the word used in recipes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Continue => "continue",
            Self::Stack => "stack",
        }
    }
}

impl Adapter {
    /// Returns whether it is kept beside the weights when training ends.
    pub fn is_kept(&self) -> bool {
        match self {
            Self::Lora { then, .. } => match then {
                AdapterThen::Keep => true,
                AdapterThen::Merge => false,
            },
        }
    }

    /// Returns the patterns of the layers that are added to; none where it is every linear layer of the blocks.
    pub fn targets(&self) -> &[String] {
        match self {
            Self::Lora { targets, .. } => targets,
        }
    }

    /// Returns whether it adds to a linear layer of the blocks of this name.
    pub fn adapts(&self, layer: &str) -> bool {
        let targets = self.targets();
        targets.is_empty() || targets.iter().any(|pattern| layers::is_meant(pattern, layer))
    }

    /// Returns what becomes of the adapters the parent kept; nothing where it kept none.
    pub fn parent(&self) -> Option<ParentAdapter> {
        match self {
            Self::Lora { parent, .. } => *parent,
        }
    }
}
