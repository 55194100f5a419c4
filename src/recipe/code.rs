//! The kinds of problems: a short stable code for each, for programs that filter them and people who look them up.

use serde::{Deserialize, Serialize};

/// Declares the codes with their words and what they mean, so that none is forgotten anywhere.
macro_rules! codes {
    ($($code:ident = $word:literal: $meaning:literal,)*) => {
        /// A kind of problem; a code is never given another meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $(#[doc = $meaning] #[serde(rename = $word)] $code,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// Returns the code as it is printed.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$code => $word,)* }
            }

            /// Returns what is wrong with a recipe that has such a problem, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$code => $meaning,)* }
            }
        }
    };
}

codes! {
    NotYaml = "yaml": "The text is not YAML, or uses what recipes do not: tabs, tags, a second document.",
    NotUtf8 = "not-utf8": "The file is not UTF-8.",
    TooMuch = "too-much": "The recipe holds more than a recipe may: bytes, values, anchors, aliases, levels, points of a matrix, text that variables put in.",
    Unreadable = "unreadable": "A recipe that is extended cannot be read.",
    Cycle = "cycle": "Recipes extend each other, or models descend from each other, or datasets mix each other, in a circle; or a model that sorts a dataset learns from it; or a teacher learns from its student.",
    Version = "version": "The recipe is written in a version of the language that this program does not know.",
    BadSet = "bad-set": "What is set on the command line is no `path=value`, or its path leads nowhere.",
    UnknownKey = "unknown-key": "Nothing reads this key.",
    MisplacedKey = "misplaced-key": "The key is known, and stands elsewhere.",
    DuplicateKey = "duplicate-key": "The key stands twice in one mapping.",
    MissingKey = "missing-key": "A key without a default is missing.",
    ConflictingKeys = "conflicting-keys": "The keys exclude each other, or one needs another.",
    WrongType = "wrong-type": "The value is of another type: a list for a mapping, text for a number.",
    OutOfRange = "out-of-range": "The number is smaller or larger than what is possible.",
    NotFinite = "not-finite": "The number is infinite, or none at all.",
    UnknownWord = "unknown-word": "The value is one of a few words, and this is none of them.",
    Empty = "empty": "A text, a list or a mapping that has to hold something holds nothing.",
    BadName = "bad-name": "A name has characters that names do not have, or too many.",
    NoSuchName = "no-such-name": "Nothing in the recipe has this name.",
    NoSuchVariable = "no-such-variable": "`${…}` names no variable, or one that cannot stand there.",
    BadMatrix = "bad-matrix": "The matrix says no set of points, or varies what is the same for the whole recipe.",
    ShapeMismatch = "shape-mismatch": "Numbers that have to divide each other do not: heads and width, batch and context.",
    BadShares = "bad-shares": "Shares that have to add up to 1 do not.",
    TierOrder = "tier-order": "A model is of a wider tier than its parent.",
    NoPairs = "no-pairs": "The objective learns from prompts and responses, from chosen and rejected answers or from captions, and the dataset has none.",
    NoLabels = "no-labels": "A classifier learns from labels or is measured on them, and the dataset has none.",
    WrongObjective = "wrong-objective": "The network cannot learn this objective, or cannot learn it from where it starts.",
    NotMeasured = "not-measured": "What is measured is none of what the model can do: a classifier writes no text, and a language model tells no classes.",
    EmptySplit = "empty-split": "A split is used that gets no records.",
    ComparesItself = "compares-itself": "A gate compares a model with itself.",
    Secret = "secret": "A secret stands in the recipe, where only the place of one may stand; it is not shown.",
    Invalid = "invalid": "The value is none that can stand here; the message says why.",
    Unused = "unused": "Nothing uses this.",
    NotEvaluated = "not-evaluated": "No evaluation measures this model.",
    HiddenName = "hidden-name": "Two things have names that are easily taken for each other.",
    WrongWayRound = "wrong-way-round": "The requirement asks for a worse value.",
    UnitSlip = "unit-slip": "The number looks as if it was meant in another unit.",
    NeverReached = "never-reached": "The training ends before this ever happens.",
    NoEffect = "no-effect": "The value changes nothing.",
    SaidTwice = "said-twice": "The same is said twice.",
    CannotPass = "cannot-pass": "No value can meet the requirement.",
    Odd = "odd": "The value is legal and unusual; the message says why.",
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_and_each_stands_for_one_code() {
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.word()).collect();
        assert!(
            words
                .iter()
                .all(|word| word.len() <= 20 && word.chars().all(|c| c.is_ascii_lowercase() || "-8".contains(c)))
        );
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }

    #[test]
    fn a_code_is_its_word_in_json() {
        for code in Code::ALL {
            let text = serde_json::to_string(code).unwrap();
            assert_eq!(text, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<Code>(&text).unwrap(), *code);
        }
    }
}
