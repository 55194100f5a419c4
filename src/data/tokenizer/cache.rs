//! What words became, so that a word is taken apart once: one memory for each thread, kept from batch to batch.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, PoisonError};

/// The most words a thread remembers; then it begins again, for other texts have other words.
const MOST_WORDS: usize = 1 << 17;
/// The longest word that is remembered, in bytes.
const LONGEST: usize = 64;

/// What the words of all threads became.
pub struct Caches(Vec<Mutex<Cache>>);

impl Caches {
    /// Returns empty memories, one for each thread of the pool and one for all others.
    pub fn new() -> Self {
        Self((0..=rayon::current_num_threads()).map(|_| Mutex::new(Cache::default())).collect())
    }

    /// Lends the memory of this thread.
    pub fn with<T>(&self, work: impl FnOnce(&mut Cache) -> T) -> T {
        let own = rayon::current_thread_index().map_or(0, |i| i + 1) % self.0.len();
        // A panic elsewhere leaves a memory in which every entry is whole.
        work(&mut self.0[own].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What words became.
#[derive(Default)]
pub struct Cache {
    places: HashMap<Box<[u8]>, (u32, u32), BuildHasherDefault<Quick>>,
    tokens: Vec<u32>,
}

impl Cache {
    /// Appends what a word became, and returns whether that is known.
    pub fn get(&self, word: &str, tokens: &mut Vec<u32>) -> bool {
        let Some((start, end)) = self.places.get(word.as_bytes()) else { return false };
        tokens.extend_from_slice(&self.tokens[*start as usize..*end as usize]);
        true
    }

    /// Remembers what a word became.
    pub fn put(&mut self, word: &str, tokens: &[u32]) {
        if word.len() > LONGEST {
            return;
        }
        if self.places.len() >= MOST_WORDS {
            self.places.clear();
            self.tokens.clear();
        }
        let start = self.tokens.len() as u32;
        self.tokens.extend_from_slice(tokens);
        self.places.insert(word.as_bytes().into(), (start, self.tokens.len() as u32));
    }
}

/// Hashes eight bytes at a time; it withstands nobody who looks for collisions, and they would only cost time.
#[derive(Default)]
pub struct Quick(u64);

impl Quick {
    fn mix(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks::<8>();
        chunks.iter().for_each(|chunk| self.mix(u64::from_le_bytes(*chunk)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last));
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}
