//! `source`: where documents come from.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Name;
use crate::recipe::typed::SomeText;

/// Where documents come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// UTF-8 text files below a folder, one document each, in the order of their names. What identifies the data is the digest of
    /// names and contents: where the files lie and when they were written is of no account.
    Files {
        /// The folder; relative paths start at the recipe's folder.
        #[schemars(with = "SomeText", example = &"../data")]
        root: String,
        /// Patterns of the files to take, relative to `root`; `*` stays within a folder, `**` crosses folders, `{a,b}` is
        /// either. Every alternative has to match something.
        #[schemars(with = "Vec<SomeText>", length(min = 1), example = ["**/*.{md,txt}"])]
        include: Vec<String>,
        /// Patterns of the files to leave out.
        #[schemars(default, with = "Vec<SomeText>", example = ["**/CHANGELOG*"])]
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a document's name.
        #[schemars(default, extend("x-unit" = "folders"), example = 1)]
        strip_components: u32,
    },
    /// Records of other datasets of this recipe, after all that was done to them; each record stays in its split. Cleaning steps then see
    /// all of them together: a record that stands in two datasets is found.
    Mix {
        /// The datasets, each with the share of its records that is taken, chosen by the hash of their ids.
        #[schemars(extend("minProperties" = 1, "x-unit" = "share"), example = serde_json::json!({ "news": 1.0, "forum": 0.25 }))]
        of: BTreeMap<Name, f64>,
    },
    /// Records of a dataset that another recipe has prepared in this workspace, as the newest run left them; each record stays in
    /// its split.
    Zoo {
        /// The recipe's name and the dataset's: `<recipe>/<dataset>`.
        #[schemars(with = "SomeText", example = &"rust-coder/prose")]
        dataset: String,
    },
    /// Data that is stated and not there: it can be planned with, and not run.
    Described {
        /// The tokens of the cleaned text.
        #[schemars(range(min = 1), extend("x-unit" = "tokens"), example = 19e9)]
        tokens: u64,
        /// The bytes before cleaning.
        #[schemars(with = "Option<u64>", range(min = 1), extend("x-unit" = "bytes", "x-default" = "4 for every token"), example = 45e12)]
        bytes: u64,
        /// The bytes of the cleaned text.
        #[schemars(with = "Option<u64>", range(min = 1), extend("x-unit" = "bytes", "x-default" = "`bytes`"), example = 570e9)]
        cleaned_bytes: u64,
        /// The number of documents; 0 where nobody says.
        #[schemars(default, extend("x-unit" = "documents"), example = 1_000_000)]
        documents: u64,
    },
}

/// Files below a folder, as a source names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSet<'a> {
    /// The folder.
    pub root: &'a str,
    /// Patterns of the files to take.
    pub include: &'a [String],
    /// Patterns of the files to leave out.
    pub exclude: &'a [String],
    /// How many leading folders are no part of a document's name.
    pub strip_components: u32,
}

impl Source {
    /// Returns the word the recipe uses for this source.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Files { .. } => "files",
            Self::Mix { .. } => "mix",
            Self::Zoo { .. } => "zoo",
            Self::Described { .. } => "described",
        }
    }

    /// Returns the files a source reads, where it reads files.
    pub fn file_set(&self) -> Option<FileSet<'_>> {
        match self {
            Self::Files { root, include, exclude, strip_components } => {
                Some(FileSet { root, include, exclude, strip_components: *strip_components })
            }
            Self::Mix { .. } | Self::Zoo { .. } | Self::Described { .. } => None,
        }
    }

    /// Returns the datasets of the recipe whose records it takes, each with its share.
    pub fn mixed(&self) -> impl Iterator<Item = (&Name, f64)> {
        let of = if let Self::Mix { of } = self { Some(of) } else { None };
        of.into_iter().flatten().map(|(name, share)| (name, *share))
    }

    /// Returns whether its records have a split already.
    pub fn is_prepared(&self) -> bool {
        matches!(self, Self::Mix { .. } | Self::Zoo { .. })
    }

    /// Returns whether the data is only stated, and not there.
    pub fn is_described(&self) -> bool {
        matches!(self, Self::Described { .. })
    }
}
