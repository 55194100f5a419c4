//! Work on trained models: measuring them, letting them write, and judging what was measured.

use serde::{Deserialize, Serialize};

use crate::id::{Name, StageId};
use crate::plan::work::Compute;
use crate::recipe::analysis::Analysis;
use crate::recipe::classification::Classification;
use crate::recipe::dataset::{Features, SplitName};
use crate::recipe::evaluation::{Gate, Metric, Sample};
use crate::recipe::model::Architecture;
use crate::recipe::objective::Objective;
use crate::recipe::robustness::Perturbation;
use crate::recipe::run::{is_once, once};
use crate::recipe::task::Task;
use crate::recipe::training::Attention;

/// A classifier that judges what another model makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Judge {
    /// The stage whose `model.safetensors` has its weights: `train:…` of the same repeat.
    pub weights: StageId,
    /// The network.
    pub architecture: Architecture,
    /// What it tells apart.
    pub classification: Classification,
}

/// Measures a model (inputs `train:…` or `import:…`, and of the dataset what the model learnt from: see [`crate::plan::work::TrainWork`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EvaluateWork {
    /// The model.
    pub model: Name,
    /// Which repeat of its training is measured, from 1.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub repeat: u32,
    /// The evaluation's name.
    pub evaluation: Name,
    /// What is measured.
    pub metric: Metric,
    /// The dataset it is measured on.
    pub dataset: Name,
    /// The split of the dataset.
    pub split: SplitName,
    /// The tokenizer's name, which names the `tokens:` input; none of a model that reads no tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<Name>,
    /// What the model learnt to do; of a model from outside, as far as its head tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<Objective>,
    /// What a token looked at where it learnt to find hidden ones.
    #[serde(default, skip_serializing_if = "Attention::is_default")]
    pub attention: Attention,
    /// The features of the dataset, where it has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
    /// The most tokens to read; 0 reads all.
    pub tokens: u64,
    /// Among how many of the likeliest or nearest the right one has to be, of a metric that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub k: Option<u32>,
    /// What the model is to answer; then the inputs are `dataset:…` and the tokenizer's, and not `tokens:…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// What happens to what the model reads; then `dataset:…` and the tokenizer are inputs, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub robustness: Option<Perturbation>,
    /// Who judges what the model makes; then its `train:…` is an input, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Judge>,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// What the model tells apart, where it is a classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    /// How to compute.
    pub compute: Compute,
}

/// Lets a model write (inputs `train:…`, and `tokenizer:…` or `import:…`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SampleWork {
    /// The sample's name.
    pub name: Name,
    /// Which model, what and how.
    pub sample: Sample,
    /// The tokenizer's name.
    pub tokenizer: Name,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// How to compute.
    pub compute: Compute,
}

/// Holds metrics against a requirement (inputs `evaluate:…`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GateWork {
    /// The requirement.
    pub gate: Gate,
    /// The metric of its evaluation.
    pub metric: Metric,
}

/// Asks what several models say together (inputs: their `evaluate:…`, and `train:…` of them and of their ancestors).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AnalyseWork {
    /// The analysis's name.
    pub name: Name,
    /// What is asked.
    pub analysis: Analysis,
}
