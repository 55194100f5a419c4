//! `datasets`: where data comes from, and what is done to it before anything learns from it.

mod source;
mod facts;
mod columns;
mod encoding;
mod generator;
mod secret;
mod pinned;
mod packing;
mod bad_row;
mod extract;
mod clean;
mod split;
mod labels;
mod media;
mod features;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use bad_row::OnBadRow;
pub use clean::{
    Class, Classify, ClassifyBy, ClassifyInto, CleanStep, LanguageCode, Markup, NearMethod, Page, PiiKind, PiiWith,
    Quality, QualityRules, RedactPii, UnicodeForm, Width,
};
pub use columns::Columns;
pub use encoding::Encoding;
pub use extract::{ChatFormat, CutAt, Extract, LastTurn, SystemTurns, Within};
pub use facts::FileSet;
pub use features::{Augment, Features, Flip, Normalize, SpecAugment, samples};
pub use generator::Generator;
pub use labels::{Labels, placeholders};
pub use media::{Corner, Fit, MediaWord, PixelFilter};
pub use packing::{Pack, Packing};
pub use pinned::file_name;
pub use secret::{NoSecretReference, SecretRef};
pub use source::Source;
pub use split::{Assign, Split, SplitBy, SplitName};

use crate::recipe::typed::SomeText;

/// A dataset: a source, an optional extraction, cleaning steps in order, and a split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dataset {
    /// What the data is, in a sentence or two; it opens the dataset's card.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(default, example = &"The documentation of a hundred Rust crates.")]
    pub description: String,
    /// The licence of the data, as an SPDX or Hub id in lowercase; without it the card says that it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(default, with = "Option<SomeText>", example = &"cc-by-4.0")]
    pub license: Option<String>,
    /// The languages the data is in, as ISO 639 codes; without them the card tells those that were detected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(default, with = "Vec<SomeText>", example = ["en"])]
    pub language: Vec<String>,
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
    /// Turns each row into records; without it a row is one record.
    #[serde(default)]
    #[schemars(example = json!({ "type": "rust-doc-pairs" }))]
    pub extract: Option<Extract>,
    /// The cleaning steps, in order; each reports records and bytes in and out.
    #[serde(default)]
    #[schemars(example = json!([{ "type": "strip-markup" }, { "type": "dedup-exact" }]))]
    pub clean: Vec<CleanStep>,
    /// How records are dealt to the splits.
    #[schemars(
        with = "Option<Split>",
        extend("x-default" = "98 % to train on, one to validate on and one to test on"),
        example = json!({ "train": 0.8, "validation": 0.1, "test": 0.1 })
    )]
    pub split: Split,
    /// The numbers that a model of pictures or sounds is given.
    #[serde(default)]
    #[schemars(example = json!({ "type": "image", "width": 28, "height": 28, "channels": 1 }))]
    pub features: Option<Features>,
}

impl Dataset {
    /// Returns how many bad rows are left out where the recipe says nothing of their number.
    pub const fn default_most_bad_rows() -> u64 {
        100
    }

    /// Returns whether its records have labels, as far as the recipe alone tells.
    pub fn has_labels(&self) -> Option<bool> {
        // Text files are nothing but text, until something is read from it.
        let is_text = matches!(self.source, Source::Files { .. }) && self.extract.is_none();
        let is_classified = self.clean.iter().any(CleanStep::labels);
        (is_text && !is_classified).then_some(false)
    }

    /// Returns whether its records are pictures or sounds alone.
    pub fn is_without_text(&self) -> bool {
        let read = self.source.fetched().unwrap_or(&self.source);
        read.media().is_some() && !matches!(read, Source::Pairs { .. }) && self.extract.is_none()
    }

    /// Returns the models that sort its records, as often as they are asked.
    pub fn sorters(&self) -> impl Iterator<Item = &crate::id::Name> {
        self.clean.iter().filter_map(CleanStep::model)
    }

    /// Returns how many bad rows are let pass.
    pub fn bad_rows_let_pass(&self) -> u64 {
        match self.on_bad_row {
            OnBadRow::Fail => 0,
            OnBadRow::Skip => self.most_bad_rows,
        }
    }
}
