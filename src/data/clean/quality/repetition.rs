//! The rules of Gopher about repetition: lines, paragraphs and n-grams that stood before (Rae et al. 2021, table A1).
//!
//! N-grams are told apart by a hash of 64 bits. An n-gram can only have stood before where its beginning did, so the longer ones are
//! looked for only where shorter ones were found: prose costs little.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::data::clean::script::stands_alone;
use crate::recipe::dataset::Quality;

const TOP: [(usize, &str); 3] =
    [(2, "gopher: a frequent 2-gram"), (3, "gopher: a frequent 3-gram"), (4, "gopher: a frequent 4-gram")];
const DUPLICATE: [(usize, &str); 6] = [
    (5, "gopher: repeated 5-grams"),
    (6, "gopher: repeated 6-grams"),
    (7, "gopher: repeated 7-grams"),
    (8, "gopher: repeated 8-grams"),
    (9, "gopher: repeated 9-grams"),
    (10, "gopher: repeated 10-grams"),
];

/// Returns the rule about repetition a text breaks first.
pub(super) fn verdict(text: &str, is_chinese: bool, rules: &Quality) -> Option<&'static str> {
    let lines = Share::of(text.split('\n'));
    let paragraphs = Share::of(text.split("\n\n"));
    match () {
        () if lines.pieces() > rules.max_duplicate_line_share => return Some("gopher: repeated lines"),
        () if lines.chars() > rules.max_duplicate_line_char_share => {
            return Some("gopher: characters in repeated lines");
        }
        () if paragraphs.pieces() > rules.max_duplicate_paragraph_share => return Some("gopher: repeated paragraphs"),
        () if paragraphs.chars() > rules.max_duplicate_paragraph_char_share => {
            return Some("gopher: characters in repeated paragraphs");
        }
        () => {}
    }
    // A Chinese word has two characters, about.
    let scale = if is_chinese { 2 } else { 1 };
    let tokens = tokens(text);
    let total: usize = tokens.iter().map(|token| token.bytes as usize).sum();
    let is_over = |bytes: usize, most: f64| bytes as f64 > most * total as f64;
    for ((n, reason), most) in TOP.into_iter().zip(rules.max_top_ngram_shares) {
        if is_over(top(&tokens, n * scale), most) {
            return Some(reason);
        }
    }
    for ((n, reason), most) in DUPLICATE.into_iter().zip(rules.max_duplicate_ngram_shares) {
        let bytes = duplicate(&tokens, n * scale);
        if bytes == 0 {
            return None; // What is longer cannot have stood before either.
        }
        if is_over(bytes, most) {
            return Some(reason);
        }
    }
    None
}

/// Pieces of a text, and those of them that stood before.
struct Share {
    n: usize,
    n_before: usize,
    bytes: usize,
    bytes_before: usize,
}

impl Share {
    fn of<'t>(pieces: impl Iterator<Item = &'t str>) -> Self {
        let mut share = Self { n: 0, n_before: 0, bytes: 0, bytes_before: 0 };
        let mut seen: HashSet<u64, Ready> = HashSet::default();
        for piece in pieces.map(str::trim).filter(|piece| !piece.is_empty()) {
            let is_before = !seen.insert(hash(piece.as_bytes()));
            share.n += 1;
            share.bytes += piece.len();
            share.n_before += usize::from(is_before);
            share.bytes_before += if is_before { piece.len() } else { 0 };
        }
        share
    }

    fn pieces(&self) -> f64 {
        self.n_before as f64 / self.n.max(1) as f64
    }

    fn chars(&self) -> f64 {
        self.bytes_before as f64 / self.bytes.max(1) as f64
    }
}

/// A word, or a Chinese character.
#[derive(Debug, Clone, Copy)]
struct Token {
    hash: u64,
    bytes: u32,
}

/// What white space surrounds, and each character of a script that has no spaces.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 6);
    let mut put = |word: &str| {
        if !word.is_empty() {
            tokens.push(Token { hash: hash(word.as_bytes()), bytes: word.len() as u32 });
        }
    };
    for word in text.split_ascii_whitespace() {
        if word.is_ascii() {
            put(word);
            continue;
        }
        let mut start = 0;
        for (i, c) in word.char_indices() {
            if stands_alone(c) || c.is_whitespace() {
                put(&word[start..i]);
                start = i + c.len_utf8();
                if stands_alone(c) {
                    put(&word[i..start]);
                }
            }
        }
        put(&word[start..]);
    }
    tokens
}

/// Returns the bytes in the most frequent n-gram that stands at least twice.
fn top(tokens: &[Token], n: usize) -> usize {
    let mut seen: HashMap<u64, (u32, u32), Ready> = HashMap::default();
    seen.reserve(tokens.len());
    let mut most = 0;
    for gram in tokens.windows(n) {
        let entry = seen.entry(hash_of(gram)).or_insert_with(|| (0, gram.iter().map(|token| token.bytes).sum()));
        entry.0 += 1;
        if entry.0 > 1 {
            most = most.max(entry.0 as usize * entry.1 as usize);
        }
    }
    most
}

/// Returns the bytes in n-grams that stood before; each word counts once.
fn duplicate(tokens: &[Token], n: usize) -> usize {
    let mut seen: HashSet<u64, Ready> = HashSet::default();
    seen.reserve(tokens.len());
    let (mut bytes, mut at) = (0, 0);
    while let Some(gram) = tokens.get(at..at + n) {
        if seen.insert(hash_of(gram)) {
            at += 1;
        } else {
            bytes += gram.iter().map(|token| token.bytes as usize).sum::<usize>();
            at += n;
        }
    }
    bytes
}

fn hash_of(gram: &[Token]) -> u64 {
    gram.iter().fold(0, |hash, token| fold(hash ^ token.hash))
}

/// A hash of 64 bits that is the same on every machine: eight bytes at a time, multiplied and folded.
fn hash(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        hash = fold(hash ^ u64::from_le_bytes(chunk.try_into().expect("a chunk has eight bytes")));
    }
    let rest = chunks.remainder().iter().rev().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    fold(hash ^ rest ^ 0x9e37_79b9_7f4a_7c15)
}

fn fold(value: u64) -> u64 {
    let product = u128::from(value ^ 0xbf58_476d_1ce4_e5b9) * 0x94d0_49bb_1331_11eb_9e37_79b9_7f4a_7c15_u128;
    (product as u64) ^ ((product >> 64) as u64)
}

/// Keys that are hashes already.
type Ready = BuildHasherDefault<AsItIs>;

#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n_grams_are_counted_as_the_paper_counts_them() {
        let tokens = tokens("a b a b a b x");
        assert_eq!(top(&tokens, 2), 6);
        assert_eq!(top(&tokens, 7), 0);
        assert_eq!(duplicate(&tokens, 2), 4);
        assert_eq!(duplicate(&tokens, 3), 3);
    }

    #[test]
    fn chinese_characters_are_words_by_themselves() {
        assert_eq!(tokens("我用 Rust写字，ok").iter().map(|token| token.bytes).collect::<Vec<_>>(), [3, 3, 4, 3, 3, 5]);
    }
}
