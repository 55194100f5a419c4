//! `tokenizers`: how text becomes numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{Digest, Name};

/// The token that ends a document and a response.
pub const END_OF_TEXT: &str = "<|endoftext|>";

/// A tokenizer and what it is trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Tokenizer {
    /// Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): every text can be encoded.
    ByteBpe {
        /// The number of tokens, special tokens and the 256 bytes included.
        #[schemars(range(min = 257, max = 1_048_576), extend("x-unit" = "tokens"), example = 4096)]
        vocab_size: u32,
        /// The datasets whose training splits it is trained on.
        #[schemars(length(min = 1), example = ["prose", "rust"])]
        train_on: Vec<Name>,
    },
    /// The tokenizer of a model outside of the recipe, which has the same name; nobody types it.
    #[schemars(skip)]
    Imported {
        /// The number of tokens, special tokens included.
        vocab_size: u32,
        /// The digest of `tokenizer.json`, where it is on this machine.
        #[serde(default)]
        digest: Option<Digest>,
    },
}

impl Tokenizer {
    /// Returns the number of tokens, special tokens included.
    pub fn vocab_size(&self) -> u32 {
        match self {
            Self::ByteBpe { vocab_size, .. } | Self::Imported { vocab_size, .. } => *vocab_size,
        }
    }

    /// Returns the datasets the tokenizer is trained on.
    pub fn train_on(&self) -> &[Name] {
        match self {
            Self::ByteBpe { train_on, .. } => train_on,
            Self::Imported { .. } => &[],
        }
    }
}
