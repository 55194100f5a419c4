//! Stage ids.

use std::fmt;
use std::str::FromStr;

/// What a stage does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StageKind {
    /// Reads, cleans and splits a dataset.
    Dataset,
    /// Trains a tokenizer.
    Tokenizer,
    /// Encodes a dataset with a tokenizer into packed token shards.
    Tokens,
    /// Trains a model.
    Train,
    /// Measures a model on one split of a dataset.
    Evaluate,
    /// Generates a sample with a model.
    Sample,
    /// Holds metrics against a requirement.
    Gate,
    /// Asks what several models say together.
    Analyse,
    /// Writes a model card.
    Card,
    /// Puts the models into the zoo.
    Publish,
}

impl StageKind {
    /// Every kind, in the order in which a recipe mentions them.
    pub const ALL: [Self; 10] = [
        Self::Dataset,
        Self::Tokenizer,
        Self::Tokens,
        Self::Train,
        Self::Evaluate,
        Self::Sample,
        Self::Gate,
        Self::Analyse,
        Self::Card,
        Self::Publish,
    ];

    /// Returns the word that stands before the colon of a stage id.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Tokenizer => "tokenizer",
            Self::Tokens => "tokens",
            Self::Train => "train",
            Self::Evaluate => "evaluate",
            Self::Sample => "sample",
            Self::Gate => "gate",
            Self::Analyse => "analyse",
            Self::Card => "card",
            Self::Publish => "publish",
        }
    }
}

/// The id of a stage within a plan, written `kind:name`: `train:industry`, `evaluate:industry/rust-ppl`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StageId {
    kind: StageKind,
    name: String,
}

/// Text that is no stage id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no stage: expected `kind:name`, such as `train:general`")]
pub struct StageIdError {
    text: String,
}

impl StageId {
    /// Returns the id of the stage that does `kind` to the thing called `name`.
    ///
    /// `name` is one [`Name`](super::Name), or two with a slash between.
    pub fn new(kind: StageKind, name: impl fmt::Display) -> Self {
        Self { kind, name: name.to_string() }
    }

    /// Returns what the stage does.
    pub fn kind(&self) -> StageKind {
        self.kind
    }

    /// Returns the name behind the colon.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the id as a file name: `evaluate-industry-rust-ppl`.
    pub fn slug(&self) -> String {
        format!("{}-{}", self.kind.word(), self.name.replace('/', "-"))
    }
}

impl fmt::Display for StageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.kind.word(), self.name))
    }
}

impl FromStr for StageId {
    type Err = StageIdError;

    fn from_str(text: &str) -> Result<Self, StageIdError> {
        let error = || StageIdError { text: text.chars().take(80).collect() };
        let (word, name) = text.split_once(':').ok_or_else(error)?;
        let kind = StageKind::ALL.into_iter().find(|kind| kind.word() == word).ok_or_else(error)?;
        let named = name.split('/').count() <= 2 && name.split('/').all(|part| part.parse::<super::Name>().is_ok());
        if !named {
            return Err(error());
        }
        Ok(Self { kind, name: name.to_owned() })
    }
}

super::serde_as_text!(StageId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_id_that_leaves_its_folder_is_refused() {
        for text in ["train:../x", "train:a/b/c", "train:", "trian:a", "train", "train:a//b", "train:.hidden"] {
            assert!(text.parse::<StageId>().is_err(), "{text}");
        }
        let id: StageId = "evaluate:industry/rust-ppl".parse().unwrap();
        assert_eq!(id.slug(), "evaluate-industry-rust-ppl");
    }
}
