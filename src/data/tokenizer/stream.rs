//! Decoding while a model still writes: only whole characters come out.

use crate::data::tokenizer::Tokenizer;

/// A decoder that is given one token after another, and holds back the beginning of a character.
pub struct Stream<'a> {
    tokenizer: &'a Tokenizer,
    pending: Vec<u8>,
}

impl<'a> Stream<'a> {
    pub(super) fn new(tokenizer: &'a Tokenizer) -> Self {
        Self { tokenizer, pending: Vec::new() }
    }

    /// Returns the text that is certain after one more token; it may be empty.
    pub fn push(&mut self, token: u32) -> String {
        let piece = self.tokenizer.piece(token).unwrap_or_default();
        self.pending.extend(piece.chars().filter_map(byte_of));
        let mut text = String::new();
        loop {
            match std::str::from_utf8(&self.pending) {
                Ok(whole) => {
                    text.push_str(whole);
                    self.pending.clear();
                    return text;
                }
                Err(error) => {
                    text.push_str(&String::from_utf8_lossy(&self.pending[..error.valid_up_to()]));
                    let wrong = error.error_len();
                    self.pending.drain(..error.valid_up_to() + wrong.unwrap_or(0));
                    if wrong.is_none() {
                        return text;
                    }
                    text.push(char::REPLACEMENT_CHARACTER);
                }
            }
        }
    }

    /// Returns what is left at the end: nothing, or `U+FFFD` for a character that was begun.
    pub fn finish(self) -> String {
        String::from_utf8_lossy(&self.pending).into_owned()
    }
}

/// Returns the byte a character of a byte-level piece stands for.
///
/// Printable Latin-1 characters stand for themselves; the other 68 bytes, in order, are `U+0100` and the following.
fn byte_of(character: char) -> Option<u8> {
    let code = u32::from(character);
    if let Ok(byte) = u8::try_from(code) {
        return is_printable(byte).then_some(byte);
    }
    let n = code.checked_sub(0x100)?;
    (0..=255_u8).filter(|byte| !is_printable(*byte)).nth(n as usize)
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff)
}
