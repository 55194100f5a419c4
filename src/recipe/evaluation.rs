//! `evaluations`, `gates` and `samples`: is the model any good.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Name;
use crate::recipe::dataset::SplitName;
use crate::recipe::typed::{DataSplit, Requirement, SomeText, one_requirement};
use crate::recipe::variant::Variant;

/// A measurement, made of every model of the recipe: so the columns of the ancestors' data show what a descendant forgot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Evaluation {
    /// What is measured.
    #[schemars(example = &"perplexity")]
    pub metric: Metric,
    /// The dataset it is measured on.
    #[schemars(
        rename = "data",
        with = "DataSplit",
        description = "The dataset it is measured on, and its split: `rust/validation`; without a split it is `test`.",
        example = &"prose/test"
    )]
    pub dataset: Name,
    /// The split of the dataset.
    #[schemars(skip)]
    pub split: SplitName,
    /// The most tokens a measurement reads; 0 reads all.
    #[schemars(default, extend("x-unit" = "tokens"), example = 32_768)]
    pub tokens: u64,
    /// Which evaluation of a sweep this is; it is made of the models of the same point. The matrix writes it, and nobody types it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = serde_json::json!({ "of": "ppl", "values": { "width": "64" } }))]
    pub variant: Option<Variant>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The mean negative log-likelihood of a token, in nats; lower is better.
    Loss,
    /// The exponential of the loss; lower is better.
    Perplexity,
    /// The share of records whose class is told right, or of tokens predicted right in a recipe without a classifier; higher is better.
    Accuracy,
    /// The mean over the classes of the harmonic mean of precision and recall; higher is better. Of classifiers only.
    MacroF1,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 4] = [Self::Perplexity, Self::Loss, Self::Accuracy, Self::MacroF1];

    /// Returns the word used in recipes, tables and cards.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Perplexity => "perplexity",
            Self::Accuracy => "accuracy",
            Self::MacroF1 => "macro-f1",
        }
    }

    /// Returns whether a smaller value is a better one.
    pub const fn lower_is_better(self) -> bool {
        match self {
            Self::Loss | Self::Perplexity => true,
            Self::Accuracy | Self::MacroF1 => false,
        }
    }
}

/// A requirement on a model's metric; a run that breaks one fails, and nothing is published. A gate has one requirement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = one_requirement)]
pub struct Gate {
    /// The model that has to pass.
    #[schemars(example = &"industry")]
    pub model: Name,
    /// The evaluation that is looked at.
    #[schemars(example = &"rust-ppl")]
    pub evaluation: Name,
    /// What is required.
    #[schemars(flatten, with = "Requirement")]
    pub rule: GateRule,
}

/// What a gate requires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum GateRule {
    /// The value is below that of another model.
    LessThan {
        /// The other model.
        than: Name,
    },
    /// The value is above that of another model.
    GreaterThan {
        /// The other model.
        than: Name,
    },
    /// The value is better than another model's by at least so many percent of it.
    MinBetterPercent {
        /// The percentage.
        percent: f64,
        /// The other model.
        than: Name,
    },
    /// The value is worse than another model's by at most so many percent of it.
    MaxWorsePercent {
        /// The percentage.
        percent: f64,
        /// The other model.
        than: Name,
    },
    /// The value is at most this.
    AtMost {
        /// The bound.
        value: f64,
    },
    /// The value is at least this.
    AtLeast {
        /// The bound.
        value: f64,
    },
}

impl GateRule {
    /// Returns the other model, where the rule compares with one.
    pub fn than(&self) -> Option<&Name> {
        match self {
            Self::LessThan { than }
            | Self::GreaterThan { than }
            | Self::MinBetterPercent { than, .. }
            | Self::MaxWorsePercent { than, .. } => Some(than),
            Self::AtMost { .. } | Self::AtLeast { .. } => None,
        }
    }
}

/// A text to let a model write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sample {
    /// The model that writes.
    #[schemars(example = &"vertical")]
    pub model: Name,
    /// What it continues.
    #[schemars(with = "SomeText", example = &"pub fn poll(")]
    pub prompt: String,
    /// How the next token is chosen.
    #[schemars(flatten)]
    pub sampling: Sampling,
}

/// How the next token is chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(default)]
pub struct Sampling {
    /// The most tokens to write.
    #[schemars(range(min = 1), extend("x-unit" = "tokens"), example = 60)]
    pub max_tokens: u32,
    /// How daring the choice is: 0 always takes the likeliest token.
    #[schemars(range(min = 0.0, max = 10.0), extend("x-unit" = "number"), example = 0.5)]
    pub temperature: f64,
    /// Chooses among so many of the likeliest tokens; 0 means all.
    #[schemars(extend("x-unit" = "tokens"), example = 20)]
    pub top_k: u32,
    /// Chooses among the likeliest tokens that together have this probability; 1 means all.
    #[schemars(range(min = 1e-6, max = 1.0), extend("x-unit" = "share"), example = 0.9)]
    pub top_p: f64,
    /// The seed of the choice.
    #[schemars(extend("x-unit" = "seed"), example = 4)]
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { max_tokens: 128, temperature: 0.0, top_k: 0, top_p: 1.0, seed: 42 }
    }
}
