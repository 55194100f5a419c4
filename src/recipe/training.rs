//! `train`: what a model learns, from what, for how long and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::id::Name;
use crate::recipe::classification::Classification;
use crate::recipe::typed::{Data, defaults};

/// How a model is trained. The weights with the lowest validation loss are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
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
    /// The tokens of one optimizer step, all accumulated micro-batches together; of a classifier, each record counts as a row of `context`.
    #[schemars(with = "Option<u32>", range(min = 1), extend("x-unit" = "tokens", "x-default" = "16 rows of the model's `context`"), example = 4096)]
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
}

/// What a token looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attention {
    /// Everything that stands before it in its row.
    #[default]
    AcrossDocuments,
    /// Everything that stands before it in its document, whose places are counted from its beginning; the first token of a
    /// document is not predicted. It takes longer: the quickest kernels know no such mask.
    WithinDocument,
}

/// What a model learns to do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Objective {
    /// Predicts every next token.
    #[default]
    CausalLm,
    /// Predicts the tokens of the response only.
    Instruction,
    /// Tells the class of a record.
    Classification(Classification),
}

impl Objective {
    /// Returns what a classifier tells apart; nothing of a language model.
    pub fn classification(&self) -> Option<&Classification> {
        match self {
            Self::CausalLm | Self::Instruction => None,
            Self::Classification(classification) => Some(classification),
        }
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

/// An optimizer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(Optimizer::default())]))]
pub enum Optimizer {
    /// AdamW (Loshchilov & Hutter 2019); norms and biases are not decayed.
    Adamw {
        /// The highest learning rate.
        #[schemars(range(min = 1e-9, max = 1.0), extend("x-unit" = "number"), example = 3e-4)]
        learning_rate: f64,
        /// The decoupled weight decay.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "number"), example = 0.01)]
        weight_decay: f64,
        /// The decay of the first moment.
        #[schemars(range(min = 0.0, max = 0.9999), extend("x-unit" = "share"), example = 0.9)]
        beta_1: f64,
        /// The decay of the second moment.
        #[schemars(range(min = 0.0, max = 0.99999), extend("x-unit" = "share"), example = 0.999)]
        beta_2: f64,
        /// What keeps the update from dividing by zero.
        #[schemars(range(min = 1e-16, max = 1e-2), extend("x-unit" = "number"), example = 1e-6)]
        epsilon: f64,
        /// The largest global norm of the gradients; larger ones are scaled down to it.
        #[schemars(range(min = 1e-6, max = 1e9), extend("x-unit" = "norm"), example = 0.5)]
        clip_norm: f64,
    },
}

impl Default for Optimizer {
    fn default() -> Self {
        Self::Adamw { learning_rate: 1e-3, weight_decay: 0.1, beta_1: 0.9, beta_2: 0.95, epsilon: 1e-8, clip_norm: 1.0 }
    }
}

/// How the learning rate changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(Schedule::default()), json!(Schedule::Constant { warmup_steps: Schedule::WARMUP_STEPS })]))]
pub enum Schedule {
    /// Rises linearly over the warm-up, then falls along half a cosine.
    Cosine {
        /// The steps of the rise.
        #[schemars(extend("x-unit" = "steps"), example = 40)]
        warmup_steps: u64,
        /// The share of the learning rate that is left at the end, between 0 and 1.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.05)]
        final_ratio: f64,
    },
    /// Rises linearly over the warm-up, then stays.
    Constant {
        /// The steps of the rise.
        #[schemars(extend("x-unit" = "steps"), example = 40)]
        warmup_steps: u64,
    },
}

impl Schedule {
    /// The steps of the rise where the recipe says nothing.
    pub const WARMUP_STEPS: u64 = 20;
    /// The share of the learning rate that is left at the end where the recipe says nothing.
    pub const FINAL_RATIO: f64 = 0.1;
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Cosine { warmup_steps: Self::WARMUP_STEPS, final_ratio: Self::FINAL_RATIO }
    }
}

/// How often, and on how much, the validation loss is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(default)]
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
    /// The metric that has to get better.
    #[schemars(example = &"validation/loss")]
    pub metric: EarlyStopMetric,
    /// How many measurements in a row may pass without a better one.
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
}
