//! `objective: { type: classification }`: a model that tells the class of a record instead of writing.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::typed::SomeText;

/// What a classifier tells apart, and how it reads.
///
/// A record is a row: a text loses what is longer than `context`, and texts of like length are read together. The output layer of
/// a language model makes way for a linear layer over the classes, `score.weight`, without a bias; every other network gets one with
/// a bias, `classifier`. Its weights are drawn from a normal distribution around 0 with a deviation of 0.02, unless the parent is a
/// classifier of the same classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Classification {
    /// The classes, in the order of the output layer; every record has one of them as its label.
    #[schemars(with = "Vec<SomeText>", length(min = 2, max = 1_024), example = ["finance", "realty", "stocks"])]
    pub classes: Vec<String>,
    /// Which places of a record each place looks at.
    #[schemars(default, example = &"causal")]
    pub attention: Attention,
    /// How the places of a record become one.
    #[schemars(default, example = &"last")]
    pub pool: Pool,
    /// How much a record of each class counts in the loss, whose sum over a batch is divided by the sum of the weights of its records;
    /// without it all count the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<TypedWeights>", example = &"balanced", example = serde_json::json!({ "realty": 2.5 }))]
    pub class_weights: Option<ClassWeights>,
    /// The share of the target that is spread over all classes.
    #[schemars(default, range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.1)]
    pub label_smoothing: f64,
    /// The share of the numbers that are left out while it learns: of the vectors of the tokens, and of what the output layer reads.
    #[schemars(default = "Classification::default_dropout", range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.2)]
    pub dropout: f64,
}

impl Classification {
    /// The fewest and the most classes: which are taken for which is counted for every two.
    pub const N_CLASSES: std::ops::RangeInclusive<usize> = 2..=1_024;

    /// Returns the share of the numbers that are left out where the recipe says nothing.
    pub const fn default_dropout() -> f64 {
        0.1
    }
}

/// How much a record of each class counts in the loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// The rarer, the more: the number of training records, divided by that of the classes and that of the records of the class
    /// (King & Zeng 2001, as scikit-learn computes it).
    Balanced,
    /// As the recipe says; a class that is not named counts 1.
    Of(BTreeMap<String, f64>),
}

impl ClassWeights {
    /// The least and the most that a class may count.
    pub const RANGE: std::ops::RangeInclusive<f64> = 1e-6..=1e6;

    /// Returns what a record of each class counts, in the order of the classes; `records` are those of each class to learn from.
    ///
    /// A class without records counts 1: there is nothing it could count in.
    pub fn each(&self, classes: &[String], records: &[u64]) -> Vec<f64> {
        match self {
            Self::Of(weights) => classes.iter().map(|class| weights.get(class).copied().unwrap_or(1.0)).collect(),
            Self::Balanced => {
                let (all, n_classes) = (records.iter().sum::<u64>() as f64, records.len() as f64);
                let of = |n: &u64| if *n == 0 { 1.0 } else { all / (n_classes * *n as f64) };
                records.iter().map(of).collect()
            }
        }
    }
}

/// The weights of classes as typed: a word, or a mapping from classes to weights.
#[derive(JsonSchema)]
#[schemars(untagged, rename = "ClassWeights")]
#[expect(dead_code, reason = "it is there for its schema")]
enum TypedWeights {
    /// The rarer, the more: the number of training records, divided by that of the classes and that of the records of the class.
    Word(BalancedWord),
    /// The weight of a record of each class; a class that is not named counts 1.
    Of(#[schemars(extend("minProperties" = 1, "x-unit" = "times"))] BTreeMap<String, ClassWeight>),
}

#[derive(JsonSchema)]
#[schemars(inline, rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is there for its schema")]
enum BalancedWord {
    Balanced,
}

/// What a record of a class counts.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "it is there for its schema")]
struct ClassWeight(#[schemars(range(min = 1e-6, max = 1e6))] f64);

/// Which places of a record each place looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attention {
    /// At itself and at those before it, as in a language model.
    Causal,
    /// At all of the record.
    #[default]
    Bidirectional,
}

impl Attention {
    /// Returns the word used in recipes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Causal => "causal",
            Self::Bidirectional => "bidirectional",
        }
    }
}

/// How the places of a record become one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pool {
    /// Their mean.
    #[default]
    Mean,
    /// The last of them, which is the end of the text.
    Last,
    /// The first of them, which `bert` reads through its pooler: a layer and a hyperbolic tangent (Devlin et al. 2019).
    First,
}

impl Pool {
    /// Returns the word used in recipes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Last => "last",
            Self::First => "first",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_classes_weigh_the_same_together() {
        let classes = ["a", "b", "c"].map(str::to_owned);
        let records = [30_u64, 10, 60];
        let weights = ClassWeights::Balanced.each(&classes, &records);
        assert_eq!(weights, [100.0 / 90.0, 100.0 / 30.0, 100.0 / 180.0]);
        let together = weights.iter().zip(records).map(|(weight, n)| weight * n as f64).sum::<f64>();
        assert!((together - 100.0).abs() < 1e-9, "weights keep the size of the loss: {together}");
        assert_eq!(ClassWeights::Balanced.each(&classes, &[4, 0, 4])[1], 1.0);
        let said = ClassWeights::Of([("b".to_owned(), 2.5)].into());
        assert_eq!(said.each(&classes, &records), [1.0, 2.5, 1.0]);
    }
}
