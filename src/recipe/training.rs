//! `train`: what a model learns, from what, for how long and how.

use serde::{Deserialize, Serialize};

use crate::id::Name;

/// How a model is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Train {
    /// What the model learns to do.
    pub objective: Objective,
    /// The datasets it learns from, with their shares of the tokens; the shares add up to 1.
    pub data: Vec<DataShare>,
    /// How long it learns.
    pub budget: Budget,
    /// The tokens of one optimizer step, all accumulated micro-batches together.
    pub batch_tokens: u32,
    /// The number of micro-batches whose gradients make one optimizer step.
    pub accumulate: u32,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// How often, and on how much, the validation loss is measured.
    pub validate: Validate,
    /// How often the training state is saved.
    pub checkpoint: Checkpointing,
    /// When to stop before the budget is spent.
    #[serde(default)]
    pub early_stop: Option<EarlyStop>,
}

/// What a model learns to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Objective {
    /// Predicts every next token.
    CausalLm,
    /// Predicts the tokens of the response only.
    Instruction,
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Budget {
    /// A number of optimizer steps.
    Steps(u64),
    /// A number of passes over the training data; of a mix, over its largest part.
    Epochs(f64),
    /// A number of training tokens.
    Tokens(u64),
}

/// An optimizer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Optimizer {
    /// AdamW (Loshchilov & Hutter 2019); norms and biases are not decayed.
    Adamw {
        /// The highest learning rate.
        learning_rate: f64,
        /// The decoupled weight decay.
        weight_decay: f64,
        /// The decay of the first moment.
        beta_1: f64,
        /// The decay of the second moment.
        beta_2: f64,
        /// What keeps the update from dividing by zero.
        epsilon: f64,
        /// The largest global norm of the gradients; larger ones are scaled down to it.
        clip_norm: f64,
    },
}

/// How the learning rate changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// Rises linearly over the warm-up, then falls along half a cosine.
    Cosine {
        /// The steps of the rise.
        warmup_steps: u64,
        /// The share of the learning rate that is left at the end, between 0 and 1.
        final_ratio: f64,
    },
    /// Rises linearly over the warm-up, then stays.
    Constant {
        /// The steps of the rise.
        warmup_steps: u64,
    },
}

/// How often, and on how much, the validation loss is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Validate {
    /// The steps between two measurements.
    pub every_steps: u64,
    /// The most validation tokens a measurement reads.
    pub tokens: u64,
}

/// How often the training state is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Checkpointing {
    /// The steps between two checkpoints.
    pub every_steps: u64,
    /// How many of the newest are kept; the best by validation loss is always kept.
    pub keep: u32,
}

/// When to stop before the budget is spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EarlyStop {
    /// The metric that has to get better.
    pub metric: EarlyStopMetric,
    /// How many measurements in a row may pass without a better one.
    pub patience: u32,
}

/// A metric early stopping can watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EarlyStopMetric {
    /// The mean loss over the validation tokens.
    #[serde(rename = "validation/loss")]
    ValidationLoss,
}
