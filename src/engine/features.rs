//! Features of one split of a dataset, as the dataset stage wrote them: read where they lie, a record at a time.

mod labels;
#[cfg(test)]
pub(crate) mod tests;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use safetensors::Dtype;

use crate::engine::error::EngineError;
use crate::engine::features::labels::Meaning;
use crate::engine::tokens::file::{Bytes, Header, Part};

pub use labels::Label;

/// The numbers that are checked at once.
const PIECE: u64 = 1 << 18;

/// What changes a picture or a sound each time it is learnt from.
pub type Change = Arc<dyn Fn(&[f32], Draw) -> Vec<f32> + Send + Sync>;

/// What decides how a record is changed, and nothing else does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The seed of the run.
    pub seed: u64,
    /// Which look at the record it is: the epoch, or with two views twice the epoch and one more.
    pub look: u64,
    /// The number of the record within its split.
    pub record: u64,
}

/// The features of one split.
pub struct FeatureFile {
    /// The dataset's name, for messages.
    pub dataset: String,
    /// The split's name, for messages.
    pub split: String,
    bytes: Bytes,
    values: Part,
    labels: Part,
    /// The shape of one record.
    shape: Vec<usize>,
    /// The labels that the numbers in the file stand for.
    names: Vec<String>,
    meaning: Meaning,
    change: Option<Change>,
    /// What changes a record whoever reads it, always in the same way.
    spoil: Option<Change>,
}

impl std::fmt::Debug for FeatureFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("FeatureFile").field("dataset", &self.dataset).field("split", &self.split).finish()
    }
}

impl FeatureFile {
    /// Opens the features of a split, and reads them once to check every number; `shape` and `names` are what `labels.json` says.
    ///
    /// # Errors
    /// When the file cannot be read, is no such file, or does not fit `labels.json`, and when a number is not finite.
    pub fn open(
        path: &Path,
        dataset: &str,
        split: &str,
        shape: &[u64],
        names: Vec<String>,
    ) -> Result<Self, EngineError> {
        let (dataset, split) = (dataset.to_owned(), split.to_owned());
        let error = |reason: String| EngineError::Features { dataset: dataset.clone(), split: split.clone(), reason };
        let bytes = Bytes::open(path)?;
        let header = Header::read(&bytes, &error)?;
        let (values, found) = header.tensor("features", Dtype::F32).map_err(&error)?;
        let labels = header.part("labels", &[Dtype::I64]).map_err(&error)?;
        let Some((n, found)) = found.split_first() else { return Err(error("`features` has no dimension".into())) };
        let shape: Vec<usize> = shape.iter().map(|side| *side as usize).collect();
        if *found != shape {
            return Err(error(format!("`features` is of shape {found:?} a record, and `labels.json` says {shape:?}")));
        }
        if labels.n != *n as u64 {
            return Err(error(format!("`features` is of {n} record(s), and `labels` of {}", labels.n)));
        }
        let meaning = Meaning::Nothing;
        let features = Self { dataset, split, bytes, values, labels, shape, names, meaning, change: None, spoil: None };
        features.check()?;
        Ok(features)
    }

    fn check(&self) -> Result<(), EngineError> {
        let size = self.size() as u64;
        for piece in pieces(self.values.n) {
            let first = piece.start;
            if let Some(at) = self.numbers(piece)?.iter().position(|value| !value.is_finite()) {
                let record = (first + at as u64) / size.max(1) + 1;
                return Err(self.wrong(format!("record {record} has a number that is not finite")));
            }
        }
        for piece in pieces(self.labels.n) {
            let first = piece.start;
            let is_known = |label: &i64| (-1..self.names.len() as i64).contains(label);
            if let Some(at) = self.label_numbers(piece)?.iter().position(|label| !is_known(label)) {
                let n = self.names.len();
                let record = first + at as u64 + 1;
                return Err(self.wrong(format!("record {record} has a label that is none of the {n} of `labels.json`")));
            }
        }
        Ok(())
    }

    fn wrong(&self, reason: String) -> EngineError {
        EngineError::Features { dataset: self.dataset.clone(), split: self.split.clone(), reason }
    }

    /// Returns the same features, changed each time they are learnt from.
    #[must_use]
    pub fn changed_by(self, change: Change) -> Self {
        Self { change: Some(change), ..self }
    }

    /// Returns the same features, changed for whoever reads them, always in the same way.
    #[must_use]
    pub fn spoiled_by(self, change: Change) -> Self {
        Self { spoil: Some(change), ..self }
    }

    /// Returns the labels that stand in `labels.json`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns whether the features are changed when they are learnt from.
    pub fn is_changed(&self) -> bool {
        self.change.is_some()
    }

    /// Returns the number of records.
    pub fn len(&self) -> u64 {
        self.labels.n
    }

    /// Returns the shape of one record.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Returns the numbers of a record.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn record(&self, number: u64) -> Result<Vec<f32>, EngineError> {
        let size = self.size() as u64;
        let values = self.numbers(number * size..(number + 1) * size)?;
        Ok(match &self.spoil {
            Some(spoil) => spoil(&values, Draw { seed: 0, look: 0, record: number }),
            None => values,
        })
    }

    /// Returns the numbers of a record, changed as a draw decides where the features are changed at all.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn changed(&self, draw: Draw) -> Result<Vec<f32>, EngineError> {
        let values = self.record(draw.record)?;
        Ok(match &self.change {
            Some(change) => change(&values, draw),
            None => values,
        })
    }

    fn numbers(&self, places: Range<u64>) -> Result<Vec<f32>, EngineError> {
        let data = self.bytes.part(self.values, places)?;
        Ok(data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    fn label_numbers(&self, records: Range<u64>) -> Result<Vec<i64>, EngineError> {
        let data = self.bytes.part(self.labels, records)?;
        Ok(data.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect())
    }
}

fn pieces(n: u64) -> impl Iterator<Item = Range<u64>> {
    (0..n).step_by(PIECE as usize).map(move |start| start..n.min(start + PIECE))
}
