//! Packed tokens of one split of a dataset, as the tokens stage wrote them.

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::engine::error::EngineError;

/// The tokens of one split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The dataset's name, for messages.
    pub dataset: String,
    /// The split's name, for messages.
    pub split: String,
    /// All documents, one behind the other.
    pub tokens: Vec<u32>,
    /// Where each document begins.
    pub starts: Vec<u64>,
    /// Whether a token is a target; without it all are.
    pub loss_mask: Option<Vec<u8>>,
    /// The class of each document, where a classifier reads them.
    pub labels: Option<Vec<u32>>,
}

impl Tokens {
    /// Reads the tokens of a split from the bytes of its safetensors file.
    ///
    /// # Errors
    /// When the bytes are no such file, and when a token is outside the vocabulary.
    pub fn read(bytes: &[u8], dataset: &str, split: &str, vocab_size: u32) -> Result<Self, EngineError> {
        let error = |reason: String| EngineError::Tokens { dataset: dataset.to_owned(), reason };
        let file = SafeTensors::deserialize(bytes).map_err(|cause| error(cause.to_string()))?;
        let tensor = |name: &str| file.tensor(name).map_err(|cause| error(format!("`{name}`: {cause}")));
        let tokens = read_tokens(&tensor("tokens")?).map_err(&error)?;
        let starts = read_starts(&tensor("starts")?, tokens.len()).map_err(&error)?;
        let loss_mask = file.tensor("loss_mask").ok().map(|view| view.data().to_vec());
        if loss_mask.as_ref().is_some_and(|mask| mask.len() != tokens.len()) {
            return Err(error("`loss_mask` is not as long as `tokens`".into()));
        }
        if let Some(token) = tokens.iter().copied().find(|token| *token >= vocab_size) {
            return Err(EngineError::ForeignToken { dataset: dataset.to_owned(), token, vocab_size });
        }
        let labels = file.tensor("labels").ok().map(|view| read_labels(&view, starts.len())).transpose();
        let labels = labels.map_err(&error)?;
        Ok(Self { dataset: dataset.to_owned(), split: split.to_owned(), tokens, starts, loss_mask, labels })
    }

    /// Checks that every document has one of so many classes.
    ///
    /// # Errors
    /// When one has another, and when there are no classes.
    pub fn check_classes(&self, n_classes: usize) -> Result<(), EngineError> {
        let reason = match &self.labels {
            None => "the file has no `labels`".to_owned(),
            Some(labels) => match labels.iter().find(|label| **label as usize >= n_classes) {
                Some(label) => format!("`labels` has the class {label}, and there are {n_classes}"),
                None => return Ok(()),
            },
        };
        Err(EngineError::Tokens { dataset: self.dataset.clone(), reason })
    }

    /// Returns the places of the documents.
    pub fn documents(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let ends = self.starts.iter().skip(1).map(|start| *start as usize).chain([self.tokens.len()]);
        self.starts.iter().map(|start| *start as usize).zip(ends).map(|(start, end)| start..end)
    }
}

fn read_tokens(view: &TensorView<'_>) -> Result<Vec<u32>, String> {
    let data = view.data();
    match view.dtype() {
        Dtype::U16 => Ok(data.chunks_exact(2).map(|b| u32::from(u16::from_le_bytes([b[0], b[1]]))).collect()),
        Dtype::U32 => Ok(data.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
        other => Err(format!("`tokens` is of type {other:?}: expected U16 or U32")),
    }
}

fn read_labels(view: &TensorView<'_>, n_documents: usize) -> Result<Vec<u32>, String> {
    if view.dtype() != Dtype::U32 || view.shape() != [n_documents] {
        let (dtype, shape) = (view.dtype(), view.shape());
        return Err(format!("`labels` is {dtype:?} {shape:?}: expected a U32 for each of {n_documents} documents"));
    }
    Ok(view.data().chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
}

fn read_starts(view: &TensorView<'_>, n_tokens: usize) -> Result<Vec<u64>, String> {
    if view.dtype() != Dtype::U64 {
        return Err(format!("`starts` is of type {:?}: expected U64", view.dtype()));
    }
    let bytes = |b: &[u8]| u64::from_le_bytes(b.try_into().expect("chunks of 8 bytes"));
    let starts: Vec<u64> = view.data().chunks_exact(8).map(bytes).collect();
    let rises = starts.windows(2).all(|pair| pair[0] <= pair[1]);
    if !rises || starts.last().is_some_and(|last| *last > n_tokens as u64) {
        return Err("`starts` does not rise within `tokens`".into());
    }
    Ok(starts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn file(tokens: &[u16], starts: &[u64], mask: &[u8]) -> Vec<u8> {
        let [t, s]: [Vec<u8>; 2] = [
            tokens.iter().flat_map(|v| v.to_le_bytes()).collect(),
            starts.iter().flat_map(|v| v.to_le_bytes()).collect(),
        ];
        let views = [
            ("tokens", TensorView::new(Dtype::U16, vec![tokens.len()], &t).unwrap()),
            ("starts", TensorView::new(Dtype::U64, vec![starts.len()], &s).unwrap()),
            ("loss_mask", TensorView::new(Dtype::U8, vec![mask.len()], mask).unwrap()),
        ];
        safetensors::serialize(views, Some(HashMap::from([("format".to_owned(), "pt".to_owned())]))).unwrap()
    }

    #[test]
    fn a_written_split_is_read_back() {
        let tokens = Tokens::read(&file(&[5, 6, 7], &[0, 2], &[0, 1, 1]), "d", "train", 8).unwrap();
        assert_eq!(tokens.tokens, [5, 6, 7]);
        assert_eq!(tokens.documents().collect::<Vec<_>>(), [0..2, 2..3]);
        assert_eq!(tokens.loss_mask, Some(vec![0, 1, 1]));
    }

    #[test]
    fn damage_and_foreign_tokens_are_refused() {
        for (bytes, vocab) in [
            (file(&[5, 6], &[0], &[1]), 8),
            (file(&[5, 6], &[1, 0], &[1, 1]), 8),
            (file(&[5, 6], &[0], &[1, 1]), 6),
            (b"no tensors".to_vec(), 8),
        ] {
            assert!(Tokens::read(&bytes, "d", "train", vocab).is_err());
        }
    }
}
