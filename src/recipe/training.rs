//! `train`: what a model learns, from what, for how long and how.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::id::Name;
pub use crate::recipe::objective::Objective;
pub use crate::recipe::optimizer::{MuonScale, Optimizer};
pub use crate::recipe::parameter::NamePattern;
pub use crate::recipe::schedule::{Fall, Schedule};
use crate::recipe::typed::{Data, batch_records, records};

/// How a model is trained. The weights with the lowest validation loss are kept; of a generator and its critic, whose losses tell
/// nothing of how good the pictures are, the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = batch_records)]
pub struct Train {
    /// What the model learns to do.
    #[schemars(default, example = json!({ "type": "instruction" }))]
    pub objective: Objective,
    /// The datasets it learns from, with their shares of the tokens; the shares add up to 1.
    #[schemars(
        with = "Option<Data>",
        extend("x-default" = "none: it stands here or in `defaults.train`"),
        example = &"prose",
        example = json!({ "mix": { "rust": 0.9, "prose": 0.1 } })
    )]
    pub data: Vec<DataShare>,
    /// How long it learns.
    #[schemars(with = "Option<Budget>", extend("x-default" = "none: it stands here or in `defaults.train`"), example = json!({ "steps": 300 }))]
    pub budget: Budget,
    /// What a token looks at.
    #[serde(default)]
    #[schemars(default, example = &"within-document")]
    pub attention: Attention,
    /// The tokens of one optimizer step, all accumulated micro-batches together; each record counts as a row of
    /// `context`, and one of pictures or sounds as 1.
    #[schemars(with = "Option<u32>", range(min = 1), extend("x-unit" = "tokens", "x-default" = "16 rows of the model's `context`, and 64 records of pictures or sounds"), example = 4096)]
    pub batch_tokens: u32,
    /// The number of micro-batches whose gradients make one optimizer step.
    #[schemars(default = "Train::default_accumulate", range(min = 1), extend("x-unit" = "micro-batches"), example = 2)]
    pub accumulate: u32,
    /// The optimizer.
    #[schemars(default, example = json!({ "type": "adamw", "learning-rate": 1.5e-3 }))]
    pub optimizer: Optimizer,
    /// How the learning rate changes.
    #[schemars(default, example = json!({ "type": "cosine", "warmup-steps": 40 }))]
    pub schedule: Schedule,
    /// The parameters that do not learn, by their names; `*` stands for any text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(example = json!(["model.embed_tokens.*", "model.layers.0.*"]))]
    pub freeze: Vec<NamePattern>,
    /// What the learning rate is multiplied with once more at every layer below the head (Clark et al. 2020, "ELECTRA").
    #[serde(default = "Train::default_layer_decay", skip_serializing_if = "is_one")]
    #[schemars(range(min = 0.01, max = 1.0), extend("x-unit" = "times"), example = 0.8)]
    pub layer_decay: f64,
    /// What the learning rate of parameters is multiplied with, by their names; `*` stands for any text, and of several
    /// patterns the longest counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-unit" = "times"), example = json!({ "classifier.*": 10.0 }))]
    pub rate_factors: BTreeMap<NamePattern, f64>,
    /// A moving average of the parameters, which is measured and kept in their place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = json!({ "decay": 0.99 }))]
    pub ema: Option<Ema>,
    /// Whether the blocks of a transformer are computed once more on the way back, instead of keeping what they computed (Chen et al. 2016):
    /// the same numbers come out, with less memory and about a third more time. It is no part of the fingerprint.
    #[serde(default, skip_serializing_if = "is_false")]
    #[schemars(example = true)]
    pub activation_checkpointing: bool,
    /// How often, and on how much, the validation loss is measured.
    #[schemars(default, example = json!({ "every-steps": 75 }))]
    pub validate: Validate,
    /// How often the training state is saved; it is no part of the fingerprint, because it changes nothing that comes out.
    #[schemars(default, example = json!({ "every-steps": 50, "keep": 3 }))]
    pub checkpoint: Checkpointing,
    /// When to stop before the budget is spent.
    #[serde(default)]
    #[schemars(example = json!({ "metric": "validation/loss", "patience": 3 }))]
    pub early_stop: Option<EarlyStop>,
}

impl Train {
    /// Returns the number of micro-batches of an optimizer step where the recipe says nothing.
    pub const fn default_accumulate() -> u32 {
        1
    }

    /// Returns what the learning rate is multiplied with at every layer where the recipe says nothing.
    pub const fn default_layer_decay() -> f64 {
        1.0
    }
}

fn is_false(said: &bool) -> bool {
    !said
}

fn is_one(factor: &f64) -> bool {
    *factor == 1.0
}

/// What a token looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attention {
    /// Everything that stands before it in its row; where tokens are hidden, everything in its row.
    #[default]
    AcrossDocuments,
    /// Everything that stands before it in its document, whose places are counted from its beginning; the first token of a
    /// document is not predicted. Where tokens are hidden, everything in its document, and a row holds whole documents. It takes
    /// longer: the quickest kernels know no such mask.
    WithinDocument,
}

impl Attention {
    /// Returns whether it is what it is where the recipe says nothing.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A dataset's share of the training tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DataShare {
    /// The dataset.
    pub dataset: Name,
    /// Its share, between 0 and 1.
    pub weight: f64,
}

/// How long a model learns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Budget {
    /// A number of optimizer steps.
    Steps(#[schemars(range(min = 1, max = 1_000_000_000), extend("x-unit" = "steps"), example = 300)] u64),
    /// A number of passes over the training data; of a mix, over its largest part.
    Epochs(#[schemars(range(min = 1e-6, max = 1e6), extend("x-unit" = "epochs"), example = 1.5)] f64),
    /// A number of training tokens.
    Tokens(#[schemars(range(min = 1), extend("x-unit" = "tokens"), example = 1_000_000)] u64),
}

/// A moving average of the parameters that learn (Polyak & Juditsky 1992), which is measured and kept in their place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(default)]
pub struct Ema {
    /// The share of the average that stays at a step; early on less, `(1 + step) / (10 + step)`.
    #[schemars(range(min = 0.0, max = 0.999_999), extend("x-unit" = "share"), example = 0.99)]
    pub decay: f64,
}

impl Default for Ema {
    fn default() -> Self {
        Self { decay: 0.999 }
    }
}

/// How often, and on how much, the validation loss is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(default, transform = records)]
pub struct Validate {
    /// The steps between two measurements.
    #[schemars(range(min = 1), extend("x-unit" = "steps"), example = 75)]
    pub every_steps: u64,
    /// The most validation tokens a measurement reads; of a classifier, each record counts as a row of `context`.
    #[schemars(range(min = 1), extend("x-unit" = "tokens"), example = 32_768)]
    pub tokens: u64,
}

impl Default for Validate {
    fn default() -> Self {
        Self { every_steps: 50, tokens: 16_384 }
    }
}

/// How often the training state is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(default)]
pub struct Checkpointing {
    /// The steps between two checkpoints.
    #[schemars(range(min = 1), extend("x-unit" = "steps"), example = 50)]
    pub every_steps: u64,
    /// How many of the newest are kept; the best by validation loss is always kept.
    #[schemars(range(min = 1), extend("x-unit" = "checkpoints"), example = 3)]
    pub keep: u32,
}

impl Default for Checkpointing {
    fn default() -> Self {
        Self { every_steps: 100, keep: 2 }
    }
}

/// When to stop before the budget is spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(default)]
pub struct EarlyStop {
    /// What is watched: the validation loss has to get better, or the model must not overfit.
    #[schemars(example = &"validation/loss")]
    pub metric: EarlyStopMetric,
    /// How many measurements in a row may pass without a better one, or find that the model overfits.
    #[schemars(range(min = 1), extend("x-unit" = "measurements"), example = 3)]
    pub patience: u32,
}

impl Default for EarlyStop {
    fn default() -> Self {
        Self { metric: EarlyStopMetric::default(), patience: 5 }
    }
}

/// A metric early stopping can watch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EarlyStopMetric {
    /// The mean loss over the validation tokens.
    #[serde(rename = "validation/loss")]
    #[default]
    ValidationLoss,
    /// Whether the model overfits, as its training and validation losses tell together: noise alone does not end it.
    #[serde(rename = "overfitting")]
    Overfitting,
}
