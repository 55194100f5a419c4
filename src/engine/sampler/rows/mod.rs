//! How a split is cut into rows: windows of running text, records that share a row, or a record each.

mod layout;
mod epoch;
mod windows;
mod packed;
mod single;
mod drawn;
#[cfg(test)]
mod tests;

pub use epoch::Epoch;

use crate::engine::error::EngineError;
use crate::engine::features::{FeatureFile, Label};
use crate::engine::sampler::data::Data;
use crate::engine::sampler::hiding::Hiding;
use crate::engine::sampler::row::{Kind, Row};
use crate::engine::sampler::rows::layout::{Layout, each, unfit};
use crate::engine::sampler::rows::packed::pack;
use crate::engine::tokens::Tokens;
use crate::recipe::training::Attention;

/// The rows of a split.
#[derive(Debug)]
pub struct Rows {
    pub(super) data: Data,
    pub(super) kind: Kind,
    pub(super) context: usize,
    layout: Layout,
    /// What rows are filled up with.
    end: u32,
    attention: Attention,
    hiding: Option<Hiding>,
}

impl Rows {
    /// Cuts a split into rows to learn from; `context` is 1 where there are no tokens.
    ///
    /// # Errors
    /// When not one row comes out, when the data is of another kind, and when it cannot be read.
    pub fn to_learn(data: impl Into<Data>, kind: Kind, context: usize) -> Result<Self, EngineError> {
        let data = data.into();
        let n_tokens = data.tokens().map_or(0, Tokens::len) as usize;
        let windows = |n: usize| Layout::Windows { n: n / context, slack: n % context };
        let (layout, needed) = match kind {
            Kind::Text => (windows(n_tokens.saturating_sub(1)), context + 1),
            Kind::Masked => (windows(n_tokens), context),
            Kind::Records
            | Kind::Labelled
            | Kind::Numbered
            | Kind::Pairs
            | Kind::Captions
            | Kind::Unlabelled
            | Kind::Views => (each(&data, kind, context)?, 1),
        };
        Self::of(data, kind, context, layout, needed)
    }

    /// Cuts a split into rows to measure on: in order, every token a target at most once, the last row filled up.
    ///
    /// # Errors
    /// When not one row comes out, when the data is of another kind, and when it cannot be read.
    pub fn to_measure(data: impl Into<Data>, kind: Kind, context: usize) -> Result<Self, EngineError> {
        let data = data.into();
        let n_tokens = data.tokens().map_or(0, Tokens::len) as usize;
        let windows = |n: usize| Layout::Windows { n: n.div_ceil(context), slack: 0 };
        let (layout, needed) = match kind {
            Kind::Text => (windows(n_tokens.saturating_sub(1)), 2),
            Kind::Masked => (windows(n_tokens), 1),
            Kind::Records
            | Kind::Labelled
            | Kind::Numbered
            | Kind::Pairs
            | Kind::Captions
            | Kind::Unlabelled
            | Kind::Views => (each(&data, kind, context)?, 1),
        };
        Self::of(data, kind, context, layout, needed)
    }

    fn of(data: Data, kind: Kind, context: usize, layout: Layout, needed: usize) -> Result<Self, EngineError> {
        let (unit, found) = match &layout {
            Layout::Windows { .. } => ("token(s)", data.tokens().map_or(0, Tokens::len) as usize),
            Layout::Packs(_) => ("record(s) with a response within `context`", 0),
            Layout::Each(_) => ("record(s)", 0),
        };
        if data.tokens().is_none() && matches!(layout, Layout::Windows { .. }) {
            return Err(unfit(&data, kind));
        }
        if layout.len() == 0 {
            let (dataset, split) = (data.names().0.to_owned(), data.names().1.to_owned());
            return Err(EngineError::NotEnoughData { dataset, split, unit, found, needed });
        }
        // Every document ends with the end token, so the last token of all is it.
        let end = match data.tokens() {
            Some(tokens) => tokens.window(tokens.len() - 1..tokens.len())?[0],
            None => 0,
        };
        Ok(Self { data, kind, context, layout, end, attention: Attention::default(), hiding: None })
    }

    /// Returns the same rows, in which documents end what is looked at or do not. Where they do and tokens are hidden, a row holds whole
    /// documents, as many as fit: what stands on both sides of a hidden token is what tells it.
    ///
    /// # Errors
    /// When the data cannot be read any more.
    pub fn looking(mut self, attention: Attention) -> Result<Self, EngineError> {
        self.attention = attention;
        if let (Kind::Masked, Attention::WithinDocument, Some(tokens)) = (self.kind, attention, self.data.tokens()) {
            self.layout = Layout::Packs(pack(tokens, self.context, self.kind)?);
        }
        Ok(self)
    }

    /// Returns the same rows, of which a share of the tokens is hidden; a [`Kind::Masked`] needs it.
    ///
    /// # Errors
    /// When the tokenizer has no token that hides another.
    pub fn hiding(self, share: f64) -> Result<Self, EngineError> {
        let hiding = self.data.tokens().map(|tokens| Hiding::new(tokens, share)).transpose()?;
        Ok(Self { hiding, ..self })
    }

    /// Returns the name of the dataset.
    pub fn dataset(&self) -> &str {
        self.data.names().0
    }

    /// Returns what the rows are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the shape of the features of a record, where there are any.
    pub fn shape(&self) -> Option<&[usize]> {
        self.data.features().map(FeatureFile::shape)
    }

    /// Returns the number of rows, which every epoch visits once.
    pub fn len(&self) -> usize {
        self.layout.len()
    }

    /// Returns how many records each of so many classes has.
    ///
    /// # Errors
    /// When the data cannot be read any more.
    pub fn records_of_classes(&self, n_classes: usize) -> Result<Vec<u64>, EngineError> {
        let mut records = vec![0; n_classes];
        for number in 0..self.len() as u64 {
            if let Label::Class(class) = self.data.label(number)?
                && let Some(n) = records.get_mut(class as usize)
            {
                *n += 1;
            }
        }
        Ok(records)
    }

    /// Returns the length of a row, in tokens; 1 where there are none, so that records are counted.
    pub fn context(&self) -> usize {
        self.context
    }

    /// Returns the tokens and the label of a row; `shift` is that of the epoch, or 0.
    ///
    /// # Errors
    /// When the data cannot be read any more.
    pub fn row(&self, index: usize, shift: usize) -> Result<Row, EngineError> {
        let is_masked = self.kind == Kind::Masked;
        let mut row = match (&self.layout, self.data.tokens()) {
            (Layout::Windows { .. }, Some(tokens)) => self.window(tokens, index, shift, !is_masked)?,
            (Layout::Packs(firsts), Some(tokens)) => {
                let next = firsts.get(index + 1).copied().unwrap_or(tokens.n_documents());
                self.packed(tokens, firsts[index]..next)?
            }
            (Layout::Each(_), _) | (_, None) => return self.single(index as u64),
        };
        if let Some(starts) = &mut row.starts {
            if !is_masked {
                // Nothing in a document tells how the next begins.
                starts.iter().for_each(|start| row.is_target[*start] = false);
            }
            starts.insert(row.tokens.len());
        }
        let length = self.context + usize::from(!is_masked);
        row.tokens.resize(length, self.end);
        row.is_target.resize(length, false);
        Ok(row)
    }
}
