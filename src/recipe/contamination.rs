//! `contamination`: what is done about evaluation data that stands in the training data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Name;
use crate::recipe::typed::TypedAllow;

/// How evaluation data is looked for in the training data of a model and of its ancestors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(default)]
pub struct Contamination {
    /// The words of an n-gram: a run of so many that both have is found.
    #[schemars(range(min = 5, max = 50), extend("x-unit" = "words"), example = 8)]
    pub ngram: u32,
    /// The share of a record's words from which on it is contaminated, between 0 and 1; 0 takes a single n-gram for enough.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.8)]
    pub threshold: f64,
    /// What happens when a record is contaminated.
    #[schemars(example = &"fail")]
    pub on_find: OnFind,
    /// What may stand in the training data all the same.
    #[schemars(with = "Vec<TypedAllow>", example = serde_json::json!([{ "document": "**/LICENSE*", "reason": "everybody has it" }]))]
    pub allow: Vec<Allow>,
}

impl Default for Contamination {
    fn default() -> Self {
        Self { ngram: 13, threshold: 0.5, on_find: OnFind::Warn, allow: Vec::new() }
    }
}

/// What happens when a record is contaminated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnFind {
    /// Plans, reports and cards say so.
    Warn,
    /// The run fails before a model learns from the data.
    Fail,
}

impl OnFind {
    /// Returns the word used in recipes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// What may stand in the training data all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Allow {
    /// The evaluation it is allowed for; for all of them where none is named.
    #[serde(default)]
    pub evaluation: Option<Name>,
    /// What is allowed.
    pub what: Allowed,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Allowed {
    /// Every record of the evaluation's documents that match a pattern; `*` stays within a folder, `**` crosses folders.
    Document(String),
    /// A text: n-grams within it do not count.
    Text(String),
}
