//! Cuts texts into words as the library would, in one pass and without its bookkeeping.
//!
//! Only the ways of cutting are known that our own tokenizers have, and GPT-2's; the library does all others.

use serde_json::{Value, json};
use tokenizers::PreTokenizerWrapper;

use crate::data::tokenizer::characters::{HAN, LETTER, NUMBER, OTHER, SPACE, classes};
use crate::data::tokenizer::parts;

/// How texts are cut into words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Words {
    keeps_indentation_apart: bool,
    keeps_han_apart: bool,
    keeps_digits_apart: bool,
    is_of_bytes: bool,
}

impl Words {
    /// Returns how a tokenizer cuts, if it is one of the ways that are known.
    pub fn of(pre_tokenizer: Option<&PreTokenizerWrapper>) -> Option<Self> {
        let value = serde_json::to_value(pre_tokenizer?).ok()?;
        let steps = match value["type"].as_str()? {
            "Sequence" => value["pretokenizers"].as_array()?.clone(),
            _ => vec![value],
        };
        let (last, before) = steps.split_last()?;
        let mut words = Self::default();
        for step in before {
            let flag = match step["type"].as_str()? {
                "Digits" if step["individual_digits"] == true => &mut words.keeps_digits_apart,
                "Split" if is_split(step, parts::INDENTATION) => &mut words.keeps_indentation_apart,
                "Split" if is_split(step, parts::HAN) => &mut words.keeps_han_apart,
                _ => return None,
            };
            *flag = true;
        }
        match last["type"].as_str()? {
            "ByteLevel" if last["add_prefix_space"] == false && last["use_regex"] == true => {
                Some(Self { is_of_bytes: true, ..words })
            }
            "Split" if is_split(last, parts::WORDS) => Some(words),
            _ => None,
        }
    }

    /// Returns whether the model sees bytes.
    pub fn is_of_bytes(self) -> bool {
        self.is_of_bytes
    }

    /// Returns the words of a text, in order; they are the whole text.
    pub fn of_text(self, text: &str) -> impl Iterator<Item = &str> {
        let classes = classes();
        let is_plain = !(self.keeps_indentation_apart || self.keeps_han_apart || self.keeps_digits_apart);
        let mut rest = text;
        let mut segment = if is_plain { std::mem::take(&mut rest) } else { "" };
        std::iter::from_fn(move || {
            if segment.is_empty() {
                (segment, rest) = rest.split_at(self.segment(rest, classes));
            }
            let (word, after) = segment.split_at(word(segment, classes));
            segment = after;
            (!word.is_empty()).then_some(word)
        })
    }

    /// Returns how long the part is that no word crosses the end of.
    fn segment(self, text: &str, classes: &[u8]) -> usize {
        let first = self.apart(text, classes);
        if first > 0 {
            return first;
        }
        text.char_indices().skip(1).map(|(i, _)| i).find(|i| self.apart(&text[*i..], classes) > 0).unwrap_or(text.len())
    }

    /// Returns how much of the beginning stands apart from everything.
    fn apart(self, text: &str, classes: &[u8]) -> usize {
        let bytes = text.as_bytes();
        if self.keeps_indentation_apart {
            let n = indentation(bytes);
            if n > 0 {
                return n;
            }
        }
        let Some(first) = text.chars().next() else { return 0 };
        let class = classes[u32::from(first) as usize];
        let is_apart = (self.keeps_han_apart && class & HAN != 0) || (self.keeps_digits_apart && class & NUMBER != 0);
        if is_apart { first.len_utf8() } else { 0 }
    }
}

fn is_split(step: &Value, pattern: &str) -> bool {
    step["pattern"] == json!({ "Regex": pattern }) && step["behavior"] == "Isolated" && step["invert"] == false
}

/// Returns how long the white space is that [`parts::INDENTATION`] finds at the beginning.
fn indentation(bytes: &[u8]) -> usize {
    let run = |wanted: u8| bytes.iter().take_while(|byte| **byte == wanted).count();
    match bytes.first() {
        Some(b' ') => {
            let n = run(b' ');
            if n >= 2 { n } else { 0 }
        }
        Some(b'\t') => run(b'\t'),
        Some(b'\r' | b'\n') => {
            let mut n = 0;
            loop {
                match (bytes.get(n), bytes.get(n + 1)) {
                    (Some(b'\n'), _) => n += 1,
                    (Some(b'\r'), Some(b'\n')) => n += 2,
                    _ => return n,
                }
            }
        }
        _ => 0,
    }
}

/// Returns how long the word is that [`parts::WORDS`] finds at the beginning.
fn word(text: &str, classes: &[u8]) -> usize {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else { return 0 };
    if *first == b'\'' {
        let suffixes: [&[u8]; 7] = [b"s", b"t", b"re", b"ve", b"m", b"ll", b"d"];
        if let Some(suffix) = suffixes.iter().find(|suffix| bytes[1..].starts_with(suffix)) {
            return 1 + suffix.len();
        }
    }
    let start = usize::from(*first == b' ');
    let (class, _) = class_at(text, start, classes);
    if class & (LETTER | NUMBER | OTHER) != 0 {
        return run(text, start, class & (LETTER | NUMBER | OTHER), classes);
    }
    let end = run(text, 0, SPACE, classes);
    // The last of several spaces belongs to the word behind them.
    match text[..end].char_indices().next_back() {
        Some((last, _)) if end < text.len() && last > 0 => last,
        Some(_) | None => end,
    }
}

/// Returns where the run of a class ends that begins at a place.
fn run(text: &str, start: usize, wanted: u8, classes: &[u8]) -> usize {
    let mut i = start;
    loop {
        let (class, n) = class_at(text, i, classes);
        if class & wanted == 0 {
            return i;
        }
        i += n;
    }
}

/// Returns the class of the character at a place, and its bytes; 0 at the end.
fn class_at(text: &str, i: usize, classes: &[u8]) -> (u8, usize) {
    match text.as_bytes().get(i) {
        None => (0, 0),
        Some(byte) if byte.is_ascii() => (classes[usize::from(*byte)], 1),
        Some(_) => {
            let character = text[i..].chars().next().expect("a place between characters");
            (classes[u32::from(character) as usize], character.len_utf8())
        }
    }
}
