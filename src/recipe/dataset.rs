//! `datasets`: where data comes from, and what is done to it before anything learns from it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::typed::{SomeText, Template, defaults};

/// A dataset: a source, an optional extraction, cleaning steps in order, and a split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dataset {
    /// Where the documents come from.
    #[schemars(example = json!({ "type": "files", "root": "../data", "include": ["**/*.md"] }))]
    pub source: Source,
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

impl Source {
    /// Returns whether the data is only stated, and not there.
    pub fn is_described(&self) -> bool {
        match self {
            Self::Described { .. } => true,
            Self::Files { .. } => false,
        }
    }
}

/// Turns a document into records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(Extract::default())]))]
pub enum Extract {
    /// Every documented Rust function becomes a prompt and a response.
    RustDocPairs {
        /// The prompt, with `{doc}` (the documentation) and `{signature}` filled in.
        #[schemars(with = "Template", example = &"{doc}\n{signature}")]
        prompt: String,
        /// The response, with `{body}` filled in.
        #[schemars(with = "Template", example = &" {body}")]
        response: String,
    },
}

impl Default for Extract {
    fn default() -> Self {
        Self::RustDocPairs { prompt: "{doc}\n{signature}".to_owned(), response: " {body}".to_owned() }
    }
}

impl Extract {
    /// Returns the word the recipe uses for this extraction.
    pub fn word(&self) -> &'static str {
        match self {
            Self::RustDocPairs { .. } => "rust-doc-pairs",
        }
    }
}

/// One cleaning step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum CleanStep {
    /// Unicode normal form C, line ends to `\n`, control characters and byte-order marks removed.
    NormalizeUnicode,
    /// Markdown and HTML reduced to their text; code blocks, tables, images and link targets go.
    StripMarkup,
    /// Drops records of fewer characters.
    MinLength {
        /// The least number of characters a record keeps.
        #[schemars(range(min = 1), extend("x-unit" = "characters"), example = 200)]
        chars: u32,
    },
    /// Masks private data as `[email]`, `[phone]`, ….
    RedactPii {
        /// What to look for.
        #[schemars(default = "PiiKind::all", length(min = 1), example = ["email", "phone"])]
        kinds: Vec<PiiKind>,
    },
    /// Drops records whose text has been seen before, apart from white space.
    DedupExact,
    /// Drops records that are nearly the same as an earlier one (MinHash over word shingles, then the estimated Jaccard similarity).
    DedupNear {
        /// How similarity is estimated.
        #[schemars(default, example = &"minhash")]
        method: NearMethod,
        /// The Jaccard similarity from which on a record is a duplicate, between 0 and 1.
        #[schemars(default = "CleanStep::default_threshold", range(min = 0.1, max = 1.0), extend("x-unit" = "similarity"), example = 0.9)]
        threshold: f64,
    },
}

impl CleanStep {
    /// Returns the Jaccard similarity from which on a record is a duplicate, where the recipe says nothing.
    pub const fn default_threshold() -> f64 {
        0.8
    }

    /// Returns the word the recipe uses for this step.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NormalizeUnicode => "normalize-unicode",
            Self::StripMarkup => "strip-markup",
            Self::MinLength { .. } => "min-length",
            Self::RedactPii { .. } => "redact-pii",
            Self::DedupExact => "dedup-exact",
            Self::DedupNear { .. } => "dedup-near",
        }
    }
}

/// A kind of private data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PiiKind {
    /// An e-mail address.
    Email,
    /// A telephone number: international, or a Chinese mobile number.
    Phone,
    /// A Chinese resident identity number with a correct checksum.
    IdCard,
    /// A bank card number with a correct Luhn checksum.
    BankCard,
    /// An IPv4 or IPv6 address.
    IpAddress,
}

impl PiiKind {
    /// Returns every kind: what is looked for where the recipe says nothing.
    pub fn all() -> Vec<Self> {
        vec![Self::Email, Self::Phone, Self::IdCard, Self::BankCard, Self::IpAddress]
    }
}

/// How near-duplicates are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NearMethod {
    /// MinHash with locality-sensitive hashing (Broder 1997; Leskovec et al., "Mining of Massive Datasets", chapter 3).
    #[default]
    Minhash,
}

/// How records are dealt to the splits; the shares add up to 1. They are dealt by a hash of the name, so that a document stays where
/// it is when the data grows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Split {
    /// The share of the training split, between 0 and 1.
    #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.8)]
    pub train: f64,
    /// The share of the validation split, between 0 and 1.
    #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
    pub validation: f64,
    /// The share of the test split, between 0 and 1.
    #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
    pub test: f64,
    /// What is never torn apart.
    #[schemars(default, example = &"record")]
    pub by: SplitBy,
}

impl Default for Split {
    fn default() -> Self {
        Self { train: 0.98, validation: 0.01, test: 0.01, by: SplitBy::default() }
    }
}

/// What a split never tears apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SplitBy {
    /// The records of one source document stay together.
    #[default]
    Document,
    /// Every record goes its own way.
    Record,
}

/// The name of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitName {
    /// What models learn from.
    Train,
    /// What early stopping and tuning look at.
    Validation,
    /// What only evaluations look at.
    Test,
}

impl SplitName {
    /// Every split.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Returns the word used in recipes and file names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}
