//! The sampler: what is in which row of which step, whatever the data is.
//!
//! **Invariant:** the rows are a function of the data, the seed and the cursor alone, so that a training that goes on
//! sees what it would have seen.

pub mod data;
pub mod hiding;
pub mod row;
pub mod rows;
pub mod filled;
pub mod cursor;
pub mod prefetch;
pub mod labelled;
#[cfg(test)]
mod tests;

pub use cursor::{Cursor, Source};
pub use data::Data;
pub use labelled::Dealer;
pub use prefetch::{Prefetch, StepData};
pub use row::{Kind, Row};
pub use rows::Rows;

/// The rows of one micro-batch, on the host; which parts are there, its `kind` decides.
///
/// | kind | `inputs` | `targets`, `mask` | `lengths` | besides |
/// |---|---|---|---|---|
/// | text, records | `[rows, context]` | the next token of each place | | `documents` |
/// | masked | `[rows, context]`, some hidden | what is hidden | | `documents` |
/// | labelled, numbered | of texts: filled up to the longest, else empty | | of texts | `classes` or `numbers`; of pictures and sounds: `features` |
/// | pairs | chosen, rejected, chosen, …; filled up to the longest | the next token of each place, 0 behind a row's end | yes | |
/// | captions | filled up to the longest | | yes | `features` |
/// | unlabelled | | | | `features` |
/// | views | | | | `features`, `second_view` |
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// What the rows are.
    pub kind: Kind,
    /// The number of rows; of pairs, two for each.
    pub rows: usize,
    /// The length of a row, in tokens; 1 where there are no tokens, so that records are counted.
    pub context: usize,
    /// What the model reads, row by row.
    pub inputs: Vec<i64>,
    /// What it is to predict at each place.
    pub targets: Vec<i64>,
    /// 1 where the prediction counts, else 0.
    pub mask: Vec<f32>,
    /// Where documents end what is looked at, the document of each place within its row, and its place within the document.
    pub documents: Option<(Vec<i64>, Vec<i64>)>,
    /// The tokens of each row, at least 1, where rows are filled up.
    pub lengths: Option<Vec<usize>>,
    /// The class of each row.
    pub classes: Option<Vec<i64>>,
    /// The number that is told of each row.
    pub numbers: Option<Vec<f32>>,
    /// The picture or the sound of each row; while a model learns, changed as the dataset's `augment` says.
    pub features: Option<Features>,
    /// The same records, changed otherwise.
    pub second_view: Option<Features>,
    /// A number for each row, a function of the seed, the dataset, the epoch and the record: what else is drawn for the row
    /// (noise, masks) is drawn from it, so that it is drawn alike when the training goes on.
    pub keys: Vec<u64>,
}

/// The numbers of some pictures or sounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// Record after record.
    pub values: Vec<f32>,
    /// The shape of one record: `[channels, height, width]`, or `[frames, mels]`.
    pub shape: Vec<usize>,
}

impl Batch {
    /// Returns a batch without rows.
    fn empty(kind: Kind, context: usize) -> Self {
        Self {
            kind,
            rows: 0,
            context,
            inputs: vec![],
            targets: vec![],
            mask: vec![],
            documents: None,
            lengths: None,
            classes: None,
            numbers: None,
            features: None,
            second_view: None,
            keys: vec![],
        }
    }

    /// Returns how many predictions count: targets, records or pairs.
    pub fn n_targets(&self) -> f64 {
        match self.kind {
            Kind::Text | Kind::Records | Kind::Masked => self.mask.iter().map(|weight| f64::from(*weight)).sum(),
            Kind::Labelled | Kind::Numbered | Kind::Captions | Kind::Unlabelled | Kind::Views => self.rows as f64,
            Kind::Pairs => self.rows as f64 / 2.0,
        }
    }
}
