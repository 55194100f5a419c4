//! `generator`: what synthetic rows are made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What synthetic rows are made of; the same seed gives the same rows for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Generator {
    /// Sums as pairs: the prompt `17+5=`, the response `22`; both numbers are below 1000.
    Arithmetic,
    /// Pairs whose response repeats the prompt: up to 12 lower-case letters, `copy: abc` and `abc`.
    Copy,
    /// Pairs whose response is the prompt backwards: `reverse: abc` and `cba`.
    Reverse,
    /// Text of 20 to 60 words out of 64, each chosen by the word before it: a first-order Markov chain.
    Markov,
    /// Sentences of one of four classes (`weather`, `music`, `cooking`, `travel`), told apart by their words, with words of no class
    /// between them; the class is the label.
    Keywords,
}

impl Generator {
    /// Every generator, with the word the recipe uses for it.
    pub const ALL: [(&'static str, Self); 5] = [
        ("arithmetic", Self::Arithmetic),
        ("copy", Self::Copy),
        ("reverse", Self::Reverse),
        ("markov", Self::Markov),
        ("keywords", Self::Keywords),
    ];

    /// Returns the word the recipe uses for this generator.
    pub fn word(self) -> &'static str {
        match self {
            Self::Arithmetic => "arithmetic",
            Self::Copy => "copy",
            Self::Reverse => "reverse",
            Self::Markov => "markov",
            Self::Keywords => "keywords",
        }
    }

    /// Returns whether rows are pairs of a prompt and a response.
    pub fn makes_pairs(self) -> bool {
        match self {
            Self::Arithmetic | Self::Copy | Self::Reverse => true,
            Self::Markov | Self::Keywords => false,
        }
    }
}
