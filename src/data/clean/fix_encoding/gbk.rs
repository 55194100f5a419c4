//! Chinese taken for what it is not: UTF-8 that was read as GBK (`浣犲ソ` for `你好`), and GBK that was read as Latin-1 or
//! Windows-1252 (`ÄãºÃ`).
//!
//! Right Chinese consists of the 3755 characters of GB 2312's first level, nearly; wrong Chinese does not. That tells which of two
//! readings is better, without a word list.

use std::sync::LazyLock;

use encoding_rs::GBK;

use super::legacy::LATIN;
use crate::data::clean::script::{char_at, is_kana};

/// The two bytes of every character of GBK; 0 where there are none.
static BYTES: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table = vec![0; 0x1_0000];
    for lead in 0x81..=0xfe_u8 {
        for trail in (0x40..=0xfe_u8).filter(|trail| *trail != 0x7f) {
            if let Some(text) = GBK.decode_without_bom_handling_and_without_replacement(&[lead, trail])
                && let Some(entry) = text.chars().next().and_then(|c| table.get_mut(c as usize))
            {
                *entry = u16::from_be_bytes([lead, trail]);
            }
        }
    }
    // The decoder of browsers takes the single byte for it.
    table[0x20ac] = 0x80;
    table
});

fn bytes_of(c: char) -> u16 {
    BYTES.get(c as usize).copied().unwrap_or(0)
}

/// Returns whether a character is of GB 2312's first level, or one of the marks that stand between them.
fn is_common(c: char) -> bool {
    let bytes = bytes_of(c);
    let is_first_level = (0xb0..=0xd7).contains(&(bytes >> 8)) && bytes & 0xff >= 0xa1;
    is_first_level
        || matches!(c, '\u{3001}'..='\u{3011}' | '\u{ff01}'..='\u{ff5e}' | '“' | '”' | '‘' | '’' | '—' | '…' | '·')
}

/// Mends a text, and counts the pieces; `None` where there is nothing to mend.
pub(super) fn mend(text: &str, n_mended: &mut u64) -> Option<String> {
    let (mut mended, mut end, mut at) = (String::new(), 0, 0);
    while let Some(skipped) = text.as_bytes()[at..].iter().position(|byte| *byte >= 0xc2) {
        at += skipped;
        let c = char_at(text, at);
        let piece = match c {
            '\u{a1}'..='\u{ff}' => gbk_as_latin(text, at),
            '\u{2e80}'..='\u{ffee}' if (0xe2..=0xef).contains(&(bytes_of(c) >> 8)) => utf_8_as_gbk(text, at),
            _ => Piece { end: at + c.len_utf8(), right: None },
        };
        if let Some(right) = piece.right {
            *n_mended += 1;
            mended.push_str(&text[end..at]);
            mended.push_str(&right);
            end = piece.end;
        }
        at = piece.end;
    }
    (end > 0).then(|| mended + &text[end..])
}

/// A piece of text that was looked at, and what it should be where it is wrong.
struct Piece {
    end: usize,
    right: Option<String>,
}

/// Looks at what may be UTF-8 that was read as GBK.
fn utf_8_as_gbk(text: &str, start: usize) -> Piece {
    let mut reading = Reading::default();
    for c in text[start..].chars() {
        if !reading.push(c) {
            break;
        }
    }
    let Reading { right, end, source_end, n_source, n_common_source, pending, .. } = reading;
    let (mut right, mut end) = (right[..end].to_owned(), start + source_end);
    let n_right = right.chars().count();
    let n_common = right.chars().filter(|c| is_common(*c) || is_kana(*c) || c.is_ascii()).count();
    let is_better = n_right >= 2 && n_common * 5 >= n_right * 4 && n_common_source * 2 <= n_source;
    if !is_better {
        // What was read well once is not read again: the time stays linear.
        return Piece { end: end.max(start + char_at(text, start).len_utf8()), right: None };
    }
    // The last character lost its last byte, and the decoder said so.
    let behind = &text[end + pending..];
    if let Some(lost) = ['?', '\u{fffd}'].into_iter().find(|lost| pending > 0 && behind.starts_with(*lost)) {
        right.push('\u{fffd}');
        end += pending + lost.len_utf8();
    }
    Piece { end, right: Some(right) }
}

/// Bytes of GBK, read as UTF-8 while that goes well.
#[derive(Default)]
struct Reading {
    right: String,
    /// How much of `right`, in bytes, ends where a character of the source ends.
    end: usize,
    /// How much of the source that is, in bytes.
    source_end: usize,
    n_source: usize,
    n_common_source: usize,
    /// The bytes of source text behind `source_end` that were taken.
    pending: usize,
    sequence: Vec<u8>,
}

impl Reading {
    /// Takes a character of the source; returns whether it went well.
    fn push(&mut self, c: char) -> bool {
        let bytes = bytes_of(c).to_be_bytes();
        let bytes = match bytes {
            [0, 0] => return false,
            [0, _] => &bytes[1..],
            [_, _] => &bytes[..],
        };
        for byte in bytes {
            if !self.byte(*byte) {
                return false;
            }
        }
        self.n_source += 1;
        self.n_common_source += usize::from(is_common(c));
        self.pending += c.len_utf8();
        if self.sequence.is_empty() {
            self.end = self.right.len();
            self.source_end += std::mem::take(&mut self.pending);
        }
        true
    }

    fn byte(&mut self, byte: u8) -> bool {
        if self.sequence.is_empty() && byte.is_ascii() {
            self.right.push(char::from(byte));
            return !self.right.is_empty();
        }
        self.sequence.push(byte);
        match std::str::from_utf8(&self.sequence) {
            Ok(whole) => {
                self.right.push_str(whole);
                self.sequence.clear();
                true
            }
            Err(error) => error.error_len().is_none(),
        }
    }
}

/// Looks at what may be GBK that was read as Latin-1.
fn gbk_as_latin(text: &str, start: usize) -> Piece {
    let (mut bytes, mut end) = (Vec::new(), start);
    for c in text[start..].chars() {
        match LATIN.byte(c).filter(|byte| *byte >= 0xa1) {
            Some(byte) => bytes.push(byte),
            None => break,
        }
        end += c.len_utf8();
    }
    let nothing = Piece { end: end.max(start + char_at(text, start).len_utf8()), right: None };
    let is_list = bytes.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1) || pair[1] == pair[0]);
    if bytes.len() < 6 || !bytes.len().is_multiple_of(2) || is_list || std::str::from_utf8(&bytes).is_ok() {
        return nothing;
    }
    let Some(right) = GBK.decode_without_bom_handling_and_without_replacement(&bytes) else { return nothing };
    let (n, n_common) = right.chars().fold((0, 0), |(n, common), c| (n + 1, common + usize::from(is_common(c))));
    match n_common * 5 >= n * 4 {
        true => Piece { end, right: Some(right.into_owned()) },
        false => nothing,
    }
}
