//! The index: the n-grams of the records that are looked for, made to be asked once for every word of the training data.
//!
//! The records looked for are few and the training data is large, so the index is that of the few: it holds every one of
//! their n-grams, none is sampled away, and its size does not depend on the training data.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use rayon::prelude::*;

use crate::data::contamination::grams::{FEWEST_WORDS, grams};
use crate::data::contamination::tested::Tested;
use crate::data::contamination::words::{Word, words};
use crate::data::contamination::{Wanted, near_length};

/// The n-grams of the records that are looked for.
pub(super) struct Index {
    /// The records, those included that are too short.
    pub(super) records: Vec<Tested>,
    /// How many words each of them has.
    pub(super) n_words: Vec<usize>,
    /// Runs of n words; of shorter records the whole text.
    pub(super) exact: Grams,
    /// Shorter runs, for what is nearly the same.
    pub(super) near: Grams,
    /// The words of the shortest n-gram.
    pub(super) seed: usize,
    /// Every run of so many words: a longer n-gram can only be where each of its parts is.
    pub(super) seeds: Filter,
}

impl Index {
    /// Returns the index of some records, without the n-grams of the texts that are allowed.
    pub(super) fn of(records: Vec<Tested>, wanted: &[Wanted], ngram: usize) -> Self {
        let texts: Vec<Vec<Word>> = records.par_iter().map(|record| words(&record.text).collect()).collect();
        let allowed: Vec<_> = wanted.iter().map(|wanted| allowed(&wanted.allowed_texts, ngram)).collect();
        let entries = |longest: usize| {
            let of_one = |(i, words): (usize, &Vec<Word>)| {
                let allowed = &allowed[records[i].split];
                let length = longest.min(words.len());
                let hashes = if length < FEWEST_WORDS { Vec::new() } else { grams(words, length).collect() };
                let entries = hashes.into_iter().enumerate().filter(|(_, hash)| !allowed.contains(hash));
                entries.map(|(at, hash)| Entry { hash, record: i as u32, word: at as u32 }).collect::<Vec<_>>()
            };
            let lengths = texts.iter().map(|words| longest.min(words.len())).filter(|n| *n >= FEWEST_WORDS).collect();
            Grams::of(texts.par_iter().enumerate().flat_map_iter(of_one).collect(), lengths)
        };
        let (exact, near) = (entries(ngram), entries(near_length(ngram)));
        let seed = near.lengths.first().copied().unwrap_or(FEWEST_WORDS);
        let long_enough = texts.iter().filter(|words| words.len() >= seed);
        let seeds = Filter::of(&long_enough.flat_map(|words| grams(words, seed)).collect::<Vec<_>>());
        Self { n_words: texts.iter().map(Vec::len).collect(), records, exact, near, seed, seeds }
    }
}

/// Returns the n-grams of texts that may stand anywhere, of every length that is looked for.
fn allowed(texts: &[String], ngram: usize) -> HashSet<u64> {
    let mut hashes = HashSet::new();
    for text in texts {
        let words: Vec<Word> = words(text).collect();
        (FEWEST_WORDS..=ngram).for_each(|length| hashes.extend(grams(&words, length)));
    }
    hashes
}

struct Entry {
    hash: u64,
    record: u32,
    word: u32,
}

/// N-grams by number, and where in the records each of them stands.
pub(super) struct Grams {
    /// Their lengths in words, ascending.
    pub(super) lengths: Vec<usize>,
    numbers: HashMap<u64, u32, BuildHasherDefault<AsItIs>>,
    /// The first place of each n-gram in `places`, and the end.
    firsts: Vec<u32>,
    places: Vec<(u32, u32)>,
}

impl Grams {
    fn of(mut entries: Vec<Entry>, lengths: BTreeSet<usize>) -> Self {
        entries.par_sort_unstable_by_key(|entry| (entry.hash, entry.record, entry.word));
        let (mut numbers, mut firsts) = (HashMap::default(), Vec::new());
        for (i, entry) in entries.iter().enumerate() {
            numbers.entry(entry.hash).or_insert_with(|| {
                firsts.push(i as u32);
                firsts.len() as u32 - 1
            });
        }
        firsts.push(entries.len() as u32);
        let places = entries.into_iter().map(|entry| (entry.record, entry.word)).collect();
        Self { lengths: lengths.into_iter().collect(), numbers, firsts, places }
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.firsts.len() - 1
    }

    /// Returns the number of the n-gram with this hash.
    pub(super) fn number(&self, hash: u64) -> Option<u32> {
        self.numbers.get(&hash).copied()
    }

    /// Returns the records an n-gram stands in, each with the first word of it.
    pub(super) fn places(&self, number: u32) -> &[(u32, u32)] {
        let (from, to) = (self.firsts[number as usize], self.firsts[number as usize + 1]);
        &self.places[from as usize..to as usize]
    }
}

/// A set of hashes that says "no" for sure and "yes" in one of 16 cases by mistake.
pub(super) struct Filter {
    bits: Vec<u64>,
    mask: u64,
}

impl Filter {
    fn of(hashes: &[u64]) -> Self {
        let n_bits = (16 * hashes.len()).next_power_of_two().max(64);
        let mut filter = Self { bits: vec![0; n_bits / 64], mask: n_bits as u64 - 1 };
        for hash in hashes {
            let bit = hash & filter.mask;
            filter.bits[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        filter
    }

    /// Returns whether a hash may be in the set.
    pub(super) fn may_hold(&self, hash: u64) -> bool {
        let bit = hash & self.mask;
        self.bits[(bit / 64) as usize] >> (bit % 64) & 1 == 1
    }
}

/// Takes hashes as they are: they are mixed already.
#[derive(Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0 << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
