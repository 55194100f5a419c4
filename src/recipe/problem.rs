//! Mistakes in a recipe: where, what, what was expected, and how to mend it.

use serde::{Deserialize, Serialize};

/// A place in a recipe's text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Problem {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The dotted path of the field: `models.general.train.budget`.
    pub path: String,
    /// What is wrong, as a fragment in lowercase.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// The most problems one file reports.
pub const MOST_PROBLEMS: usize = 50;

/// Every mistake of one recipe, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("`{file}` has {} {}", problems.len(), if problems.len() == 1 { "problem" } else { "problems" })]
pub struct Problems {
    /// The file, as it was named.
    pub file: String,
    /// Its text.
    #[serde(skip)]
    pub text: String,
    /// The mistakes; never empty.
    pub problems: Vec<Problem>,
}

impl crate::error::Explain for Problems {
    fn exit(&self) -> crate::error::Exit {
        crate::error::Exit::BadInput
    }
}

/// Returns the candidate nearest to `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase().replace('_', "-");
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().min(word.len()) / 4)
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}

/// Returns words as a list in backticks: `` `a`, `b` ``.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_word_and_another_word_does_not() {
        let words = ["steps", "epochs", "tokens", "learning-rate"];
        assert_eq!(nearest("step", words), Some("steps"));
        assert_eq!(nearest("setps", words), Some("steps"));
        assert_eq!(nearest("learning_rate", words), Some("learning-rate"));
        assert_eq!(nearest("optimizer", words), None);
    }
}
