//! Packed tokens of one split of a dataset, as the tokens stage wrote them: read where they lie, a window at a time.
//!
//! Windows are read at their place in the file, and the system keeps what is read often. A memory map would save the
//! copy of a row, some kilobytes; but a file that shrinks under a map ends the process, and here it is an error.

mod documents;
pub(super) mod file;

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use safetensors::Dtype;

use crate::engine::error::EngineError;
use crate::engine::tokens::file::{Bytes, Header, Part};

pub use documents::Documents;

/// The values that are checked at once.
const PIECE: u64 = 1 << 18;

/// The tokens of one split.
#[derive(Debug)]
pub struct Tokens {
    /// The dataset's name, for messages.
    pub dataset: String,
    /// The split's name, for messages.
    pub split: String,
    bytes: Bytes,
    tokens: Part,
    starts: Part,
    loss_mask: Option<Part>,
    labels: Option<Part>,
    numbers: Option<Part>,
    vocab_size: u32,
    special: Option<Special>,
}

/// What hiding tokens takes to know of a tokenizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Special {
    /// The token that hides another.
    pub mask: u32,
    /// The tokens that no text becomes, the mask among them: they are never hidden, and nothing is replaced by them.
    pub all: BTreeSet<u32>,
}

impl Tokens {
    /// Opens the tokens of a split, and reads them once to check every value.
    ///
    /// # Errors
    /// When the file cannot be read or is no such file, and when a token is outside the vocabulary.
    pub fn open(path: &Path, dataset: &str, split: &str, vocab_size: u32) -> Result<Self, EngineError> {
        let bytes = Bytes::open(path)?;
        let error = |reason: String| EngineError::Tokens { dataset: dataset.to_owned(), reason };
        let header = Header::read(&bytes, &error)?;
        let tokens = header.part("tokens", &[Dtype::U16, Dtype::U32]).map_err(&error)?;
        let starts = header.part("starts", &[Dtype::U64]).map_err(&error)?;
        let loss_mask = if header.has("loss_mask") { Some(header.part("loss_mask", &[Dtype::U8])) } else { None };
        let loss_mask = loss_mask.transpose().map_err(&error)?;
        if loss_mask.is_some_and(|mask| mask.n != tokens.n) {
            return Err(error("`loss_mask` is not as long as `tokens`".into()));
        }
        let labels = if header.has("labels") { Some(header.part("labels", &[Dtype::U32])) } else { None };
        let labels = labels.transpose().map_err(&error)?;
        if labels.is_some_and(|labels| labels.n != starts.n) {
            return Err(error("`labels` is not one for each document".into()));
        }
        let numbers = if header.has("numbers") { Some(header.part("numbers", &[Dtype::F32])) } else { None };
        let numbers = numbers.transpose().map_err(&error)?;
        if numbers.is_some_and(|numbers| numbers.n != starts.n) {
            return Err(error("`numbers` is not one for each document".into()));
        }
        let (dataset, split) = (dataset.to_owned(), split.to_owned());
        let tokens =
            Self { dataset, split, bytes, tokens, starts, loss_mask, labels, numbers, vocab_size, special: None };
        tokens.check(vocab_size)?;
        Ok(tokens)
    }

    fn check(&self, vocab_size: u32) -> Result<(), EngineError> {
        for piece in pieces(self.len()) {
            if let Some(token) = self.window(piece)?.into_iter().find(|token| *token >= vocab_size) {
                return Err(EngineError::ForeignToken { dataset: self.dataset.clone(), token, vocab_size });
            }
        }
        let mut last = None;
        for piece in pieces(self.n_documents()) {
            for start in self.starts(piece)? {
                if last.is_some_and(|last| start <= last) || start >= self.len() || (last.is_none() && start > 0) {
                    let (dataset, reason) = (self.dataset.clone(), "`starts` does not rise within `tokens`".into());
                    return Err(EngineError::Tokens { dataset, reason });
                }
                last = Some(start);
            }
        }
        Ok(())
    }

    /// Checks that every document has one of so many classes.
    ///
    /// # Errors
    /// When one has another, and when there are no classes.
    pub fn check_classes(&self, n_classes: usize) -> Result<(), EngineError> {
        let wrong = |reason: String| Err(EngineError::Tokens { dataset: self.dataset.clone(), reason });
        let Some(labels) = self.labels else { return wrong("the file has no `labels`".to_owned()) };
        for piece in pieces(labels.n) {
            let found = self.labels(labels, piece)?;
            if let Some(label) = found.into_iter().find(|label| *label as usize >= n_classes) {
                return wrong(format!("`labels` has the class {label}, and there are {n_classes}"));
            }
        }
        Ok(())
    }

    /// Checks that every document has a number.
    ///
    /// # Errors
    /// When there are none, and when one is not finite.
    pub fn check_numbers(&self) -> Result<(), EngineError> {
        let wrong = |reason: String| Err(EngineError::Tokens { dataset: self.dataset.clone(), reason });
        let Some(numbers) = self.numbers else { return wrong("the file has no `numbers`".to_owned()) };
        for piece in pieces(numbers.n) {
            if self.numbers(numbers, piece)?.iter().any(|number| !number.is_finite()) {
                return wrong("`numbers` has one that is not finite".to_owned());
            }
        }
        Ok(())
    }

    /// Returns the number that is told of a document, where there are numbers.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn number(&self, document: u64) -> Result<Option<f32>, EngineError> {
        let Some(numbers) = self.numbers else { return Ok(None) };
        Ok(self.numbers(numbers, document..document + 1)?.first().copied())
    }

    fn numbers(&self, numbers: Part, documents: Range<u64>) -> Result<Vec<f32>, EngineError> {
        let data = self.bytes.part(numbers, documents)?;
        Ok(data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// Returns the same tokens, of which some can be hidden.
    #[must_use]
    pub fn with_special(self, special: Special) -> Self {
        Self { special: Some(special), ..self }
    }

    /// Returns what hiding tokens takes to know, where it is known.
    pub fn special(&self) -> Option<&Special> {
        self.special.as_ref()
    }

    /// Returns the size of the vocabulary.
    pub fn vocab_size(&self) -> u32 {
        self.vocab_size
    }

    /// Returns whether every document has a number.
    pub fn has_numbers(&self) -> bool {
        self.numbers.is_some()
    }

    /// Returns whether every document has a class.
    pub fn has_labels(&self) -> bool {
        self.labels.is_some()
    }

    /// Returns the class of a document, where there are classes.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn label(&self, document: u64) -> Result<Option<u32>, EngineError> {
        let Some(labels) = self.labels else { return Ok(None) };
        Ok(self.labels(labels, document..document + 1)?.first().copied())
    }

    fn labels(&self, labels: Part, documents: Range<u64>) -> Result<Vec<u32>, EngineError> {
        let data = self.bytes.part(labels, documents)?;
        Ok(data.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
    }

    /// Returns the number of tokens.
    pub fn len(&self) -> u64 {
        self.tokens.n
    }

    /// Returns the number of documents.
    pub fn n_documents(&self) -> u64 {
        self.starts.n
    }

    /// Returns whether only some tokens are targets.
    pub fn has_loss_mask(&self) -> bool {
        self.loss_mask.is_some()
    }

    /// Returns the tokens at some places.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn window(&self, places: Range<u64>) -> Result<Vec<u32>, EngineError> {
        let data = self.bytes.part(self.tokens, places)?;
        Ok(match self.tokens.dtype {
            Dtype::U16 => data.as_chunks::<2>().0.iter().map(|bytes| u32::from(u16::from_le_bytes(*bytes))).collect(),
            _ => data.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(), // The only other type.
        })
    }

    /// Returns whether the tokens at some places are targets.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn are_targets(&self, places: Range<u64>) -> Result<Vec<bool>, EngineError> {
        let Some(mask) = self.loss_mask else { return Ok(vec![true; (places.end - places.start) as usize]) };
        Ok(self.bytes.part(mask, places)?.into_iter().map(|bit| bit != 0).collect())
    }

    /// Returns where some documents begin.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn starts(&self, documents: Range<u64>) -> Result<Vec<u64>, EngineError> {
        let data = self.bytes.part(self.starts, documents)?;
        Ok(data.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
    }

    /// Returns where documents begin within some places, counted from the first of them.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn starts_within(&self, places: Range<u64>) -> Result<BTreeSet<usize>, EngineError> {
        let (mut low, mut high) = (0, self.n_documents());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.starts(middle..middle + 1)?[0] < places.start { low = middle + 1 } else { high = middle }
        }
        let most = self.n_documents().min(low + (places.end - places.start));
        let starts = self.starts(low..most)?.into_iter().take_while(|start| *start < places.end);
        Ok(starts.map(|start| (start - places.start) as usize).collect())
    }

    /// Returns the places of some documents, in order.
    pub fn documents(&self, documents: Range<u64>) -> Documents<'_> {
        Documents::new(self, documents)
    }
}

fn pieces(n: u64) -> impl Iterator<Item = Range<u64>> {
    (0..n).step_by(PIECE as usize).map(move |start| start..n.min(start + PIECE))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use safetensors::tensor::TensorView;
    use std::collections::HashMap;
    use std::io::Write as _;

    fn file(tokens: &[u16], starts: &[u64], mask: Option<&[u8]>) -> Vec<u8> {
        let [t, s]: [Vec<u8>; 2] = [
            tokens.iter().flat_map(|v| v.to_le_bytes()).collect(),
            starts.iter().flat_map(|v| v.to_le_bytes()).collect(),
        ];
        let mut views = vec![
            ("tokens", TensorView::new(Dtype::U16, vec![tokens.len()], &t).unwrap()),
            ("starts", TensorView::new(Dtype::U64, vec![starts.len()], &s).unwrap()),
        ];
        views.extend(mask.map(|mask| ("loss_mask", TensorView::new(Dtype::U8, vec![mask.len()], mask).unwrap())));
        serialized(views)
    }

    fn serialized(views: Vec<(&str, TensorView<'_>)>) -> Vec<u8> {
        safetensors::serialize(views, Some(HashMap::from([("format".to_owned(), "pt".to_owned())]))).unwrap()
    }

    /// Writes a file, opens it and removes it again: it lives as long as somebody reads it.
    fn opened(bytes: &[u8], dataset: &str, vocab_size: u32) -> Result<Tokens, EngineError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        Tokens::open(file.path(), dataset, "train", vocab_size)
    }

    /// The tokens of a dataset whose documents have classes.
    pub(crate) fn labelled(dataset: &str, values: &[u32], starts: &[u64], labels: &[u32]) -> Tokens {
        let [t, l]: [Vec<u8>; 2] = [values, labels].map(|values| values.iter().flat_map(|v| v.to_le_bytes()).collect());
        let s: Vec<u8> = starts.iter().flat_map(|v| v.to_le_bytes()).collect();
        let bytes = serialized(vec![
            ("tokens", TensorView::new(Dtype::U32, vec![values.len()], &t).unwrap()),
            ("starts", TensorView::new(Dtype::U64, vec![starts.len()], &s).unwrap()),
            ("labels", TensorView::new(Dtype::U32, vec![labels.len()], &l).unwrap()),
        ]);
        opened(&bytes, dataset, 1 << 16).unwrap()
    }

    /// The tokens of a dataset.
    pub(crate) fn tokens(dataset: &str, values: &[u32], starts: &[u64], mask: Option<&[u8]>) -> Tokens {
        let values: Vec<u16> = values.iter().map(|token| *token as u16).collect();
        opened(&file(&values, starts, mask), dataset, 1 << 16).unwrap()
    }

    /// The tokens of a dataset whose documents have numbers.
    pub(crate) fn numbered(dataset: &str, values: &[u32], starts: &[u64], numbers: &[f32]) -> Tokens {
        let t: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let s: Vec<u8> = starts.iter().flat_map(|v| v.to_le_bytes()).collect();
        let n: Vec<u8> = numbers.iter().flat_map(|v| v.to_le_bytes()).collect();
        let bytes = serialized(vec![
            ("tokens", TensorView::new(Dtype::U32, vec![values.len()], &t).unwrap()),
            ("starts", TensorView::new(Dtype::U64, vec![starts.len()], &s).unwrap()),
            ("numbers", TensorView::new(Dtype::F32, vec![numbers.len()], &n).unwrap()),
        ]);
        opened(&bytes, dataset, 1 << 16).unwrap()
    }

    /// The tokens of a dataset of a small vocabulary, of which 1 hides others, and 0 ends documents.
    pub(crate) fn hideable(dataset: &str, values: &[u32], starts: &[u64], vocab_size: u32) -> Tokens {
        let values: Vec<u16> = values.iter().map(|token| *token as u16).collect();
        let tokens = opened(&file(&values, starts, None), dataset, vocab_size).unwrap();
        tokens.with_special(Special { mask: 1, all: [0, 1].into() })
    }

    #[test]
    fn a_written_split_is_read_in_windows() {
        let tokens = opened(&file(&[5, 6, 7], &[0, 2], Some(&[0, 1, 1])), "d", 8).unwrap();
        assert_eq!((tokens.len(), tokens.n_documents(), tokens.has_loss_mask()), (3, 2, true));
        assert_eq!(tokens.window(1..3).unwrap(), [6, 7]);
        assert_eq!(tokens.are_targets(0..2).unwrap(), [false, true]);
        assert_eq!(tokens.documents(0..2).map(Result::unwrap).collect::<Vec<_>>(), [0..2, 2..3]);
    }

    #[test]
    fn damage_and_foreign_tokens_are_refused() {
        for (bytes, vocab) in [
            (file(&[5, 6], &[0], Some(&[1])), 8),
            (file(&[5, 6], &[1, 0], None), 8),
            (file(&[5, 6], &[0, 0], None), 8),
            (file(&[5, 6], &[0, 2], None), 8),
            (file(&[5, 6], &[1], None), 8),
            (file(&[5, 6], &[0], None), 6),
            (b"no tensors".to_vec(), 8),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(), 8),
            (file(&[5, 6], &[0], None)[1..].to_vec(), 8),
            ([file(&[5, 6], &[0], None), vec![0]].concat(), 8),
        ] {
            assert!(opened(&bytes, "d", vocab).is_err());
        }
    }

    #[test]
    fn a_file_that_shrinks_while_it_is_read_is_an_error() {
        let mut on_disk = tempfile::NamedTempFile::new().unwrap();
        on_disk.write_all(&file(&[5, 6, 7], &[0, 2], None)).unwrap();
        let tokens = Tokens::open(on_disk.path(), "d", "train", 8).unwrap();
        on_disk.as_file().set_len(20).unwrap();
        let error = tokens.window(0..3).unwrap_err();
        assert!(matches!(error, EngineError::Damaged { .. }), "{error}");
    }
}
