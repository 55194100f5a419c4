//! `datasets`: where data comes from, and what is done to it before anything learns from it.

use serde::{Deserialize, Serialize};

/// A dataset: a source, an optional extraction, cleaning steps in order, and a split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dataset {
    /// Where the documents come from.
    pub source: Source,
    /// Turns each document into records; without it a document is one record of text.
    #[serde(default)]
    pub extract: Option<Extract>,
    /// The cleaning steps, in order.
    #[serde(default)]
    pub clean: Vec<CleanStep>,
    /// How records are dealt to the splits.
    pub split: Split,
}

/// Where documents come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// UTF-8 text files below a folder, one document each, in the order of their names.
    Files {
        /// The folder; relative paths start at the recipe's folder.
        root: String,
        /// Patterns of the files to take, relative to `root`; `**` crosses folders, `{a,b}` is either.
        include: Vec<String>,
        /// Patterns of the files to leave out.
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a document's name.
        strip_components: u32,
    },
    /// Data that is stated and not there: it can be planned with, and not run.
    Described {
        /// The tokens of the cleaned text.
        tokens: u64,
        /// The bytes before cleaning.
        bytes: u64,
        /// The bytes of the cleaned text.
        cleaned_bytes: u64,
        /// The number of documents; 0 where nobody says.
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Extract {
    /// Every documented Rust function becomes a prompt and a response.
    RustDocPairs {
        /// The prompt, with `{doc}` (the documentation) and `{signature}` filled in.
        prompt: String,
        /// The response, with `{body}` filled in.
        response: String,
    },
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum CleanStep {
    /// Unicode normal form C, line ends to `\n`, control characters and byte-order marks removed.
    NormalizeUnicode,
    /// Markdown and HTML reduced to their text; code blocks, tables, images and link targets go.
    StripMarkup,
    /// Drops records of fewer characters.
    MinLength {
        /// The least number of characters a record keeps.
        chars: u32,
    },
    /// Masks private data as `[email]`, `[phone]`, ….
    RedactPii {
        /// What to look for.
        kinds: Vec<PiiKind>,
    },
    /// Drops records whose text has been seen before, apart from white space.
    DedupExact,
    /// Drops records that are nearly the same as an earlier one (MinHash over word shingles, then the estimated Jaccard similarity).
    DedupNear {
        /// How similarity is estimated.
        method: NearMethod,
        /// The Jaccard similarity from which on a record is a duplicate, between 0 and 1.
        threshold: f64,
    },
}

impl CleanStep {
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

/// How near-duplicates are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NearMethod {
    /// MinHash with locality-sensitive hashing (Broder 1997; Leskovec et al., "Mining of Massive Datasets", chapter 3).
    Minhash,
}

/// How records are dealt to the splits; the shares add up to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Split {
    /// The share of the training split, between 0 and 1.
    pub train: f64,
    /// The share of the validation split, between 0 and 1.
    pub validation: f64,
    /// The share of the test split, between 0 and 1.
    pub test: f64,
    /// What is never torn apart.
    pub by: SplitBy,
}

/// What a split never tears apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitBy {
    /// The records of one source document stay together.
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
