//! Records files read piece by piece: however large a file is, only a few megabytes of it are in memory.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use crate::data::error::DataError;
use crate::data::record::Record;

/// The size of a piece, in bytes; it ends at a line end.
const PIECE: u64 = 8 << 20;

/// A records file that is being read.
pub(super) struct Lines {
    reader: BufReader<File>,
    path: PathBuf,
    n_lines: usize,
}

/// Some whole lines of a records file.
pub(super) struct Piece {
    bytes: Vec<u8>,
    first_line: usize,
}

impl Lines {
    /// Opens a records file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let file = File::open(path).map_err(|source| DataError::io(path, source))?;
        Ok(Self { reader: BufReader::new(file), path: path.to_owned(), n_lines: 0 })
    }

    /// Returns the next lines, or `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn next_piece(&mut self) -> Result<Option<Piece>, DataError> {
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(PIECE).read_to_end(&mut bytes);
        let read = read.and_then(|_| self.reader.read_until(b'\n', &mut bytes));
        read.map_err(|source| DataError::io(&self.path, source))?;
        let piece = Piece { bytes, first_line: self.n_lines + 1 };
        self.n_lines += piece.bytes.iter().filter(|byte| **byte == b'\n').count();
        Ok((!piece.bytes.is_empty()).then_some(piece))
    }
}

impl Piece {
    /// Returns the size of the piece, in bytes.
    pub(super) fn n_bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Returns the lines that are not empty, each with its number.
    pub(super) fn lines(&self) -> Vec<(usize, &[u8])> {
        let lines = self.bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        lines.map(|(i, line)| (self.first_line + i, line)).collect()
    }
}

/// Reads the record on a line.
///
/// # Errors
/// When there is none; the error names the line.
pub(super) fn record((number, line): (usize, &[u8])) -> Result<Record, DataError> {
    serde_json::from_slice(line).map_err(|error| DataError::BadRecord { line: number, message: error.to_string() })
}
