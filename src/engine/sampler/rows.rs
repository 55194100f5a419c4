//! How the tokens of a split are cut into rows of one length.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::engine::error::EngineError;
use crate::engine::sampler::labelled::fitted;
use crate::engine::seed;
use crate::engine::tokens::Tokens;
use crate::recipe::training::Attention;

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
    /// Where documents begin, where they end what is looked at.
    pub starts: Option<BTreeSet<usize>>,
}

/// The rows of a split.
#[derive(Debug)]
pub struct Rows {
    tokens: Tokens,
    context: usize,
    layout: Layout,
    /// What rows are filled up with.
    end: u32,
    attention: Attention,
}

#[derive(Debug)]
enum Layout {
    /// So many windows, and so many tokens left over, by which the windows of an epoch may be shifted.
    Windows { n: usize, slack: usize },
    /// The first document of each row; the row holds what fits of those up to the next row's first.
    Packs(Vec<u64>),
    /// Records with classes: one a row.
    Labelled,
}

impl Rows {
    /// Cuts the tokens of a split into rows to learn from.
    ///
    /// # Errors
    /// When not one row comes out, and when the tokens cannot be read.
    pub fn to_learn(tokens: Tokens, kind: Kind, context: usize) -> Result<Self, EngineError> {
        let layout = match kind {
            Kind::Text => {
                let inputs = tokens.len().saturating_sub(1) as usize;
                Layout::Windows { n: inputs / context, slack: inputs % context }
            }
            Kind::Records => Layout::Packs(pack(&tokens, context + 1)?),
            Kind::Labelled => labelled(&tokens)?,
        };
        Self::of(tokens, context, layout, if kind == Kind::Text { context + 1 } else { 1 })
    }

    /// Cuts the tokens of a split into rows to measure on: in order, every token a target at most once, the last row
    /// filled up.
    ///
    /// # Errors
    /// When not one row comes out, and when the tokens cannot be read.
    pub fn to_measure(tokens: Tokens, kind: Kind, context: usize) -> Result<Self, EngineError> {
        let layout = match kind {
            Kind::Text => Layout::Windows { n: (tokens.len().saturating_sub(1) as usize).div_ceil(context), slack: 0 },
            Kind::Records => Layout::Packs(pack(&tokens, context + 1)?),
            Kind::Labelled => labelled(&tokens)?,
        };
        Self::of(tokens, context, layout, if kind == Kind::Text { 2 } else { 1 })
    }

    fn of(tokens: Tokens, context: usize, layout: Layout, needed: usize) -> Result<Self, EngineError> {
        let (n, unit, found) = match &layout {
            Layout::Windows { n, .. } => (*n, "token(s)", tokens.len() as usize),
            Layout::Packs(firsts) => (firsts.len(), "record(s) with a response within `context`", 0),
            Layout::Labelled => (tokens.n_documents() as usize, "record(s)", 0),
        };
        if n == 0 {
            let Tokens { dataset, split, .. } = tokens;
            return Err(EngineError::NotEnoughData { dataset, split, unit, found, needed });
        }
        // Every document ends with the end token, so the last token of all is it.
        let end = tokens.window(tokens.len() - 1..tokens.len())?[0];
        Ok(Self { tokens, context, layout, end, attention: Attention::default() })
    }

    /// Returns the same rows, in which documents end what is looked at or do not.
    pub fn looking(self, attention: Attention) -> Self {
        Self { attention, ..self }
    }

    /// Returns the number of rows, which every epoch visits once.
    pub fn len(&self) -> usize {
        match &self.layout {
            Layout::Windows { n, .. } => *n,
            Layout::Packs(firsts) => firsts.len(),
            Layout::Labelled => self.tokens.n_documents() as usize,
        }
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
            Layout::Packs(_) | Layout::Labelled => 0,
        };
        Epoch { number: epoch, order, shift }
    }

    /// Returns a row; `shift` is that of the epoch, or 0.
    ///
    /// # Errors
    /// When the tokens cannot be read any more.
    pub fn row(&self, index: usize, shift: usize) -> Result<Row, EngineError> {
        let mut row = match &self.layout {
            Layout::Windows { .. } => {
                let start = (index * self.context + shift) as u64;
                let places = start..self.tokens.len().min(start + self.context as u64 + 1);
                let tokens = self.tokens.window(places.clone())?;
                let starts = match self.attention {
                    Attention::AcrossDocuments => None,
                    Attention::WithinDocument => Some(self.tokens.starts_within(places)?),
                };
                // Running text is learnt whole, also that of records.
                Row { is_target: vec![true; tokens.len()], tokens, starts, class: None }
            }
            Layout::Packs(firsts) => {
                let next = firsts.get(index + 1).copied().unwrap_or(self.tokens.n_documents());
                self.records(firsts[index]..next)?
            }
            Layout::Labelled => return self.labelled_row(index as u64),
        };
        if let Some(starts) = &mut row.starts {
            starts.insert(row.tokens.len());
            // Nothing in a document tells how the next begins.
            starts.iter().filter(|start| **start < row.tokens.len()).for_each(|start| row.is_target[*start] = false);
        }
        row.tokens.resize(self.context + 1, self.end);
        row.is_target.resize(self.context + 1, false);
        Ok(row)
    }

    /// Returns a record with its class.
    fn labelled_row(&self, number: u64) -> Result<Row, EngineError> {
        let document = self.tokens.documents(number..number + 1).next().expect("there is a document for every row")?;
        let tokens = fitted(self.tokens.window(document)?, self.context);
        Ok(Row { tokens, is_target: Vec::new(), starts: None, class: self.tokens.label(number)? })
    }

    /// Returns the documents that have targets, one behind the other.
    fn records(&self, documents: Range<u64>) -> Result<Row, EngineError> {
        let starts = (self.attention == Attention::WithinDocument).then(BTreeSet::new);
        let mut row = Row { tokens: Vec::with_capacity(self.context + 1), is_target: Vec::new(), starts, class: None };
        for document in self.tokens.documents(documents) {
            let record = shorten(document?, self.context + 1);
            let is_target = self.tokens.are_targets(record.clone())?;
            if is_learnt(&is_target) {
                if let Some(starts) = &mut row.starts {
                    starts.insert(row.tokens.len());
                }
                row.tokens.extend(self.tokens.window(record)?);
                row.is_target.extend(is_target);
            }
        }
        Ok(row)
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

/// Returns the layout of a split whose classes are known.
fn labelled(tokens: &Tokens) -> Result<Layout, EngineError> {
    match tokens.has_labels() {
        true => Ok(Layout::Labelled),
        false => Err(EngineError::Tokens {
            dataset: tokens.dataset.clone(),
            reason: "a classifier reads records with classes, and the file has no `labels`".into(),
        }),
    }
}

/// Packs whole records into rows, in order; one longer than a row is cut, one without targets left out.
///
/// Returns the first document of each row.
fn pack(tokens: &Tokens, length: usize) -> Result<Vec<u64>, EngineError> {
    let (mut firsts, mut room) = (Vec::new(), 0);
    for (number, document) in tokens.documents(0..tokens.n_documents()).enumerate() {
        let record = shorten(document?, length);
        let size = record.end - record.start;
        if !is_learnt(&tokens.are_targets(record)?) {
            continue;
        }
        if size > room {
            firsts.push(number as u64);
            room = length as u64;
        }
        room -= size;
    }
    Ok(firsts)
}

fn shorten(document: Range<u64>, length: usize) -> Range<u64> {
    document.start..document.end.min(document.start + length as u64)
}

/// Returns whether there is something to learn; the first token of a row is never predicted.
fn is_learnt(is_target: &[bool]) -> bool {
    is_target.iter().skip(1).any(|is| *is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tokens::tests::tokens as of;

    fn tokens(n: u32, starts: &[u64], mask: Option<Vec<u8>>) -> Tokens {
        of("d", &(0..n).collect::<Vec<_>>(), starts, mask.as_deref())
    }

    #[test]
    fn windows_of_an_epoch_cover_every_token_but_the_slack() {
        let rows = Rows::to_learn(tokens(23, &[0], None), Kind::Text, 5).unwrap();
        let epoch = rows.epoch(1, 0);
        let mut inputs: Vec<u32> =
            epoch.order.iter().flat_map(|i| rows.row(*i as usize, epoch.shift).unwrap().tokens[..5].to_vec()).collect();
        inputs.sort_unstable();
        assert_eq!(inputs, (epoch.shift as u32..epoch.shift as u32 + 20).collect::<Vec<_>>());
        assert_ne!(rows.epoch(1, 1), rows.epoch(1, 2));
    }

    #[test]
    fn measuring_counts_every_token_but_the_first_once() {
        let rows = Rows::to_measure(tokens(23, &[0], None), Kind::Text, 5).unwrap();
        let counted: usize =
            (0..rows.len()).map(|i| rows.row(i, 0).unwrap().is_target[1..].iter().filter(|is| **is).count()).sum();
        assert_eq!(counted, 22);
    }

    #[test]
    fn records_stay_whole_and_padding_does_not_count() {
        let mask = vec![0, 1, 1, 0, 1, 0, 0, 0, 1, 1];
        let rows = Rows::to_learn(tokens(10, &[0, 3, 5, 7], Some(mask)), Kind::Records, 5).unwrap();
        assert_eq!(rows.len(), 2, "the record without a target is left out");
        assert_eq!(rows.row(0, 0).unwrap().tokens, [0, 1, 2, 3, 4, 9]);
        assert_eq!(rows.row(1, 0).unwrap().is_target, [false, true, true, false, false, false]);
    }

    #[test]
    fn documents_end_what_is_looked_at_where_that_is_asked_for() {
        let text = Rows::to_learn(tokens(11, &[0, 3, 4, 9], None), Kind::Text, 5).unwrap();
        assert_eq!(text.row(0, 0).unwrap().starts, None);
        let text = text.looking(Attention::WithinDocument);
        let row = text.row(1, 0).unwrap();
        assert_eq!((row.tokens.as_slice(), row.starts), (&[5, 6, 7, 8, 9, 10][..], Some([4, 6].into())));
        assert_eq!(row.is_target, [true, true, true, true, false, true]);
        let records = Rows::to_learn(tokens(11, &[0, 3, 4, 9], None), Kind::Records, 6).unwrap();
        let row = records.looking(Attention::WithinDocument).row(0, 0).unwrap();
        assert_eq!((row.tokens.as_slice(), row.starts), (&[0, 1, 2, 10, 10, 10, 10][..], Some([0, 3].into())));
        let batch = crate::engine::sampler::Batch::of(&[text.row(0, 0).unwrap(), text.row(1, 0).unwrap()], 5);
        let (numbers, places) = batch.documents.unwrap();
        assert_eq!(numbers, [1, 1, 1, 2, 3, 0, 0, 0, 0, 1]);
        assert_eq!(places, [0, 1, 2, 0, 0, 0, 1, 2, 3, 0]);
    }

    #[test]
    fn a_split_shorter_than_a_row_is_refused() {
        assert!(Rows::to_learn(tokens(5, &[0], None), Kind::Text, 5).is_err());
        assert!(Rows::to_measure(tokens(1, &[0], None), Kind::Text, 5).is_err());
        assert!(Rows::to_learn(tokens(5, &[0], Some(vec![0; 5])), Kind::Records, 5).is_err());
    }
}
