//! What stages report about themselves, written as JSON beside their outputs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::recipe::dataset::SplitName;
use crate::recipe::evaluation::{Metric, Sampling};
use crate::record::confusion::{ClassReport, Confusion};
use crate::record::interval::Interval;
use crate::record::overfitting::Overfitting;

/// `report.json` of a dataset stage: what every step did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DatasetReport {
    /// The number of source files read.
    pub files: u64,
    /// The bytes of those files.
    pub source_bytes: u64,
    /// The rows that could not be read and were left out.
    #[serde(default)]
    pub bad_rows: u64,
    /// Where the first of them stand, and what is wrong with them; never what they say.
    #[serde(default)]
    pub bad_row_samples: Vec<String>,
    /// Extraction and cleaning, in order.
    pub steps: Vec<StepReport>,
    /// What is left, by split.
    pub splits: BTreeMap<SplitName, SplitReport>,
    /// The largest groups of nearly equal records, each with the one that stayed.
    #[serde(default)]
    pub clusters: Vec<Cluster>,
    /// What the records that are left look like.
    #[serde(default)]
    pub profile: Profile,
}

/// Records that are nearly the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cluster {
    /// The record that stayed.
    pub kept: String,
    /// The first records that went.
    pub dropped: Vec<String>,
    /// How many records there are in it, the one that stayed included.
    pub records: u64,
    /// How the one that stayed begins, private data masked.
    pub text: String,
}

/// What records look like.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// Records by their number of characters: the n-th count is of those with at least 2^n and fewer than 2^(n+1); the first
    /// also has the empty ones.
    pub lengths: Vec<u64>,
    /// Records by language (ISO 639-3), of a sample.
    pub languages: BTreeMap<String, u64>,
    /// Records by label.
    pub labels: BTreeMap<String, u64>,
    /// Records by the value of each of their further fields that has few values, such as `domain`.
    pub fields: BTreeMap<String, BTreeMap<String, u64>>,
}

/// A record that a step dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dropped {
    /// The record.
    pub record: String,
    /// Why it went.
    pub reason: String,
    /// How it begins, private data masked.
    pub text: String,
}

/// What one step of a dataset stage did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StepReport {
    /// The step's word in the recipe.
    pub step: String,
    /// The records it was given.
    pub records_in: u64,
    /// The records it let through.
    pub records_out: u64,
    /// The records it changed.
    pub changed: u64,
    /// The bytes of text it was given.
    pub bytes_in: u64,
    /// The bytes of text it let through.
    pub bytes_out: u64,
    /// Further counts, such as how many e-mail addresses were masked; never a raw value.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// How many records were dropped for what reason.
    #[serde(default)]
    pub reasons: BTreeMap<String, u64>,
    /// Some of the records it dropped.
    #[serde(default)]
    pub samples: Vec<Dropped>,
}

/// The size of one split.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SplitReport {
    /// The number of records.
    pub records: u64,
    /// The bytes of their text.
    pub bytes: u64,
}

/// `report.json` of a tokens stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TokensReport {
    /// The size of the vocabulary the tokens were made with.
    pub vocab_size: u32,
    /// The tokens by split, end-of-text tokens included.
    pub tokens: BTreeMap<SplitName, u64>,
    /// The tokens a loss is taken of, by split: all of them for text, the responses for instruction records.
    pub target_tokens: BTreeMap<SplitName, u64>,
}

/// `training.json` of a train stage. No times: the same training writes the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrainingReport {
    /// All parameters of the network.
    pub parameters: u64,
    /// The parameters that were trained.
    pub trainable_parameters: u64,
    /// The optimizer steps taken, in steps.
    pub steps: u64,
    /// The tokens seen.
    pub tokens: u64,
    /// The step whose weights were kept, in steps.
    pub best_step: u64,
    /// The last training loss, in nats a token.
    pub train_loss: f64,
    /// The validation loss of the kept weights, in nats a token.
    pub validation_loss: f64,
    /// Whether early stopping ended the training.
    pub stopped_early: bool,
    /// The share of the validation records whose class the kept weights tell right, of a classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_accuracy: Option<f64>,
    /// The classes, of a classifier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// Whether the model learned the rule or only its training data, told by both losses; none where no loss has to fall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overfitting: Option<Box<Overfitting>>,
    /// The step since which the training loss had run away, where it did and stayed a finite number, in steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diverged_since: Option<u64>,
}

/// `metrics.json` of an evaluate stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EvaluationReport {
    /// What was measured.
    pub metric: Metric,
    /// The number.
    pub value: f64,
    /// The mean loss behind it, in nats a token; 0 where there is none.
    pub loss: f64,
    /// The tokens it was measured on.
    pub tokens: u64,
    /// What a classifier takes for what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Box<ClassificationReport>>,
    /// How sure the number is, where it is one of records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// The records, rows or items that were drawn again for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// Every number of a task.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<Metric, f64>,
    /// How it holds when what the model reads is spoiled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub robustness: Option<RobustnessReport>,
}

/// What became of a number when what the model reads was spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RobustnessReport {
    /// The number without that.
    pub clean: f64,
    /// By how much it is worse with it, in its unit; less than 0 where it is better.
    pub drop: f64,
}

impl EvaluationReport {
    /// Returns what was measured on some tokens, and nothing else yet.
    pub fn new(metric: Metric, value: f64, loss: f64, tokens: u64) -> Self {
        Self {
            metric,
            value,
            loss,
            tokens,
            classification: None,
            interval: None,
            records: None,
            numbers: BTreeMap::new(),
            robustness: None,
        }
    }
}

/// What a classifier takes for what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClassificationReport {
    /// The records it was measured on.
    pub records: u64,
    /// The share of them whose class it tells right.
    pub accuracy: f64,
    /// The mean of the classes' F1.
    pub macro_f1: f64,
    /// How it tells every class.
    pub classes: Vec<ClassReport>,
    /// A row for every class, in it the number of its records taken for every class.
    pub confusion: Confusion,
}

/// `sample.json` of a sample stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SampleReport {
    /// What the model was given.
    pub prompt: String,
    /// What it wrote.
    pub text: String,
    /// How many tokens it wrote.
    pub tokens: u64,
    /// How the tokens were chosen.
    pub sampling: Sampling,
}
