//! One row: what it is made of, and what it holds.

use std::collections::BTreeSet;

/// What a row is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Running text: documents follow one another, and a row begins anywhere.
    Text,
    /// Records: a row holds whole ones, and is filled up with tokens that do not count.
    Records,
    /// Running text of which places are hidden.
    Masked,
    /// Records with classes: each is a row, as long as it is.
    Labelled,
    /// Records with numbers, likewise.
    Numbered,
    /// A chosen answer and a rejected one: two rows, each as long as it is.
    Pairs,
    /// Pictures with their captions.
    Captions,
    /// Records of which nothing is told: each is a row, as long as it is.
    Unlabelled,
    /// Pictures or sounds, each changed in two ways.
    Views,
}

impl Kind {
    /// Returns whether a row is a record, or two.
    pub const fn is_of_records(self) -> bool {
        match self {
            Self::Text | Self::Records | Self::Masked => false,
            Self::Labelled | Self::Numbered | Self::Pairs | Self::Captions | Self::Unlabelled | Self::Views => true,
        }
    }
}

/// A row. Of running text and of records that share a row: one token more than the context, and which of them are targets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// The tokens, where there are any.
    pub tokens: Vec<u32>,
    /// The tokens as they are shown, where some are hidden.
    pub shown: Option<Vec<u32>>,
    /// Whether each is a target.
    pub is_target: Vec<bool>,
    /// Where documents begin, where they end what is looked at.
    pub starts: Option<BTreeSet<usize>>,
    /// The class, of a record that has one.
    pub class: Option<u32>,
    /// The number that is told, of a record that has one.
    pub number: Option<f32>,
    /// The rejected answer, of a pair.
    pub rejected: Option<Box<Row>>,
    /// The picture or the sound, of a record that is one.
    pub features: Option<Vec<f32>>,
    /// The same, changed otherwise.
    pub second_view: Option<Vec<f32>>,
    /// What else is drawn for the row is drawn from this number.
    pub key: u64,
}

impl Row {
    /// Returns the tokens of the row, or the more of the two of a pair.
    pub fn len(&self) -> usize {
        self.tokens.len().max(self.rejected.as_ref().map_or(0, |rejected| rejected.tokens.len()))
    }
}
