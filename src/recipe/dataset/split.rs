//! `split`: how records are dealt to training, validation and test.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How records are dealt to the splits; the shares add up to 1. They are dealt by a hash of the name, so that a document stays where
/// it is when the data grows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Split {
    /// The share of the training split, between 0 and 1.
    #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.8)]
    pub train: f64,
    /// The share of the validation split, between 0 and 1.
    #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
    pub validation: f64,
    /// The share of the test split, between 0 and 1.
    #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
    pub test: f64,
    /// What is never torn apart.
    #[schemars(default, example = &"record")]
    pub by: SplitBy,
}

impl Default for Split {
    fn default() -> Self {
        Self { train: 0.98, validation: 0.01, test: 0.01, by: SplitBy::default() }
    }
}

/// What a split never tears apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SplitBy {
    /// The records of one source document stay together.
    #[default]
    Document,
    /// Every record goes its own way.
    Record,
}

/// The name of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitName {
    /// What models learn from.
    Train,
    /// What early stopping and tuning look at.
    Validation,
    /// What only evaluations look at.
    Test,
}

impl SplitName {
    /// Every split.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Returns the word used in recipes and file names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}
