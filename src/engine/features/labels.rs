//! What the labels of features stand for: the classes of a classifier, or numbers that are told.

use crate::engine::error::EngineError;
use crate::engine::features::{FeatureFile, pieces};
use crate::recipe::problem::nearest;

/// What is told of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Label {
    /// Nothing.
    Nothing,
    /// Its class.
    Class(u32),
    /// A number.
    Number(f32),
}

/// What each label of `labels.json` stands for, where it stands for anything.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    /// Labels are not read.
    Nothing,
    /// The place of each among the classes.
    Classes(Vec<Option<u32>>),
    /// Each as a number.
    Numbers(Vec<Option<f32>>),
}

impl FeatureFile {
    /// Returns the same features, with the label of every record as the place of its class.
    ///
    /// # Errors
    /// When a record has no label, or one that is no class; the error names the record and the nearest class.
    pub fn with_classes(mut self, classes: &[String]) -> Result<Self, EngineError> {
        let place = |name: &String| classes.iter().position(|class| class == name).map(|place| place as u32);
        self.meaning = Meaning::Classes(self.names.iter().map(place).collect());
        self.each_is_told(|name| {
            let nearest = nearest(name, classes.iter().map(String::as_str));
            let nearest = nearest.map(|class| format!("the nearest class is `{class}`; ")).unwrap_or_default();
            let hint = format!("{nearest}`classes` names every label of the data");
            ("a label that is none of the classes", hint)
        })
    }

    /// Returns the same features, with the label of every record as a number.
    ///
    /// # Errors
    /// When a record has no label, or one that is no finite number; the error names the record.
    pub fn with_numbers(mut self) -> Result<Self, EngineError> {
        let number = |name: &String| name.trim().parse::<f32>().ok().filter(|number| number.is_finite());
        self.meaning = Meaning::Numbers(self.names.iter().map(number).collect());
        self.each_is_told(|_| {
            ("a label that is no finite number", "a regression learns from labels such as `3.5` or `-2`".to_owned())
        })
    }

    /// Checks that something is told of every record of the split; labels of other splits only are of no account.
    fn each_is_told(self, what: impl Fn(&str) -> (&'static str, String)) -> Result<Self, EngineError> {
        for piece in pieces(self.len()) {
            let first = piece.start;
            let labels = self.label_numbers(piece)?;
            let Some(at) = labels.iter().position(|label| self.meant(*label) == Label::Nothing) else { continue };
            let (what, hint) = match usize::try_from(labels[at]).ok().and_then(|label| self.names.get(label)) {
                Some(name) => what(name),
                None => ("no label", "what is to be told of a record stands in its label".to_owned()),
            };
            let (dataset, split) = (self.dataset.clone(), self.split.clone());
            return Err(EngineError::BadLabel { dataset, split, record: first + at as u64, what, hint });
        }
        Ok(self)
    }

    /// Returns whether the labels are classes.
    pub fn has_classes(&self) -> bool {
        matches!(self.meaning, Meaning::Classes(_))
    }

    /// Returns whether the labels are numbers.
    pub fn has_numbers(&self) -> bool {
        matches!(self.meaning, Meaning::Numbers(_))
    }

    /// Returns what is told of a record.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn label(&self, record: u64) -> Result<Label, EngineError> {
        if self.meaning == Meaning::Nothing {
            return Ok(Label::Nothing);
        }
        Ok(self.label_numbers(record..record + 1)?.first().map_or(Label::Nothing, |label| self.meant(*label)))
    }

    fn meant(&self, label: i64) -> Label {
        let Ok(label) = usize::try_from(label) else { return Label::Nothing };
        match &self.meaning {
            Meaning::Nothing => Label::Nothing,
            Meaning::Classes(classes) => classes.get(label).copied().flatten().map_or(Label::Nothing, Label::Class),
            Meaning::Numbers(numbers) => numbers.get(label).copied().flatten().map_or(Label::Nothing, Label::Number),
        }
    }
}
