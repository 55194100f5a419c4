//! Stage ids.

use std::fmt;
use std::str::FromStr;

/// What a stage does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StageKind {
    /// Takes a model from outside of the recipe.
    Import,
    /// Reads, cleans and splits a dataset.
    Dataset,
    /// Trains a tokenizer.
    Tokenizer,
    /// Encodes a dataset with a tokenizer into packed token shards.
    Tokens,
    /// Looks through the training split of a dataset for the data of the evaluations.
    Contamination,
    /// Holds back the training of a model on contaminated data.
    Uncontaminated,
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
    pub const ALL: [Self; 13] = [
        Self::Import,
        Self::Dataset,
        Self::Tokenizer,
        Self::Tokens,
        Self::Contamination,
        Self::Uncontaminated,
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
            Self::Import => "import",
            Self::Dataset => "dataset",
            Self::Tokenizer => "tokenizer",
            Self::Tokens => "tokens",
            Self::Contamination => "contamination",
            Self::Uncontaminated => "uncontaminated",
            Self::Train => "train",
            Self::Evaluate => "evaluate",
            Self::Sample => "sample",
            Self::Gate => "gate",
            Self::Analyse => "analyse",
            Self::Card => "card",
            Self::Publish => "publish",
        }
    }

    /// Returns whether a stage of this kind only says whether others may begin: they wait for it, and read nothing of it.
    pub const fn is_condition(self) -> bool {
        match self {
            Self::Uncontaminated => true,
            Self::Import
            | Self::Dataset
            | Self::Tokenizer
            | Self::Tokens
            | Self::Contamination
            | Self::Train
            | Self::Evaluate
            | Self::Sample
            | Self::Gate
            | Self::Analyse
            | Self::Card
            | Self::Publish => false,
        }
    }

    /// Returns how many parts stand before the number of the repeat, for work that is repeated with other seeds.
    const fn parts_before_repeat(self) -> Option<usize> {
        match self {
            Self::Train => Some(1),
            Self::Evaluate => Some(2),
            Self::Import
            | Self::Dataset
            | Self::Tokenizer
            | Self::Tokens
            | Self::Contamination
            | Self::Uncontaminated
            | Self::Sample
            | Self::Gate
            | Self::Analyse
            | Self::Card
            | Self::Publish => None,
        }
    }
}

/// The id of a stage within a plan, written `kind:name`: `train:industry`, `evaluate:industry/rust-ppl`.
///
/// Where a recipe repeats its trainings, the number of the repeat follows from the second on: `train:industry/2`,
/// `evaluate:industry/rust-ppl/2`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StageId {
    kind: StageKind,
    name: String,
    repeat: u32,
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
    /// `name` is one [`Name`](super::Name), or two with a slash between, or three for tokens with labels.
    pub fn new(kind: StageKind, name: impl fmt::Display) -> Self {
        Self { kind, name: name.to_string(), repeat: 1 }
    }

    /// Returns the id of the same work in a repeat, from 1.
    #[must_use]
    pub fn of_repeat(self, repeat: u32) -> Self {
        Self { repeat, ..self }
    }

    /// Returns which repeat the stage belongs to, from 1; work that is not repeated belongs to the first.
    pub fn repeat(&self) -> u32 {
        self.repeat
    }

    /// Returns what the stage does.
    pub fn kind(&self) -> StageKind {
        self.kind
    }

    /// Returns the name behind the colon, without the number of the repeat.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name with the number of the repeat, where it is not the first: `industry/2`.
    pub fn label(&self) -> String {
        if self.repeat == 1 { self.name.clone() } else { format!("{}/{}", self.name, self.repeat) }
    }

    /// Returns the id as a file name: `evaluate-industry-rust-ppl`.
    ///
    /// A repeat is `train-industry+2`: no name has a plus, so it is never the folder of a model called `industry-2`.
    pub fn slug(&self) -> String {
        let name = format!("{}-{}", self.kind.word(), self.name.replace('/', "-"));
        if self.repeat == 1 { name } else { format!("{name}+{}", self.repeat) }
    }
}

impl fmt::Display for StageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = format!("{}:{}", self.kind.word(), self.name);
        if self.repeat == 1 { f.pad(&id) } else { f.pad(&format!("{id}/{}", self.repeat)) }
    }
}

impl FromStr for StageId {
    type Err = StageIdError;

    fn from_str(text: &str) -> Result<Self, StageIdError> {
        let error = || StageIdError { text: text.chars().take(80).collect() };
        let (word, name) = text.split_once(':').ok_or_else(error)?;
        let kind = StageKind::ALL.into_iter().find(|kind| kind.word() == word).ok_or_else(error)?;
        let (name, repeat) = match kind.parts_before_repeat() {
            Some(n) if name.split('/').count() == n + 1 => {
                let (name, repeat) = name.rsplit_once('/').ok_or_else(error)?;
                (name, repeat_number(repeat).ok_or_else(error)?)
            }
            Some(_) | None => (name, 1),
        };
        // Tokens may have labels: `tokens:news/bytes/labelled`.
        let most = if kind == StageKind::Tokens { 3 } else { 2 };
        let named = name.split('/').count() <= most && name.split('/').all(|part| part.parse::<super::Name>().is_ok());
        if !named {
            return Err(error());
        }
        Ok(Self { kind, name: name.to_owned(), repeat })
    }
}

/// Returns the number of a repeat as it is written in an id: the first has none, and there is one way to write the others.
fn repeat_number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|repeat: &u32| *repeat > 1 && repeat.to_string() == text)
}

super::serde_as_text!(StageId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_id_that_leaves_its_folder_is_refused() {
        for text in [
            "train:../x",
            "train:a/b/c",
            "train:",
            "trian:a",
            "train",
            "train:a//b",
            "train:.hidden",
            "card:a/b/2",
            "tokens:a/b/c/d",
        ] {
            assert!(text.parse::<StageId>().is_err(), "{text}");
        }
        assert_eq!("tokens:a/b/labelled".parse::<StageId>().unwrap().name(), "a/b/labelled");
        let id: StageId = "evaluate:industry/rust-ppl".parse().unwrap();
        assert_eq!(id.slug(), "evaluate-industry-rust-ppl");
    }

    #[test]
    fn a_repeat_is_read_as_it_is_written() {
        for (text, name, repeat, slug) in [
            ("train:general", "general", 1, "train-general"),
            ("train:general/2", "general", 2, "train-general+2"),
            ("train:general-2", "general-2", 1, "train-general-2"),
            ("evaluate:general/2", "general/2", 1, "evaluate-general-2"),
            ("evaluate:general/ppl/10", "general/ppl", 10, "evaluate-general-ppl+10"),
            ("evaluate:general/2/2", "general/2", 2, "evaluate-general-2+2"),
        ] {
            let id: StageId = text.parse().unwrap();
            assert_eq!((id.name(), id.repeat(), id.slug().as_str()), (name, repeat, slug), "{text}");
            assert_eq!(id.to_string(), text);
            assert_eq!(id, StageId::new(id.kind(), name).of_repeat(repeat));
        }
        for text in
            ["train:a/1", "train:a/0", "train:a/02", "train:a/+2", "train:a/b", "evaluate:a/b/c", "evaluate:a/b/2/2"]
        {
            assert!(text.parse::<StageId>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_tenth_repeat_comes_behind_the_second() {
        let mut ids = ["train:b", "train:a/10", "train:a/2", "train:a"].map(|text| text.parse::<StageId>().unwrap());
        ids.sort();
        assert_eq!(ids.map(|id| id.to_string()), ["train:a", "train:a/2", "train:a/10", "train:b"]);
    }
}
