//! Writing a shard of any size: each tensor grows in a file of its own, and the three become one at the end.
//!
//! The header of a safetensors file tells all sizes, and nobody knows them before the last record is encoded.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Read as _, Seek as _, Write};
use std::path::{Path, PathBuf};

use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};

use crate::data::error::DataError;
use crate::data::shard::{Shard, token_type};

/// The bytes that are copied at once.
const PIECE: usize = 1 << 20;

/// A shard that grows; what it holds lies in unnamed files, which vanish with it.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    token_type: Dtype,
    tokens: Raw,
    starts: Raw,
    loss_mask: Option<Raw>,
    labels: Option<Raw>,
    numbers: Option<Raw>,
    n_targets: u64,
}

impl Writer {
    /// Returns an empty shard of a vocabulary, which grows in a folder.
    ///
    /// # Errors
    /// When no file can be made there.
    pub fn new(folder: &Path, vocab_size: u32) -> Result<Self, DataError> {
        let token_type = token_type(vocab_size);
        let raw = |dtype| Raw::new(folder, dtype);
        let (tokens, starts) = (raw(token_type)?, raw(Dtype::U64)?);
        Ok(Self {
            folder: folder.to_owned(),
            token_type,
            tokens,
            starts,
            loss_mask: None,
            labels: None,
            numbers: None,
            n_targets: 0,
        })
    }

    /// Appends the documents of a shard.
    ///
    /// # Errors
    /// When the disk takes no more.
    pub fn push(&mut self, shard: &Shard) -> Result<(), DataError> {
        let before = self.tokens.n;
        self.n_targets += shard.n_targets();
        let folder = self.folder.clone();
        self.append(shard, before).map_err(|error| DataError::io(folder, error))
    }

    fn append(&mut self, shard: &Shard, before: u64) -> std::io::Result<()> {
        let Shard { tokens, starts, loss_mask, labels, numbers } = shard;
        if let Some(numbers) = numbers {
            let raw = match &mut self.numbers {
                Some(raw) => raw,
                None => self.numbers.insert(Raw::open(&self.folder, Dtype::F32)?),
            };
            raw.extend(numbers.iter().map(|number| number.to_le_bytes()))?;
        }
        if let Some(labels) = labels {
            let raw = match &mut self.labels {
                Some(raw) => raw,
                None => self.labels.insert(Raw::open(&self.folder, Dtype::U32)?),
            };
            raw.extend(labels.iter().map(|label| label.to_le_bytes()))?;
        }
        match self.token_type {
            Dtype::U16 => self.tokens.extend(tokens.iter().map(|token| (*token as u16).to_le_bytes()))?,
            _ => self.tokens.extend(tokens.iter().map(|token| token.to_le_bytes()))?, // The only other type.
        }
        self.starts.extend(starts.iter().map(|start| (start + before).to_le_bytes()))?;
        if loss_mask.is_some() && self.loss_mask.is_none() {
            // All of what came before is learnt.
            let mut raw = Raw::open(&self.folder, Dtype::U8)?;
            raw.extend((0..before).map(|_| [1]))?;
            self.loss_mask = Some(raw);
        }
        match (&mut self.loss_mask, loss_mask) {
            (Some(raw), Some(mask)) => raw.extend(mask.iter().map(|bit| [*bit])),
            (Some(raw), None) => raw.extend(tokens.iter().map(|_| [1])),
            (None, _) => Ok(()),
        }
    }

    /// Returns the number of tokens so far.
    pub fn n_tokens(&self) -> u64 {
        self.tokens.n
    }

    /// Returns the number of tokens a loss is taken of, so far.
    pub fn n_targets(&self) -> u64 {
        self.n_targets
    }

    /// Writes the shard as a safetensors file: the bytes [`Shard::to_bytes`] gives for all of it.
    ///
    /// # Errors
    /// When it cannot be read back or written.
    pub fn finish(self, to: &mut dyn Write) -> Result<(), DataError> {
        let Self { folder, token_type: _, tokens, starts, loss_mask, labels, numbers, n_targets: _ } = self;
        // Wide types first, as the format asks, so that every tensor is aligned.
        let named = [
            ("starts", Some(starts)),
            ("labels", labels),
            ("numbers", numbers),
            ("tokens", Some(tokens)),
            ("loss_mask", loss_mask),
        ];
        let tensors: Vec<(&str, Raw)> = named.into_iter().filter_map(|(name, raw)| Some((name, raw?))).collect();
        assemble(tensors, to).map_err(|error| DataError::io(folder, error))
    }
}

/// One tensor of one dimension that grows on disk.
#[derive(Debug)]
struct Raw {
    file: BufWriter<File>,
    dtype: Dtype,
    /// The number of values.
    n: u64,
}

impl Raw {
    fn new(folder: &Path, dtype: Dtype) -> Result<Self, DataError> {
        Self::open(folder, dtype).map_err(|error| DataError::io(folder, error))
    }

    fn open(folder: &Path, dtype: Dtype) -> std::io::Result<Self> {
        Ok(Self { file: BufWriter::with_capacity(PIECE, tempfile::tempfile_in(folder)?), dtype, n: 0 })
    }

    fn extend<const N: usize>(&mut self, values: impl Iterator<Item = [u8; N]>) -> std::io::Result<()> {
        for value in values {
            self.file.write_all(&value)?;
            self.n += 1;
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.n as usize * self.dtype.bitsize() / 8
    }

    fn copy(self, to: &mut dyn Write) -> std::io::Result<()> {
        let mut left = self.bytes();
        let mut file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.rewind()?;
        let mut piece = vec![0; PIECE.min(left)];
        while left > 0 {
            let n = left.min(PIECE);
            file.read_exact(&mut piece[..n])?;
            to.write_all(&piece[..n])?;
            left -= n;
        }
        Ok(())
    }
}

fn assemble(tensors: Vec<(&str, Raw)>, to: &mut dyn Write) -> std::io::Result<()> {
    let mut offset = 0;
    let mut info = |name: &str, raw: &Raw| {
        let start = offset;
        offset += raw.bytes();
        (name.to_owned(), TensorInfo { dtype: raw.dtype, shape: vec![raw.n as usize], data_offsets: (start, offset) })
    };
    let infos = tensors.iter().map(|(name, raw)| info(name, raw)).collect();
    let format = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let metadata = Metadata::new(Some(format), infos).expect("tensors one behind the other are valid");
    let mut header = serde_json::to_vec(&metadata)?;
    header.resize(header.len().next_multiple_of(8), b' ');
    to.write_all(&(header.len() as u64).to_le_bytes())?;
    to.write_all(&header)?;
    tensors.into_iter().try_for_each(|(_, raw)| raw.copy(to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A shard of documents of these lengths.
    fn shard(lengths: &[usize], vocab_size: u32, is_masked: bool) -> Shard {
        let n: usize = lengths.iter().sum();
        let tokens: Vec<u32> = (0..n as u32).map(|i| i * 7919 % vocab_size).collect();
        let next = |next: &mut u64, length: &usize| Some(std::mem::replace(next, *next + *length as u64));
        let loss_mask = is_masked.then(|| tokens.iter().map(|token| (token % 2) as u8).collect());
        Shard { starts: lengths.iter().scan(0, next).collect(), tokens, loss_mask, labels: None, numbers: None }
    }

    /// What the parts are together.
    fn joined(parts: &[Shard]) -> Shard {
        let mut whole = Shard::default();
        let is_masked = parts.iter().any(|part| part.loss_mask.is_some());
        whole.loss_mask = is_masked.then(Vec::new);
        for part in parts {
            whole.starts.extend(part.starts.iter().map(|start| start + whole.tokens.len() as u64));
            whole.tokens.extend(&part.tokens);
            if let Some(mask) = &mut whole.loss_mask {
                mask.extend(part.loss_mask.clone().unwrap_or_else(|| vec![1; part.tokens.len()]));
            }
        }
        whole
    }

    proptest! {
        #[test]
        fn parts_written_one_by_one_are_the_file_of_the_whole(
            parts in prop::collection::vec((prop::collection::vec(1_usize..9, 0..6), any::<bool>()), 0..5),
            is_wide: bool,
        ) {
            let vocab_size = if is_wide { 70_000 } else { 65_536 };
            let parts: Vec<Shard> = parts.iter().map(|(lengths, is_masked)| shard(lengths, vocab_size, *is_masked)).collect();
            let folder = tempfile::tempdir().unwrap();
            let mut writer = Writer::new(folder.path(), vocab_size).unwrap();
            parts.iter().for_each(|part| writer.push(part).unwrap());
            let whole = joined(&parts);
            prop_assert_eq!((writer.n_tokens(), writer.n_targets()), (whole.tokens.len() as u64, whole.n_targets()));
            let mut bytes = Vec::new();
            writer.finish(&mut bytes).unwrap();
            prop_assert_eq!(bytes, whole.to_bytes(vocab_size));
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = Writer::new(Path::new("/nowhere/at/all"), 300).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
    }
}
