//! What is known of a prepared dataset.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::id::{Digest, Name};
use crate::recipe::dataset::SplitName;
use crate::record::report::{DatasetReport, TokensReport};

/// What is known of a prepared dataset; what the recipe does not say is empty or absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DatasetFacts {
    /// The recipe.
    pub recipe: Name,
    /// The dataset's name in the recipe.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The licence.
    pub license: Option<String>,
    /// The languages, as ISO 639 codes.
    pub language: Vec<String>,
    /// The source as the recipe meant it, `type` and all; `null` where nobody has recorded it.
    pub source: Value,
    /// The extraction and the split as the recipe meant them.
    pub made: Value,
    /// The digest over the source's data.
    pub source_digest: Option<Digest>,
    /// The seed of the split.
    pub seed: Option<u64>,
    /// The digest of everything that could change the data.
    pub fingerprint: Digest,
    /// What every step did.
    pub report: DatasetReport,
    /// What encoding made of it, by tokenizer.
    pub tokens: BTreeMap<String, TokensReport>,
    /// The tables, in the order of the splits.
    pub files: Vec<SplitFile>,
}

/// The table of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SplitFile {
    /// The split.
    pub split: SplitName,
    /// The name of the file.
    pub file: String,
    /// The number of rows.
    pub rows: u64,
    /// The size of the file, in bytes.
    pub bytes: u64,
    /// The BLAKE3 digest of the file.
    pub digest: Digest,
    /// The SHA-256 digest of the file in hexadecimal, where somebody has asked for it.
    pub sha256: Option<String>,
    /// The names of its columns.
    pub columns: Vec<String>,
}

impl DatasetFacts {
    /// Returns what the recipe and the command line call the dataset: `rust-coder/prose`.
    pub fn reference(&self) -> String {
        format!("{}/{}", self.recipe, self.name)
    }

    /// Returns the word of the source, as the recipe has it.
    pub fn source_word(&self) -> &str {
        self.source["type"].as_str().unwrap_or("unknown")
    }

    /// Returns the digest of what was prepared: that of all tables together.
    pub fn digest(&self) -> Digest {
        Digest::of_json(&self.files.iter().map(|file| (file.split, file.digest)).collect::<BTreeMap<_, _>>())
    }

    /// Returns the rows that the first step was given; without steps those that are left.
    pub fn rows_in(&self) -> u64 {
        self.report.steps.first().map_or_else(|| self.rows_out(), |step| step.records_in)
    }

    /// Returns the records that an extraction made of the rows; `None` where a row is a record.
    pub fn extracted(&self) -> Option<u64> {
        let first = self.report.steps.first().filter(|_| self.made["extract"].is_object())?;
        Some(first.records_out)
    }

    /// Returns what share of the rows, or of the records extracted from them, is left; of nothing that is all.
    pub fn share_left(&self) -> f64 {
        match self.extracted().unwrap_or_else(|| self.rows_in()) {
            0 => 1.0,
            all => self.rows_out() as f64 / all as f64,
        }
    }

    /// Returns the rows that are left.
    pub fn rows_out(&self) -> u64 {
        self.report.splits.values().map(|split| split.records).sum()
    }

    /// Returns the bytes that are left.
    pub fn bytes_out(&self) -> u64 {
        self.report.splits.values().map(|split| split.bytes).sum()
    }

    /// Returns the tables that have rows; a split without a share has an empty one.
    pub fn filled(&self) -> impl Iterator<Item = &SplitFile> {
        self.files.iter().filter(|file| file.rows > 0)
    }

    /// Returns the names of the columns: all tables have the same.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.files.first().into_iter().flat_map(|file| &file.columns).map(String::as_str)
    }

    /// Returns whether the records are pictures or sounds.
    pub fn has_media(&self) -> bool {
        self.has_column("image") || self.has_column("audio")
    }

    /// Returns what the bytes of a split are counted of: `Text`, or `Data` where most of them are pictures or sounds.
    pub fn measure(&self) -> &'static str {
        if self.has_media() { "Data" } else { "Text" }
    }

    /// Returns whether there is a column of this name.
    pub fn has_column(&self, name: &str) -> bool {
        self.columns().any(|column| column == name)
    }
}
