//! `datasets`: where data comes from, and what is done to it before anything learns from it.

mod source;
mod bad_row;
mod extract;
mod clean;
mod split;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use bad_row::OnBadRow;
pub use clean::{CleanStep, NearMethod, PiiKind};
pub use extract::Extract;
pub use source::{FileSet, Source};
pub use split::{Split, SplitBy, SplitName};

/// A dataset: a source, an optional extraction, cleaning steps in order, and a split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dataset {
    /// Where the documents come from.
    #[schemars(example = json!({ "type": "files", "root": "../data", "include": ["**/*.md"] }))]
    pub source: Source,
    /// What happens to a row that cannot be read.
    #[serde(default)]
    #[schemars(default, example = &"skip")]
    pub on_bad_row: OnBadRow,
    /// How many bad rows are left out with `on-bad-row: skip`; one more fails the stage.
    #[serde(default = "Dataset::default_most_bad_rows")]
    #[schemars(default = "Dataset::default_most_bad_rows", range(min = 1), extend("x-unit" = "rows"), example = 10)]
    pub most_bad_rows: u64,
    /// Turns each document into records; without it a document is one record of text.
    #[serde(default)]
    #[schemars(example = json!({ "type": "rust-doc-pairs" }))]
    pub extract: Option<Extract>,
    /// The cleaning steps, in order; each reports records and bytes in and out.
    #[serde(default)]
    #[schemars(example = json!([{ "type": "strip-markup" }, { "type": "dedup-exact" }]))]
    pub clean: Vec<CleanStep>,
    /// How records are dealt to the splits.
    #[schemars(default, example = json!({ "train": 0.8, "validation": 0.1, "test": 0.1 }))]
    pub split: Split,
}

impl Dataset {
    /// Returns how many bad rows are left out where the recipe says nothing of their number.
    pub const fn default_most_bad_rows() -> u64 {
        100
    }

    /// Returns whether its records have labels, as far as the recipe alone tells.
    pub fn has_labels(&self) -> Option<bool> {
        match &self.source {
            // Text files are nothing but text.
            Source::Files { .. } => Some(false),
            Source::Described { .. } => None,
        }
    }

    /// Returns how many bad rows are let pass.
    pub fn bad_rows_let_pass(&self) -> u64 {
        match self.on_bad_row {
            OnBadRow::Fail => 0,
            OnBadRow::Skip => self.most_bad_rows,
        }
    }
}
