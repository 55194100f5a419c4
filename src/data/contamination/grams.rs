//! Hashes of n-grams, rolled over a row of words: any length up to [`MOST_WORDS`], each in a constant time.

use crate::data::clean::minhash::mix;
use crate::data::contamination::words::Word;

/// The most words of an n-gram.
pub const MOST_WORDS: usize = 63;
/// The fewest words that are looked for: fewer say nothing.
pub const FEWEST_WORDS: usize = 5;

const RING: usize = MOST_WORDS + 1;
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The powers of [`BASE`], from 0.
const POWERS: [u64; RING] = {
    let mut powers = [1; RING];
    let mut i = 1;
    while i < RING {
        powers[i] = BASE.wrapping_mul(powers[i - 1]);
        i += 1;
    }
    powers
};

/// The last words of a text that is read word by word.
pub(super) struct Window {
    /// For each word the polynomial hash of the text up to it.
    sums: [u64; RING],
    starts: [usize; RING],
    n_words: usize,
}

impl Window {
    pub(super) fn new() -> Self {
        Self { sums: [0; RING], starts: [0; RING], n_words: 0 }
    }

    /// Adds the next word.
    pub(super) fn push(&mut self, word: Word) {
        let sum = self.sums[self.n_words % RING].wrapping_mul(BASE).wrapping_add(word.hash);
        self.starts[self.n_words % RING] = word.start;
        self.n_words += 1;
        self.sums[self.n_words % RING] = sum;
    }

    /// Returns how many words were added.
    pub(super) fn n_words(&self) -> usize {
        self.n_words
    }

    /// Returns the hash of the last `length` words; there have to be so many.
    pub(super) fn hash(&self, length: usize) -> u64 {
        let (to, from) = (self.sums[self.n_words % RING], self.sums[(self.n_words - length) % RING]);
        mix(to.wrapping_sub(from.wrapping_mul(POWERS[length])) ^ length as u64)
    }

    /// Returns where the last `length` words begin in the text, in bytes.
    pub(super) fn start(&self, length: usize) -> usize {
        self.starts[(self.n_words - length) % RING]
    }
}

/// Returns the hashes of all n-grams of some words, in order; none where there are too few words.
pub(super) fn grams(words: &[Word], length: usize) -> impl Iterator<Item = u64> {
    let mut window = Window::new();
    words.iter().filter_map(move |word| {
        window.push(*word);
        (window.n_words() >= length).then(|| window.hash(length))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::contamination::words::words;

    fn of(text: &str, length: usize) -> Vec<u64> {
        grams(&words(text).collect::<Vec<_>>(), length).collect()
    }

    #[test]
    fn an_n_gram_is_itself_wherever_it_stands() {
        let text: Vec<String> = (0..300).map(|i| format!("w{}", i * i % 97)).collect();
        for length in [1, 5, 8, 13, MOST_WORDS] {
            let all = of(&text.join(" "), length);
            assert_eq!(all.len(), 300 - length + 1);
            for (at, hash) in all.iter().enumerate() {
                assert_eq!(of(&text[at..at + length].join(" "), length), [*hash], "{length} words at {at}");
            }
        }
    }

    #[test]
    fn order_and_length_count() {
        assert_ne!(of("a b c d e", 5), of("a b c e d", 5));
        assert_ne!(of("a a a a a", 5), of("a a a a a a", 6));
        assert!(of("a b c d", 5).is_empty());
    }
}
