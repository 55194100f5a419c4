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
    let grams = Grams::of(text);
    frequent(&grams, scale, rules).or_else(|| repeated(&grams, scale, rules))
}

/// Looks for n-grams that are too frequent. A longer one is no more frequent than a shorter one: where even the longest words could
/// not make it too much, it is not looked for.
fn frequent(grams: &Grams, scale: usize, rules: &Quality) -> Option<&'static str> {
    let mut most_times = u64::MAX;
    for ((n, reason), most) in TOP.into_iter().zip(rules.max_top_ngram_shares) {
        let n = n * scale;
        if most_times.saturating_mul(grams.longest(n)) as f64 <= most * grams.total() as f64 {
            continue;
        }
        let (bytes, times) = grams.top(n);
        if bytes as f64 > most * grams.total() as f64 {
            return Some(reason);
        }
        most_times = times;
    }
    None
}

/// Looks for n-grams that stood before. Where a longer one repeats its beginning does: only there is it looked for.
fn repeated(grams: &Grams, scale: usize, rules: &Quality) -> Option<&'static str> {
    let repeats = grams.repeats(DUPLICATE[0].0 * scale)?;
    for ((n, reason), most) in DUPLICATE.into_iter().zip(rules.max_duplicate_ngram_shares) {
        if grams.duplicate(n * scale, &repeats) as f64 > most * grams.total() as f64 {
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

/// The words of a text, so that the hash and the size of any n-gram are at hand.
///
/// The hash of words i to j is that of a polynomial whose coefficients are the hashes of the words (Karp and Rabin 1987).
#[derive(Default)]
struct Grams {
    /// Of the first words, as many as the index says, the hash.
    hashes: Vec<u64>,
    /// And the bytes.
    bytes: Vec<u64>,
}

/// Any odd number: the hashes of the words are random already.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

impl Grams {
    /// Takes as words what white space surrounds, and each character of a script that has no spaces.
    fn of(text: &str) -> Self {
        let mut grams = Self { hashes: Vec::with_capacity(text.len() / 5), bytes: Vec::with_capacity(text.len() / 5) };
        grams.hashes.push(0);
        grams.bytes.push(0);
        for word in text.split_ascii_whitespace() {
            if word.is_ascii() {
                grams.push(word);
                continue;
            }
            let mut start = 0;
            for (i, c) in word.char_indices() {
                if stands_alone(c) || c.is_whitespace() {
                    grams.push(&word[start..i]);
                    start = i + c.len_utf8();
                    if stands_alone(c) {
                        grams.push(&word[i..start]);
                    }
                }
            }
            grams.push(&word[start..]);
        }
        grams
    }

    fn push(&mut self, word: &str) {
        if let (false, Some(before), Some(bytes)) = (word.is_empty(), self.hashes.last(), self.bytes.last()) {
            let (hash, bytes) =
                (before.wrapping_mul(BASE).wrapping_add(hash(word.as_bytes())), bytes + word.len() as u64);
            self.hashes.push(hash);
            self.bytes.push(bytes);
        }
    }

    /// Returns how many n-grams there are.
    fn n_grams(&self, n: usize) -> usize {
        self.hashes.len().saturating_sub(n)
    }

    /// Returns the bytes of all words.
    fn total(&self) -> u64 {
        self.bytes.last().copied().unwrap_or(0)
    }

    fn bytes(&self, at: usize, n: usize) -> u64 {
        self.bytes[at + n] - self.bytes[at]
    }

    /// Returns the bytes of the longest n-gram.
    fn longest(&self, n: usize) -> u64 {
        (0..self.n_grams(n)).map(|at| self.bytes(at, n)).max().unwrap_or(0)
    }

    /// Returns the hashes of all n-grams, in order.
    fn hashes(&self, n: usize) -> impl Iterator<Item = u64> {
        let power = BASE.wrapping_pow(n as u32);
        let pairs = self.hashes.iter().zip(self.hashes.iter().skip(n));
        pairs.map(move |(before, after)| fold(after.wrapping_sub(before.wrapping_mul(power))))
    }

    /// Returns the bytes in the n-gram that takes up most, of those that stand at least twice, and how often any stands at most.
    fn top(&self, n: usize) -> (u64, u64) {
        let mut seen: HashMap<u64, u64, Ready> = HashMap::default();
        seen.reserve(self.n_grams(n));
        let (mut most, mut most_times) = (0, 1);
        for (at, hash) in self.hashes(n).enumerate() {
            let times = seen.entry(hash).or_default();
            *times += 1;
            if *times > 1 {
                most = most.max(*times * self.bytes(at, n));
                most_times = most_times.max(*times);
            }
        }
        (most, most_times)
    }

    /// Tells of each n-gram whether it stands elsewhere too; `None` where none does.
    fn repeats(&self, n: usize) -> Option<Vec<bool>> {
        let mut first: HashMap<u64, usize, Ready> = HashMap::default();
        first.reserve(self.n_grams(n));
        let mut repeats = Vec::new();
        for (at, hash) in self.hashes(n).enumerate() {
            let earlier = *first.entry(hash).or_insert(at);
            if earlier < at {
                repeats.resize(self.n_grams(n), false);
                repeats[earlier] = true;
                repeats[at] = true;
            }
        }
        (!repeats.is_empty()).then_some(repeats)
    }

    /// Returns the bytes in n-grams that stood before; each word counts once. Only where `repeats` says so can there be any.
    fn duplicate(&self, n: usize, repeats: &[bool]) -> u64 {
        let mut seen: HashSet<u64, Ready> = HashSet::default();
        let power = BASE.wrapping_pow(n as u32);
        let (mut bytes, mut at) = (0, 0);
        while at < self.n_grams(n) {
            let hash = || fold(self.hashes[at + n].wrapping_sub(self.hashes[at].wrapping_mul(power)));
            if repeats[at] && !seen.insert(hash()) {
                bytes += self.bytes(at, n);
                at += n;
            } else {
                at += 1;
            }
        }
        bytes
    }
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
    use proptest::prelude::*;

    #[test]
    fn n_grams_are_counted_as_the_paper_counts_them() {
        let grams = Grams::of("a b a b a b x");
        assert_eq!((grams.top(2), grams.top(7), grams.top(8)), ((6, 3), (0, 1), (0, 1)));
        let repeats = grams.repeats(2).unwrap();
        assert_eq!(repeats, [true, true, true, true, true, false]);
        assert_eq!((grams.duplicate(2, &repeats), grams.duplicate(3, &repeats)), (4, 3));
        assert_eq!((grams.longest(2), grams.total()), (2, 7));
        assert!(grams.repeats(5).is_none());
    }

    #[test]
    fn chinese_characters_are_words_by_themselves() {
        let grams = Grams::of("我用 Rust写字，ok");
        assert_eq!((0..6).map(|at| grams.bytes(at, 1)).collect::<Vec<_>>(), [3, 3, 4, 3, 3, 5]);
    }

    proptest! {
        #[test]
        fn looking_only_where_beginnings_repeat_finds_the_same(text in "(a |b |c ){0,60}", n in 2_usize..6) {
            let grams = Grams::of(&text);
            let everywhere = vec![true; grams.n_grams(2)];
            let found = grams.repeats(2).map_or(0, |repeats| grams.duplicate(n, &repeats));
            prop_assert_eq!(found, grams.duplicate(n, &everywhere));
        }
    }
}
