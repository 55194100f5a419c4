//! Large files in pieces, so that several cores read one file.
//!
//! A row belongs to the piece its first byte lies in, so that the pieces of a file hold each of its rows once, whoever reads them in
//! whatever order. Line feeds are counted when a file is cut: rows are named by their lines.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use rayon::prelude::*;

use crate::data::error::DataError;
use crate::data::source::files::SourceFile;
use crate::data::source::line;
use crate::data::source::packed::Packing;
use crate::recipe::dataset::{Encoding, Source};

/// How large a piece is, in bytes.
const PIECE_BYTES: u64 = 16 << 20;

/// A piece of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Its first byte.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
    /// How many line feeds stand before it.
    pub lines_before: u64,
}

impl Piece {
    /// The piece that is a whole file.
    pub const WHOLE: Self = Self { start: 0, end: u64::MAX, lines_before: 0 };
}

/// Returns the pieces a file of a source can be read in, in their order; one where the file cannot be cut.
///
/// Cut are files of lines (`jsonl`, `tsv`, `lines`) that are not compressed and not UTF-16.
///
/// # Errors
/// When the file cannot be read.
pub fn pieces(source: &Source, file: &SourceFile) -> Result<Vec<Piece>, DataError> {
    cut(source, file, PIECE_BYTES)
}

/// Cuts a file into pieces of so many bytes.
pub(super) fn cut(source: &Source, file: &SourceFile, piece_bytes: u64) -> Result<Vec<Piece>, DataError> {
    let encoding = match source {
        Source::Jsonl { encoding, .. } | Source::Tsv { encoding, .. } | Source::Lines { encoding, .. } => *encoding,
        _ => return Ok(vec![Piece::WHOLE]),
    };
    let whole = file.bytes <= piece_bytes || Packing::of(&file.path) != Packing::None;
    let wrong = |source| DataError::io(&file.path, source);
    if whole || !has_plain_lines(file, encoding).map_err(wrong)? {
        return Ok(vec![Piece::WHOLE]);
    }
    let starts: Vec<u64> = (0..file.bytes.div_ceil(piece_bytes)).map(|i| i * piece_bytes).collect();
    let counted = starts.par_iter().map(|start| line_feeds(file, *start, piece_bytes)).collect::<io::Result<Vec<_>>>();
    let mut lines_before = 0;
    let pieces = starts.into_iter().zip(counted.map_err(wrong)?).map(|(start, n)| {
        let piece = Piece { start, end: start + piece_bytes, lines_before };
        lines_before += n;
        piece
    });
    Ok(pieces.collect())
}

fn has_plain_lines(file: &SourceFile, encoding: Encoding) -> io::Result<bool> {
    Ok(line::beginning(file, encoding)?.0.has_plain_lines())
}

fn line_feeds(file: &SourceFile, start: u64, bytes: u64) -> io::Result<u64> {
    let mut opened = File::open(&file.path)?;
    opened.seek(SeekFrom::Start(start))?;
    let mut piece = opened.take(bytes);
    let (mut buffer, mut n) = (vec![0; 128 << 10], 0);
    loop {
        match piece.read(&mut buffer) {
            Ok(0) => return Ok(n),
            Ok(read) => n += buffer[..read].iter().filter(|byte| **byte == b'\n').count() as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
