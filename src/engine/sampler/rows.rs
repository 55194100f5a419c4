//! How a split is cut into rows: windows of running text, records that share a row, or a record each.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::engine::error::EngineError;
use crate::engine::features::{Draw, FeatureFile, Label};
use crate::engine::sampler::data::Data;
use crate::engine::sampler::hiding::Hiding;
use crate::engine::sampler::labelled::fitted;
use crate::engine::sampler::row::{Kind, Row};
use crate::engine::seed;
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

#[derive(Debug)]
enum Layout {
    /// So many windows, and so many tokens left over, by which the windows of an epoch may be shifted.
    Windows { n: usize, slack: usize },
    /// The first document of each row; the row holds what fits of those up to the next row's first.
    Packs(Vec<u64>),
    /// So many records or pairs: one a row.
    Each(usize),
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
        let (n, unit, found) = match &layout {
            Layout::Windows { n, .. } => (*n, "token(s)", data.tokens().map_or(0, Tokens::len) as usize),
            Layout::Packs(firsts) => (firsts.len(), "record(s) with a response within `context`", 0),
            Layout::Each(n) => (*n, "record(s)", 0),
        };
        if data.tokens().is_none() && matches!(layout, Layout::Windows { .. }) {
            return Err(unfit(&data, kind));
        }
        if n == 0 {
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

    /// Returns the same rows, in which documents end what is looked at or do not.
    #[must_use]
    pub fn looking(self, attention: Attention) -> Self {
        Self { attention, ..self }
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
        match &self.layout {
            Layout::Windows { n, .. } => *n,
            Layout::Packs(firsts) => firsts.len(),
            Layout::Each(n) => *n,
        }
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

    /// Returns the order of the rows in an epoch, and by how much its windows are shifted.
    pub fn epoch(&self, seed: u64, epoch: u64) -> Epoch {
        let mut rng = seed::stream(seed, &format!("shuffle/{}/{epoch}", self.data.names().0));
        let order = seed::permutation(&mut rng, self.len());
        let shift = match self.layout {
            Layout::Windows { slack, .. } => seed::below(&mut rng, slack + 1),
            Layout::Packs(_) | Layout::Each(_) => 0,
        };
        Epoch { number: epoch, order, shift }
    }

    /// Returns a row to learn from, with everything that is drawn for it in an epoch.
    ///
    /// # Errors
    /// When the data cannot be read any more.
    pub fn learnt(&self, index: usize, shift: usize, seed: u64, epoch: u64) -> Result<Row, EngineError> {
        self.drawn(self.row(index, shift)?, index, Look { seed, epoch, is_learnt: true })
    }

    /// Returns a row to measure on: the same tokens are hidden each time, and pictures and sounds stay as they are, but for two views
    /// of each, which are the same each time.
    ///
    /// # Errors
    /// When the data cannot be read any more.
    pub fn measured(&self, index: usize) -> Result<Row, EngineError> {
        self.drawn(self.row(index, 0)?, index, Look { seed: 0, epoch: 0, is_learnt: false })
    }

    fn drawn(&self, mut row: Row, index: usize, look: Look) -> Result<Row, EngineError> {
        let Look { seed, epoch, is_learnt } = look;
        row.key = seed::number(seed, &format!("row/{}/{epoch}/{index}", self.data.names().0));
        if let Some(hiding) = &self.hiding {
            let (shown, is_hidden) = hiding.hide(&row.tokens, row.is_target.len(), row.key);
            (row.shown, row.is_target) = (Some(shown), is_hidden);
        }
        if let Some(features) = self.data.features() {
            let record = index as u64;
            let changed = |look| features.changed(Draw { seed, look, record }).map(Some);
            if self.kind == Kind::Views {
                (row.features, row.second_view) = (changed(2 * epoch)?, changed(2 * epoch + 1)?);
            } else {
                row.features = if is_learnt { changed(epoch)? } else { Some(features.record(record)?) };
            }
        }
        Ok(row)
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
                self.records(tokens, firsts[index]..next)?
            }
            (Layout::Each(_), _) | (_, None) => return self.record(index as u64),
        };
        if let Some(starts) = &mut row.starts
            && !is_masked
        {
            starts.insert(row.tokens.len());
            // Nothing in a document tells how the next begins.
            starts.iter().filter(|start| **start < row.tokens.len()).for_each(|start| row.is_target[*start] = false);
        }
        let length = self.context + usize::from(!is_masked);
        row.tokens.resize(length, self.end);
        row.is_target.resize(length, false);
        Ok(row)
    }

    /// Returns a window of running text.
    fn window(&self, tokens: &Tokens, index: usize, shift: usize, and_next: bool) -> Result<Row, EngineError> {
        let start = (index * self.context + shift) as u64;
        let places = start..tokens.len().min(start + self.context as u64 + u64::from(and_next));
        let starts = match self.attention {
            Attention::AcrossDocuments => None,
            Attention::WithinDocument => Some(tokens.starts_within(places.clone())?),
        };
        let tokens = tokens.window(places)?;
        // Running text is learnt whole, also that of records.
        Ok(Row { is_target: vec![true; tokens.len()], tokens, starts, ..Row::default() })
    }

    /// Returns a record or a pair.
    fn record(&self, number: u64) -> Result<Row, EngineError> {
        if let (Kind::Pairs, Some(tokens)) = (self.kind, self.data.tokens()) {
            let mut row = self.answer(tokens, 2 * number)?;
            row.rejected = Some(Box::new(self.answer(tokens, 2 * number + 1)?));
            return Ok(row);
        }
        let mut row = Row::default();
        if let Some(tokens) = self.data.tokens() {
            row.tokens = fitted(tokens.window(document(tokens, number)?)?, self.context);
        }
        match self.data.label(number)? {
            Label::Nothing => {}
            Label::Class(class) => row.class = Some(class),
            Label::Number(told) => row.number = Some(told),
        }
        Ok(row)
    }

    /// Returns an answer behind what is asked; of a long one, its end.
    fn answer(&self, tokens: &Tokens, number: u64) -> Result<Row, EngineError> {
        let mut places = document(tokens, number)?;
        places.start = places.start.max(places.end.saturating_sub(self.context as u64 + 1));
        let is_target = tokens.are_targets(places.clone())?;
        Ok(Row { tokens: tokens.window(places)?, is_target, ..Row::default() })
    }

    /// Returns the documents that have targets, one behind the other.
    fn records(&self, tokens: &Tokens, documents: Range<u64>) -> Result<Row, EngineError> {
        let starts = (self.attention == Attention::WithinDocument).then(BTreeSet::new);
        let mut row = Row { tokens: Vec::with_capacity(self.context + 1), starts, ..Row::default() };
        for document in tokens.documents(documents) {
            let record = shorten(document?, self.context + 1);
            let is_target = tokens.are_targets(record.clone())?;
            if is_learnt(&is_target) {
                if let Some(starts) = &mut row.starts {
                    starts.insert(row.tokens.len());
                }
                row.tokens.extend(tokens.window(record)?);
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

/// Which look at a row it is.
#[derive(Debug, Clone, Copy)]
struct Look {
    seed: u64,
    epoch: u64,
    is_learnt: bool,
}

/// Returns the layout of a split of records.
fn each(data: &Data, kind: Kind, context: usize) -> Result<Layout, EngineError> {
    let layout = match (kind, data) {
        (Kind::Records, Data::Tokens(tokens)) => Layout::Packs(pack(tokens, context + 1)?),
        (Kind::Labelled, Data::Tokens(tokens)) if tokens.has_labels() => Layout::Each(tokens.n_documents() as usize),
        (Kind::Numbered, Data::Tokens(tokens)) if tokens.has_numbers() => Layout::Each(tokens.n_documents() as usize),
        (Kind::Pairs, Data::Tokens(tokens)) if tokens.has_loss_mask() && tokens.n_documents().is_multiple_of(2) => {
            Layout::Each(tokens.n_documents() as usize / 2)
        }
        (Kind::Labelled, Data::Features(features)) if features.has_classes() => Layout::Each(features.len() as usize),
        (Kind::Numbered, Data::Features(features)) if features.has_numbers() => Layout::Each(features.len() as usize),
        (Kind::Unlabelled, Data::Features(features)) => Layout::Each(features.len() as usize),
        (Kind::Views, Data::Features(features)) if features.is_changed() => Layout::Each(features.len() as usize),
        (Kind::Captions, Data::Captions(_, features)) => Layout::Each(features.len() as usize),
        (_, Data::Tokens(_) | Data::Features(_) | Data::Captions(..)) => return Err(unfit(data, kind)),
    };
    Ok(layout)
}

/// Says why data is not of a kind.
fn unfit(data: &Data, kind: Kind) -> EngineError {
    let (reason, hint) = match kind {
        Kind::Text | Kind::Records | Kind::Masked => ("it has no texts", "a model of texts reads a dataset of texts"),
        Kind::Labelled => ("its records have no classes", "name the label of every record in the dataset"),
        Kind::Numbered => ("its records have no numbers", "let the label of every record be a number"),
        Kind::Pairs => (
            "its records are no pairs of answers",
            "rows of `chosen` and `rejected`, perhaps with `prompt`, are pairs of answers",
        ),
        Kind::Captions => ("its records have no captions", "write `features` into the dataset, and name its captions"),
        Kind::Unlabelled => ("it has no features", "write `features` into the dataset"),
        Kind::Views => (
            "its records are always the same, and two views of one are to be told from two of others",
            "write `augment` into the dataset's `features`",
        ),
    };
    let dataset = data.names().0.to_owned();
    EngineError::Unfit { dataset, reason: reason.into(), hint: hint.into() }
}

/// Returns the places of a document.
fn document(tokens: &Tokens, number: u64) -> Result<Range<u64>, EngineError> {
    tokens.documents(number..number + 1).next().expect("there is a document for every row")
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
