//! The lines of a file, one at a time, with their numbers; no more than one of them is in memory.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use crate::data::error::DataError;
use crate::data::source::encoded::{LOOKED_AT, Settled};
use crate::data::source::fault::{Fault, MOST_ROW_BYTES};
use crate::data::source::files::SourceFile;
use crate::data::source::packed::{self, Damaged};
use crate::data::source::pieces::Piece;
use crate::recipe::dataset::Encoding;

const BUFFER: usize = 256 << 10;

/// One line of a file.
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub(super) number: u64,
    /// What it says, without its end, or what is wrong with it.
    pub(super) text: Result<Cow<'a, str>, Fault>,
    /// Its bytes without its end; none where it is too long.
    pub(super) bytes: &'a [u8],
    /// Whether a carriage return stood before the line feed.
    pub(super) has_return: bool,
}

/// Calls `take` with the lines of a piece of a file; returns how many lines there were, unless `take` broke it off.
///
/// A line that is too long, not in the encoding, or holds a NUL is a fault of that line; packed data that are damaged are a fault of
/// the line they break off in, which is the last.
///
/// # Errors
/// When the file cannot be read, or `take` fails.
pub(super) fn each(
    file: &SourceFile,
    encoding: Encoding,
    piece: &Piece,
    take: &mut dyn FnMut(Line<'_>) -> Result<ControlFlow<()>, DataError>,
) -> Result<Option<u64>, DataError> {
    let wrong = |source| DataError::io(&file.path, source);
    let mut lines = match Lines::open(file, encoding, piece) {
        Ok(lines) => lines,
        Err(error) => return damaged(file, error, piece.lines_before + 1, take),
    };
    let mut n = 0;
    loop {
        let number = lines.number + 1;
        match lines.next() {
            Ok(None) => return Ok(Some(n)),
            Ok(Some(line)) => {
                n += 1;
                if take(line)?.is_break() {
                    return Ok(None);
                }
            }
            Err(error) if Damaged::of(&error).is_some() => return damaged(file, error, number, take),
            Err(error) => return Err(wrong(error)),
        }
    }
}

fn damaged(
    file: &SourceFile,
    error: io::Error,
    number: u64,
    take: &mut dyn FnMut(Line<'_>) -> Result<ControlFlow<()>, DataError>,
) -> Result<Option<u64>, DataError> {
    let Some(Damaged(reason)) = Damaged::of(&error) else { return Err(DataError::io(&file.path, error)) };
    let text = Err(Fault::new(reason.clone()));
    // Nothing can be read behind it, whatever is said.
    take(Line { number, text, bytes: &[], has_return: false }).map(|_| None)
}

/// Reads the beginning of a file, and returns it with a reader of the whole.
pub(super) fn beginning(file: &SourceFile, encoding: Encoding) -> io::Result<(Settled, Box<dyn Read>)> {
    let mut reader = packed::open(file)?;
    // Only a guess has to look far.
    let looked_at = if encoding == Encoding::Auto { LOOKED_AT } else { 4 };
    let mut start = Vec::new();
    reader.by_ref().take(looked_at as u64).read_to_end(&mut start)?;
    let settled = Settled::of(encoding, &start);
    Ok((settled, Box::new(Cursor::new(start).chain(reader))))
}

/// Reads lines.
struct Lines {
    reader: Box<dyn BufRead>,
    settled: Settled,
    /// The number of the last line read.
    number: u64,
    /// Where the next line begins, in bytes of the file; of no account where the file is not cut.
    offset: u64,
    /// The length of a byte-order mark, which belongs to the first line.
    mark: u64,
    end: u64,
    buffer: Vec<u8>,
}

impl Lines {
    fn open(file: &SourceFile, encoding: Encoding, piece: &Piece) -> io::Result<Self> {
        let (settled, mut whole) = beginning(file, encoding)?;
        let (end, number, buffer) = (piece.end, piece.lines_before, Vec::new());
        if piece.start == 0 {
            io::copy(&mut whole.by_ref().take(settled.mark as u64), &mut io::sink())?;
            let reader: Box<dyn BufRead> = match settled.has_plain_lines() {
                true => Box::new(BufReader::with_capacity(BUFFER, whole)),
                false => Box::new(BufReader::with_capacity(BUFFER, settled.transcoding(whole))),
            };
            return Ok(Self { reader, settled, number, offset: 0, mark: settled.mark as u64, end, buffer });
        }
        // A line belongs to the piece its first byte lies in: one that began earlier is passed over.
        let mut opened = File::open(&file.path)?;
        opened.seek(SeekFrom::Start(piece.start - 1))?;
        let mut reader = BufReader::with_capacity(BUFFER, opened);
        let n = reader.skip_until(b'\n')? as u64;
        let number = if n > 1 { number + 1 } else { number };
        Ok(Self { reader: Box::new(reader), settled, number, offset: piece.start - 1 + n, mark: 0, end, buffer })
    }

    fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        if self.offset >= self.end {
            return Ok(None);
        }
        self.buffer.clear();
        let n = self.reader.by_ref().take(MOST_ROW_BYTES as u64 + 1).read_until(b'\n', &mut self.buffer)?;
        if n == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.offset += n as u64 + std::mem::take(&mut self.mark);
        if n > MOST_ROW_BYTES && self.buffer.last() != Some(&b'\n') {
            self.buffer = Vec::new();
            self.offset += self.reader.skip_until(b'\n')? as u64;
            let text = Err(Fault::too_long());
            return Ok(Some(Line { number: self.number, text, bytes: &[], has_return: false }));
        }
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let without = line.strip_suffix(b"\r");
        let bytes = without.unwrap_or(line);
        Ok(Some(Line { number: self.number, text: self.text(bytes), bytes, has_return: without.is_some() }))
    }

    fn text<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, str>, Fault> {
        let text = match self.settled.has_plain_lines() {
            true => self.settled.decode(bytes)?,
            false => self.settled.transcoded(bytes)?,
        };
        match text.find('\0') {
            Some(at) => Err(Fault::after(&text[..at], "expected text, found a NUL character")),
            None => Ok(text),
        }
    }
}
