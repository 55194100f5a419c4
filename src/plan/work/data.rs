//! Work on data: from the records to tokens, and what of them stands in an evaluation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{Digest, Name};
use crate::plan::beside::Beside;
use crate::plan::ledger::Tables;
use crate::plan::work::Compute;
use crate::recipe::classification::Classification;
use crate::recipe::dataset::{Dataset, SplitName};
use crate::recipe::model::Architecture;
use crate::recipe::tokenizer::Tokenizer;
use crate::record::contamination::{Learned, Measured};

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
