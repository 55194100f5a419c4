//! How the tokens of a split are cut into rows of one length.

use std::ops::Range;

use crate::engine::error::EngineError;
use crate::engine::sampler::labelled::fitted;
use crate::engine::seed;
use crate::engine::tokens::Tokens;

/// What a row is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Running text: documents follow one another, and a row begins anywhere.
    Text,
    /// Records: a row holds whole ones, and is filled up with tokens that do not count.
    Records,
    /// Records with classes: each is a row, as long as it is.
    Labelled,
}

/// A row: one token more than the context, and which of them are targets; of a record with a class, its tokens alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The tokens.
    pub tokens: Vec<u32>,
    /// Whether each is a target.
    pub is_target: Vec<bool>,
    /// The class, of a record that has one.
    pub class: Option<u32>,
}

/// The rows of a split.
#[derive(Debug)]
pub struct Rows {
    tokens: Tokens,
    context: usize,
    layout: Layout,
}

#[derive(Debug)]
enum Layout {
    /// So many windows, and so many tokens left over, by which the windows of an epoch may be shifted.
    Windows { n: usize, slack: usize },
    /// The records of each row.
    Packs(Vec<Vec<Range<usize>>>),
    /// The record of each row.
    Labelled(Vec<Range<usize>>),
}

impl Rows {
    /// Cuts the tokens of a split into rows to learn from.
    ///
    /// # Errors
    /// When not one row comes out.
    pub fn to_learn(tokens: Tokens, kind: Kind, context: usize) -> Result<Self, EngineError> {
        let layout = match kind {
            Kind::Text => {
                let n = tokens.tokens.len().saturating_sub(1) / context;
                Layout::Windows { n, slack: tokens.tokens.len().saturating_sub(1) - n * context }
            }
            Kind::Records => Layout::Packs(pack(&tokens, context + 1)),
            Kind::Labelled => labelled(&tokens)?,
        };
        let rows = Self { tokens, context, layout };
        rows.or_too_few(if kind == Kind::Text { context + 1 } else { 1 })
    }

    /// Cuts the tokens of a split into rows to measure on: in order, every token a target at most once, the last row
    /// filled up.
    ///
    /// # Errors
    /// When not one row comes out.
    pub fn to_measure(tokens: Tokens, kind: Kind, context: usize) -> Result<Self, EngineError> {
        let layout = match kind {
            Kind::Text => Layout::Windows { n: tokens.tokens.len().saturating_sub(1).div_ceil(context), slack: 0 },
            Kind::Records => Layout::Packs(pack(&tokens, context + 1)),
            Kind::Labelled => labelled(&tokens)?,
        };
        let rows = Self { tokens, context, layout };
        rows.or_too_few(if kind == Kind::Text { 2 } else { 1 })
    }

    fn or_too_few(self, needed: usize) -> Result<Self, EngineError> {
        if !self.is_empty() {
            return Ok(self);
        }
        let (unit, found) = match &self.layout {
            Layout::Windows { .. } => ("token(s)", self.tokens.tokens.len()),
            Layout::Packs(_) => ("record(s) with a response within `context`", 0),
            Layout::Labelled(_) => ("record(s)", 0),
        };
        let Tokens { dataset, split, .. } = self.tokens;
        Err(EngineError::NotEnoughData { dataset, split, unit, found, needed })
    }

    /// Returns the number of rows, which every epoch visits once.
    pub fn len(&self) -> usize {
        match &self.layout {
            Layout::Windows { n, .. } => *n,
            Layout::Packs(packs) => packs.len(),
            Layout::Labelled(records) => records.len(),
        }
    }

    /// Returns whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the length of a row, in tokens.
    pub fn context(&self) -> usize {
        self.context
    }

    /// Returns the order of the rows in an epoch, and by how much its windows are shifted.
    pub fn epoch(&self, seed: u64, epoch: u64) -> Epoch {
        let mut rng = seed::stream(seed, &format!("shuffle/{}/{epoch}", self.tokens.dataset));
        let order = seed::permutation(&mut rng, self.len());
        let shift = match self.layout {
            Layout::Windows { slack, .. } => seed::below(&mut rng, slack + 1),
            Layout::Packs(_) | Layout::Labelled(_) => 0,
        };
        Epoch { number: epoch, order, shift }
    }

    /// Returns a row; `shift` is that of the epoch, or 0.
    pub fn row(&self, index: usize, shift: usize) -> Row {
        if let Layout::Labelled(records) = &self.layout {
            let tokens = fitted(self.tokens.tokens[records[index].clone()].to_vec(), self.context);
            let class = self.tokens.labels.as_ref().map(|labels| labels[index]);
            return Row { tokens, is_target: Vec::new(), class };
        }
        let (mut tokens, mut is_target) = (Vec::with_capacity(self.context + 1), Vec::with_capacity(self.context + 1));
        let mut take = |range: Range<usize>| {
            tokens.extend_from_slice(&self.tokens.tokens[range.clone()]);
            match &self.tokens.loss_mask {
                // Running text is learnt whole, also that of records.
                Some(mask) if matches!(self.layout, Layout::Packs(_)) => {
                    is_target.extend(mask[range].iter().map(|weight| *weight != 0))
                }
                Some(_) | None => is_target.resize(tokens.len(), true),
            }
        };
        match &self.layout {
            Layout::Windows { .. } => {
                let start = index * self.context + shift;
                take(start..(start + self.context + 1).min(self.tokens.tokens.len()));
            }
            Layout::Packs(packs) => packs[index].iter().cloned().for_each(take),
            Layout::Labelled(_) => {}
        }
        // Every document ends with the end token, so the last token of all is it.
        let end = self.tokens.tokens.last().copied().unwrap_or(0);
        tokens.resize(self.context + 1, end);
        is_target.resize(self.context + 1, false);
        Row { tokens, is_target, class: None }
    }
}

/// The order of the rows in one epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// The number of the epoch, from 0.
    pub number: u64,
    /// The rows in the order in which they are visited.
    pub order: Vec<u32>,
    /// By how many tokens the windows are shifted.
    pub shift: usize,
}

/// Returns the records of a split whose classes are known, each a row.
fn labelled(tokens: &Tokens) -> Result<Layout, EngineError> {
    match tokens.labels {
        Some(_) => Ok(Layout::Labelled(tokens.documents().collect())),
        None => Err(EngineError::Tokens {
            dataset: tokens.dataset.clone(),
            reason: "a classifier reads records with classes, and the file has no `labels`".into(),
        }),
    }
}

/// Puts records into rows of `length` tokens, in order; longer records lose their end, and then count only with a target left.
fn pack(tokens: &Tokens, length: usize) -> Vec<Vec<Range<usize>>> {
    let is_target = |place: usize| tokens.loss_mask.as_ref().is_none_or(|mask| mask[place] != 0);
    let mut packs: Vec<Vec<Range<usize>>> = Vec::new();
    let mut room = 0;
    for document in tokens.documents() {
        let record = document.start..document.end.min(document.start + length);
        // The first token of a row is never predicted.
        if !record.clone().skip(1).any(is_target) {
            continue;
        }
        if record.len() > room {
            packs.push(Vec::new());
            room = length;
        }
        room -= record.len();
        packs.last_mut().expect("a row was just opened").push(record);
    }
    packs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(n: u32, starts: &[u64], mask: Option<Vec<u8>>) -> Tokens {
        let (dataset, split) = ("d".into(), "train".into());
        Tokens { dataset, split, tokens: (0..n).collect(), starts: starts.to_vec(), loss_mask: mask, labels: None }
    }

    #[test]
    fn windows_of_an_epoch_cover_every_token_but_the_slack() {
        let rows = Rows::to_learn(tokens(23, &[0], None), Kind::Text, 5).unwrap();
        let epoch = rows.epoch(1, 0);
        let mut inputs: Vec<u32> =
            epoch.order.iter().flat_map(|i| rows.row(*i as usize, epoch.shift).tokens[..5].to_vec()).collect();
        inputs.sort_unstable();
        assert_eq!(inputs, (epoch.shift as u32..epoch.shift as u32 + 20).collect::<Vec<_>>());
        assert_ne!(rows.epoch(1, 1), rows.epoch(1, 2));
    }

    #[test]
    fn measuring_counts_every_token_but_the_first_once() {
        let rows = Rows::to_measure(tokens(23, &[0], None), Kind::Text, 5).unwrap();
        let counted: usize =
            (0..rows.len()).map(|i| rows.row(i, 0).is_target[1..].iter().filter(|is| **is).count()).sum();
        assert_eq!(counted, 22);
    }

    #[test]
    fn records_stay_whole_and_padding_does_not_count() {
        let mask = vec![0, 1, 1, 0, 1, 0, 0, 0, 1, 1];
        let rows = Rows::to_learn(tokens(10, &[0, 3, 5, 7], Some(mask)), Kind::Records, 5).unwrap();
        assert_eq!(rows.len(), 2, "the record without a target is left out");
        assert_eq!(rows.row(0, 0).tokens, [0, 1, 2, 3, 4, 9]);
        assert_eq!(rows.row(1, 0).is_target, [false, true, true, false, false, false]);
    }

    #[test]
    fn a_split_shorter_than_a_row_is_refused() {
        assert!(Rows::to_learn(tokens(5, &[0], None), Kind::Text, 5).is_err());
        assert!(Rows::to_measure(tokens(1, &[0], None), Kind::Text, 5).is_err());
        assert!(Rows::to_learn(tokens(5, &[0], Some(vec![0; 5])), Kind::Records, 5).is_err());
    }
}
