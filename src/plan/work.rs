//! What a stage has to do, complete: a worker needs nothing else but its inputs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{Digest, Name, StageId};
use crate::plan::beside::Beside;
use crate::plan::ledger::Tables;
use crate::recipe::Import;
use crate::recipe::analysis::Analysis;
use crate::recipe::classification::Classification;
use crate::recipe::dataset::{CleanStep, Dataset, Features, SplitName};
use crate::recipe::evaluation::{Gate, Metric, Sample};
use crate::recipe::model::{Adapter, Architecture, Tier};
use crate::recipe::objective::Objective;
use crate::recipe::robustness::Perturbation;
use crate::recipe::run::{DeviceChoice, Precision, is_once, once};
use crate::recipe::task::Task;
use crate::recipe::tokenizer::Tokenizer;
use crate::recipe::training::{Attention, Train};
use crate::record::contamination::{Learned, Measured};

/// The work of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Work {
    /// Outputs `model.safetensors`, `architecture.json` and, of a model that reads tokens, `tokenizer.json`; done by the manager.
    Import(ImportWork),
    /// Outputs `train.parquet`, `validation.parquet`, `test.parquet` and `report.json`.
    Dataset(DatasetWork),
    /// Outputs `tokenizer.json`.
    Tokenizer(TokenizerWork),
    /// Outputs `train.safetensors`, `validation.safetensors`, `test.safetensors` and `report.json`.
    Tokens(TokensWork),
    /// Outputs `contamination.json`.
    Contamination(ContaminationWork),
    /// Outputs `exposures.json`; done by the manager.
    Uncontaminated(UncontaminatedWork),
    /// Outputs `model.safetensors`, `architecture.json`, `training.json` and, with an adapter, `adapter.safetensors`.
    ///
    /// An adapter that is kept adds `frozen.safetensors`, the weights under all adapters, `adapters.json`, which lists them
    /// in order, and `adapter-1.safetensors` and so on for those under the last.
    Train(Box<TrainWork>),
    /// Outputs `metrics.json`.
    Evaluate(EvaluateWork),
    /// Outputs `sample.json`.
    Sample(SampleWork),
    /// Outputs `gate.json`; done by the manager.
    Gate(GateWork),
    /// Outputs `law.json` and `law.svg`; done by the manager.
    Analyse(AnalyseWork),
    /// Outputs `README.md`; done by the manager.
    Card(CardWork),
    /// Outputs `versions.json`; done by the manager.
    Publish(PublishWork),
}

/// Takes a model from outside of the recipe, after comparing its files with their digests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImportWork {
    /// Its name within the recipe, which is also the name of its tokenizer.
    pub model: Name,
    /// Where it comes from, and what it is.
    pub import: Import,
}

/// Reads, cleans and splits a dataset (inputs `dataset:…` where it is a mix of them; `train:…` and `tokenizer:…`, or `import:…`, where
/// models sort it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DatasetWork {
    /// The dataset's name.
    pub name: Name,
    /// What to read and what to do; the root of a `files` source is absolute.
    pub dataset: Dataset,
    /// What the source files contained when the plan was made; the worker refuses others.
    pub source_digest: Digest,
    /// The seed of the split.
    pub seed: u64,
    /// The tables to read, where the source is another recipe's dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tables: Option<Tables>,
    /// The models that sort its records.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sorters: BTreeMap<Name, Sorter>,
}

/// A classifier that sorts the records of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sorter {
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// What it tells apart.
    pub classification: Option<Classification>,
    /// The tokenizer's name.
    pub tokenizer: Name,
    /// How to compute.
    pub compute: Compute,
}

/// Trains a tokenizer on the training splits of datasets (inputs `dataset:…`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TokenizerWork {
    /// The tokenizer's name.
    pub name: Name,
    /// Which one, and on what.
    pub tokenizer: Tokenizer,
}

/// Encodes every split of a dataset (inputs `dataset:…`, and `tokenizer:…` or `import:…`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TokensWork {
    /// The dataset.
    pub dataset: Name,
    /// The tokenizer.
    pub tokenizer: Name,
    /// What is written beside the tokens.
    #[serde(default, skip_serializing_if = "Beside::is_nothing")]
    pub beside: Beside,
}

/// Looks through the training split of a dataset for the data of the evaluations (inputs `dataset:…` of all of them).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ContaminationWork {
    /// The dataset whose training split is looked through.
    pub dataset: Name,
    /// The splits that are looked for.
    pub evaluated: Vec<Evaluated>,
    /// The words of an n-gram.
    pub ngram: u32,
    /// The share of a record's words from which on it is contaminated, between 0 and 1.
    pub threshold: f64,
}

/// A split that evaluations measure on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Evaluated {
    /// The dataset.
    pub dataset: Name,
    /// The split.
    pub split: SplitName,
    /// Patterns of documents whose records may stand in any training data.
    pub allowed_documents: Vec<String>,
    /// Texts that may stand in any training data.
    pub allowed_texts: Vec<String>,
}

/// Holds back a training on contaminated data (inputs `contamination:…` of every dataset of the lineage).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UncontaminatedWork {
    /// What the model and its ancestors learn from, the model first.
    pub lineage: Vec<Learned>,
    /// What the evaluations measure on.
    pub measured: Vec<Measured>,
}

/// How tensors are computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Compute {
    /// Where tensors live.
    pub device: DeviceChoice,
    /// The number format.
    pub precision: Precision,
    /// The number of threads.
    pub threads: u32,
}

/// Trains a model (inputs of each dataset: `tokens:…` where it reads tokens, and `dataset:…` where it reads features; the tokenizer's
/// where tokens are hidden; `train:…` or `import:…` of the parent and of the teacher).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrainWork {
    /// The model's name.
    pub model: Name,
    /// Its place in the lineage.
    pub tier: Tier,
    /// The parent it starts from.
    #[serde(default)]
    pub base: Option<Name>,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// The tokenizer's name, which names the `tokens:` inputs: `tokens:<dataset>/<tokenizer>`; none of a model that reads no tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<Name>,
    /// The features of each dataset that has some, for what changes them while they are learnt from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<Name, Features>,
    /// The cleaning steps that have changed the pictures or the sounds of the first dataset that has features: whoever asks the model has
    /// its own changed likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media_steps: Vec<CleanStep>,
    /// The adapter, where one is trained.
    #[serde(default)]
    pub adapter: Option<Adapter>,
    /// How to train.
    pub train: Train,
    /// Whom it learns from, where its objective has a teacher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<Teacher>,
    /// The seed of every random stream.
    pub seed: u64,
    /// Which repeat this is, from 1; a child goes on from the parent of the same repeat. It is the seed that makes the difference.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub repeat: u32,
    /// How to compute.
    pub compute: Compute,
}

/// A model that a student learns from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Teacher {
    /// Its name.
    pub model: Name,
    /// The stage whose `model.safetensors` has its weights: `train:…` of the same repeat, or `import:…`.
    pub weights: StageId,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary; 0 where it reads no tokens.
    pub vocab_size: u32,
    /// What it tells apart, where it is a classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
}

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

/// Measures a model (inputs `train:…` or `import:…`, and of the dataset what the model learnt from: see [`TrainWork`]).
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

/// Writes the card of a model (inputs: everything that says something about it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardWork {
    /// The model.
    pub model: Name,
    /// What the card takes from the recipe, so that a changed word makes a new card.
    pub facts: serde_json::Value,
}

/// Puts the models of the recipe into the zoo (inputs: their `train:…`, `card:…` and the gates).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PublishWork {
    /// The first part of the models' names in the zoo.
    pub name: Name,
    /// The models, every parent before its children.
    pub models: Vec<Name>,
    /// Aliases, each pointing at a model.
    pub aliases: std::collections::BTreeMap<Name, Name>,
}

impl Work {
    /// Returns whether the manager does this work itself, in an instant, without a worker.
    pub fn is_done_by_manager(&self) -> bool {
        match self {
            Self::Import(_)
            | Self::Uncontaminated(_)
            | Self::Analyse(_)
            | Self::Gate(_)
            | Self::Card(_)
            | Self::Publish(_) => true,
            Self::Dataset(_)
            | Self::Tokenizer(_)
            | Self::Tokens(_)
            | Self::Contamination(_)
            | Self::Train(_)
            | Self::Evaluate(_)
            | Self::Sample(_) => false,
        }
    }

    /// Returns how tensors are computed, for work that computes any.
    pub fn compute(&self) -> Option<&Compute> {
        match self {
            Self::Train(work) => Some(&work.compute),
            Self::Evaluate(work) => Some(&work.compute),
            Self::Sample(work) => Some(&work.compute),
            Self::Dataset(work) => work.sorters.values().next().map(|sorter| &sorter.compute),
            Self::Import(_)
            | Self::Tokenizer(_)
            | Self::Tokens(_)
            | Self::Contamination(_)
            | Self::Uncontaminated(_)
            | Self::Gate(_)
            | Self::Analyse(_)
            | Self::Card(_)
            | Self::Publish(_) => None,
        }
    }
}
