//! The sampler: which tokens are in which row of which step.
//!
//! **Invariant:** the rows are a function of the data, the seed and the cursor alone, so that a training that goes on
//! sees what it would have seen.

pub mod rows;
pub mod cursor;
pub mod prefetch;
pub mod labelled;

pub use cursor::{Cursor, Sampler, Source};
pub use labelled::{Dealer, Labels};
pub use prefetch::{Prefetch, StepData};
pub use rows::{Kind, Row, Rows};

/// The rows of one micro-batch, on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The number of rows.
    pub rows: usize,
    /// The length of a row, in tokens.
    pub context: usize,
    /// What the model reads, row by row.
    pub inputs: Vec<i64>,
    /// What it is to predict at each place.
    pub targets: Vec<i64>,
    /// 1 where the prediction counts, else 0.
    pub mask: Vec<f32>,
    /// For records with classes: their lengths and classes; then there are no targets and no mask.
    pub labels: Option<Labels>,
    /// Where documents end what is looked at, the document of each place within its row, and its place within the document.
    pub documents: Option<(Vec<i64>, Vec<i64>)>,
}

impl Batch {
    /// Returns the batch of some rows, each one token longer than the context.
    pub fn of(rows: &[Row], context: usize) -> Self {
        let mut batch = Self {
            rows: rows.len(),
            context,
            inputs: vec![],
            targets: vec![],
            mask: vec![],
            documents: None,
            labels: None,
        };
        for row in rows {
            batch.inputs.extend(row.tokens[..context].iter().map(|token| i64::from(*token)));
            batch.targets.extend(row.tokens[1..].iter().map(|token| i64::from(*token)));
            batch.mask.extend(row.is_target[1..].iter().map(|is| f32::from(u8::from(*is))));
            if let Some(starts) = &row.starts {
                let (numbers, places) = batch.documents.get_or_insert_default();
                let (mut number, mut first) = (0, 0);
                for place in 0..context {
                    if starts.contains(&place) {
                        (number, first) = (number + 1, place);
                    }
                    numbers.push(number);
                    places.push((place - first) as i64);
                }
            }
        }
        batch
    }

    /// Returns how many predictions count.
    pub fn n_targets(&self) -> f64 {
        if self.labels.is_some() {
            return self.rows as f64;
        }
        self.mask.iter().map(|weight| f64::from(*weight)).sum()
    }
}
