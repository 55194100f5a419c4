//! `objective: { type: classification }`: a model that tells the class of a record instead of writing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::typed::SomeText;

/// What a classifier tells apart, and how it reads.
///
/// A record is a row: it loses what is longer than `context`, and rows of like length are read together. The output layer of
/// the language model makes way for a linear layer over the classes, `score.weight`, without a bias; its numbers are drawn
/// from a normal distribution around 0 with a deviation of 0.02, unless the parent is a classifier of the same classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Classification {
    /// The classes, in the order of the output layer; every record has one of them as its label.
    #[schemars(with = "Vec<SomeText>", length(min = 2, max = 1_024), example = ["finance", "realty", "stocks"])]
    pub classes: Vec<String>,
    /// Which places of a record each place looks at.
    #[schemars(default, example = &"causal")]
    pub attention: Attention,
    /// How the places of a record become one.
    #[schemars(default, example = &"last")]
    pub pool: Pool,
    /// The share of the target that is spread over all classes.
    #[schemars(default, range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.1)]
    pub label_smoothing: f64,
    /// The share of the numbers that are left out while it learns: of the vectors of the tokens, and of what the output layer reads.
    #[schemars(default = "Classification::default_dropout", range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.2)]
    pub dropout: f64,
}

impl Classification {
    /// The fewest and the most classes: which are taken for which is counted for every two.
    pub const N_CLASSES: std::ops::RangeInclusive<usize> = 2..=1_024;

    /// Returns the share of the numbers that are left out where the recipe says nothing.
    pub const fn default_dropout() -> f64 {
        0.1
    }
}

/// Which places of a record each place looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attention {
    /// At itself and at those before it, as the language model does.
    Causal,
    /// At all of the record.
    #[default]
    Bidirectional,
}

impl Attention {
    /// Returns the word used in recipes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Causal => "causal",
            Self::Bidirectional => "bidirectional",
        }
    }
}

/// How the places of a record become one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pool {
    /// Their mean.
    #[default]
    Mean,
    /// The last of them, which is the end of the text.
    Last,
}

impl Pool {
    /// Returns the word used in recipes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Last => "last",
        }
    }
}
