//! `evaluations`, `gates` and `samples`: is the model any good.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Name;
use crate::recipe::dataset::SplitName;
use crate::recipe::robustness::Perturbation;
use crate::recipe::task::Task;
use crate::recipe::typed::{DataSplit, Requirement, SomeText, one_requirement};
use crate::recipe::variant::Variant;

pub use crate::recipe::metric::Metric;

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
    /// The most records, or rows of texts, a measurement reads; in place of `tokens`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 4_294_967_295_u64), extend("x-unit" = "records"), example = 2000)]
    pub records: Option<u64>,
    /// Among how many of the likeliest or nearest the right one has to be, of `top-k-accuracy` and `recall-at-k`; how many of the nearest are asked, of `neighbour-accuracy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000), extend("x-unit" = "places", "x-default" = "5, of the metrics that have it"), example = 3)]
    pub k: Option<u32>,
    /// What the model is to answer, where the records are items of a task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = serde_json::json!({ "type": "multiple-choice", "prompt": "{{ question }}\nAnswer:", "choices-from": "choices", "answer": "{{ answer }}" }))]
    pub task: Option<Task>,
    /// What happens to what the model reads before it is measured; the report also has the number without that, and the drop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = serde_json::json!({ "type": "swap-characters", "share": 0.1 }))]
    pub robustness: Option<Perturbation>,
    /// The classifier of the recipe that judges what a generator makes, of `recognised` and `class-coverage`; it learnt from the same features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"topic")]
    pub by: Option<Name>,
    /// Which evaluation of a sweep this is; it is made of the models of the same point. The matrix writes it, and nobody types it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = serde_json::json!({ "of": "ppl", "values": { "width": "64" } }))]
    pub variant: Option<Variant>,
}

impl Evaluation {
    /// How many are looked at where the recipe says nothing.
    pub const DEFAULT_K: u32 = 5;

    /// Returns how many of the likeliest or nearest are looked at; 1 of metrics that do not ask.
    pub fn places(&self) -> u32 {
        if self.metric.has_k() { self.k.unwrap_or(Self::DEFAULT_K) } else { 1 }
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
    /// The value is worse than that of the best ancestor by at most so many percent of it.
    MaxForgottenPercent {
        /// The percentage.
        percent: f64,
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
    /// Returns whether the rule compares with every ancestor of the model.
    pub fn looks_at_ancestors(&self) -> bool {
        match self {
            Self::MaxForgottenPercent { .. } => true,
            Self::LessThan { .. }
            | Self::GreaterThan { .. }
            | Self::MinBetterPercent { .. }
            | Self::MaxWorsePercent { .. }
            | Self::AtMost { .. }
            | Self::AtLeast { .. } => false,
        }
    }

    /// Returns the other model, where the rule compares with one.
    pub fn than(&self) -> Option<&Name> {
        match self {
            Self::LessThan { than }
            | Self::GreaterThan { than }
            | Self::MinBetterPercent { than, .. }
            | Self::MaxWorsePercent { than, .. } => Some(than),
            Self::MaxForgottenPercent { .. } | Self::AtMost { .. } | Self::AtLeast { .. } => None,
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
