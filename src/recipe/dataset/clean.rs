//! `clean`: what is done to records, in order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
