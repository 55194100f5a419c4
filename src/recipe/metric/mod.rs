//! What can be measured of a model: the metrics and their words.
//!
//! Which way is better and how a number is written stands in [`scale`], whom each is measured of in [`skill`], what each needs besides
//! in [`needs`].

pub mod scale;
pub mod skill;
mod needs;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use scale::Scale;
pub use skill::Skill;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The mean negative log-likelihood of a token, in nats; lower is better.
    Loss,
    /// The exponential of the loss; lower is better.
    Perplexity,
    /// The share of records whose class is told right, of items whose choice is, or of tokens predicted right in a recipe without a classifier; higher is better.
    Accuracy,
    /// The mean over the classes of the harmonic mean of precision and recall; higher is better. Of classifiers only.
    MacroF1,
    /// The bits a model needs for a byte of text, the same for every tokenizer; lower is better.
    BitsPerByte,
    /// The share of records or tokens of which the right one is among the `k` likeliest; higher is better.
    TopKAccuracy,
    /// The mean over the classes of the share of those taken for a class that belong to it; higher is better. Of classifiers only.
    MacroPrecision,
    /// The mean over the classes of the share of a class that is taken for it; higher is better. Of classifiers only.
    MacroRecall,
    /// As `macro-precision`, each class counting as much as it has records.
    WeightedPrecision,
    /// As `macro-recall`, each class counting as much as it has records.
    WeightedRecall,
    /// As `macro-f1`, each class counting as much as it has records.
    WeightedF1,
    /// The area under the receiver operating characteristic; of more than two classes, the mean over each against the rest; higher is better.
    RocAuc,
    /// How far a classifier's certainty is from how often it is right, in 15 bins (Guo et al. 2017); lower is better.
    CalibrationError,
    /// The mean negative log-likelihood of the right class, in nats a record; lower is better. Of classifiers only.
    LogLoss,
    /// The accuracy at multiple choice by log-likelihoods that are divided by the length of the choice in characters; higher is better.
    AccNorm,
    /// The accuracy at multiple choice by log-likelihoods that are divided by the length of the choice in bytes; higher is better.
    AccBytes,
    /// The share of the answers that are the expected ones, to the character; higher is better.
    ExactMatch,
    /// The F-measure of the words that an answer and its reference have in common (Lin 2004); higher is better.
    #[serde(rename = "rouge-1")]
    Rouge1,
    /// The same of pairs of words; higher is better.
    #[serde(rename = "rouge-2")]
    Rouge2,
    /// The same of the longest common subsequence; higher is better.
    RougeL,
    /// How many n-grams of the answers stand in their references, from 0 to 100, of all answers together (Papineni et al. 2002); higher is better.
    Bleu,
    /// The mean distance between the numbers told and the right ones; lower is better. Of regression only.
    MeanAbsoluteError,
    /// The root of the mean of the squared distances; lower is better. Of regression only.
    RootMeanSquaredError,
    /// The share of the variance of the numbers that is told; higher is better. Of regression only.
    RSquared,
    /// The mean squared difference between what was made whole again and what it was; lower is better. Of autoencoders only.
    ReconstructionError,
    /// The share of the records that have the label which most of their `k` nearest neighbours in the split have, by the cosine of what the model makes of them (Wu et al. 2018); higher is better. Of models that learn `contrastive` from views.
    NeighbourAccuracy,
    /// The share of the pictures whose own caption is among the `k` nearest of all captions that differ; higher is better. Of pictures with captions.
    RecallAtK,
    /// The Fréchet distance between what a generator makes and what is real, taken for normal distributions; lower is better.
    FrechetDistance,
    /// The share of the pairs of answers of which the model finds the chosen one likelier than the rejected one, all tokens of the answer together; higher is better. Of language models that write, on pairs of answers.
    PreferenceAccuracy,
    /// By how much the chosen answer is likelier than the rejected one, all their tokens together, in nats a pair; higher is better. Of the same.
    PreferenceMargin,
    /// The share of what a generator makes that a classifier of the recipe, named by `by`, takes for one of its classes with a probability of 0.8 or more; higher is better.
    Recognised,
    /// The share of the classes of that classifier that each make up at least a tenth of their even share of what is recognised; higher is better.
    ClassCoverage,
    /// How many tokens a model reads a second, many records at once; higher is better. It says something about this machine only.
    TokensPerSecond,
    /// The time a single request takes, in milliseconds, of which half are slower; lower is better. It says something about this machine only.
    #[serde(rename = "latency-p50")]
    LatencyP50,
    /// The same, of which one in 10 is slower.
    #[serde(rename = "latency-p90")]
    LatencyP90,
    /// The same, of which one in 100 is slower.
    #[serde(rename = "latency-p99")]
    LatencyP99,
    /// The most memory that the measurement took, in bytes; lower is better. It says something about this machine only.
    PeakMemory,
}

impl Metric {
    /// Every metric, the most usual ones first.
    pub const ALL: [Self; 37] = [
        Self::Perplexity,
        Self::Loss,
        Self::BitsPerByte,
        Self::Accuracy,
        Self::TopKAccuracy,
        Self::MacroF1,
        Self::MacroPrecision,
        Self::MacroRecall,
        Self::WeightedF1,
        Self::WeightedPrecision,
        Self::WeightedRecall,
        Self::RocAuc,
        Self::CalibrationError,
        Self::LogLoss,
        Self::AccNorm,
        Self::AccBytes,
        Self::ExactMatch,
        Self::Rouge1,
        Self::Rouge2,
        Self::RougeL,
        Self::Bleu,
        Self::MeanAbsoluteError,
        Self::RootMeanSquaredError,
        Self::RSquared,
        Self::ReconstructionError,
        Self::NeighbourAccuracy,
        Self::RecallAtK,
        Self::FrechetDistance,
        Self::PreferenceAccuracy,
        Self::PreferenceMargin,
        Self::Recognised,
        Self::ClassCoverage,
        Self::TokensPerSecond,
        Self::LatencyP50,
        Self::LatencyP90,
        Self::LatencyP99,
        Self::PeakMemory,
    ];

    /// Returns the word used in recipes, tables and cards.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Perplexity => "perplexity",
            Self::Accuracy => "accuracy",
            Self::MacroF1 => "macro-f1",
            Self::BitsPerByte => "bits-per-byte",
            Self::TopKAccuracy => "top-k-accuracy",
            Self::MacroPrecision => "macro-precision",
            Self::MacroRecall => "macro-recall",
            Self::WeightedPrecision => "weighted-precision",
            Self::WeightedRecall => "weighted-recall",
            Self::WeightedF1 => "weighted-f1",
            Self::RocAuc => "roc-auc",
            Self::CalibrationError => "calibration-error",
            Self::LogLoss => "log-loss",
            Self::AccNorm => "acc-norm",
            Self::AccBytes => "acc-bytes",
            Self::ExactMatch => "exact-match",
            Self::Rouge1 => "rouge-1",
            Self::Rouge2 => "rouge-2",
            Self::RougeL => "rouge-l",
            Self::Bleu => "bleu",
            Self::MeanAbsoluteError => "mean-absolute-error",
            Self::RootMeanSquaredError => "root-mean-squared-error",
            Self::RSquared => "r-squared",
            Self::ReconstructionError => "reconstruction-error",
            Self::NeighbourAccuracy => "neighbour-accuracy",
            Self::RecallAtK => "recall-at-k",
            Self::FrechetDistance => "frechet-distance",
            Self::PreferenceAccuracy => "preference-accuracy",
            Self::PreferenceMargin => "preference-margin",
            Self::Recognised => "recognised",
            Self::ClassCoverage => "class-coverage",
            Self::TokensPerSecond => "tokens-per-second",
            Self::LatencyP50 => "latency-p50",
            Self::LatencyP90 => "latency-p90",
            Self::LatencyP99 => "latency-p99",
            Self::PeakMemory => "peak-memory",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_files_and_every_metric_stands_once() {
        for metric in Metric::ALL {
            assert_eq!(serde_json::json!(metric), metric.word());
        }
        let all: std::collections::BTreeSet<_> = Metric::ALL.into_iter().collect();
        assert_eq!(all.len(), Metric::ALL.len());
    }
}
