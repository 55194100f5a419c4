//! Decoding while a model still writes: only whole characters come out.

use crate::data::tokenizer::{Tokenizer, characters};

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
        match self.tokenizer.texts.get(&token) {
            // A token that was added stands for itself.
            Some(text) => self.pending.extend(text.as_bytes()),
            None => {
                let piece = self.tokenizer.piece(token).unwrap_or_default();
                self.pending.extend(piece.chars().filter_map(characters::byte_of));
            }
        }
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
