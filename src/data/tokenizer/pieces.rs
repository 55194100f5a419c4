//! Vocabularies out of counted words: pairs that are merged, and characters.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value, json};
use tokenizers::AddedToken;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;

use crate::data::error::DataError;
use crate::data::tokenizer::characters;
use crate::data::tokenizer::count::Counts;
use crate::data::tokenizer::parts::CONTINUED;
use crate::data::tokenizer::train::library;

/// The share of a text whose characters get tokens of their own, as Kudo & Richardson 2018 have it.
const COVERED: f64 = 0.9995;
/// The longest word the library takes apart into pieces, in characters.
const LONGEST_WORD: usize = 100;

/// What vocabulary is wanted.
pub struct Wanted {
    /// The number of tokens.
    pub vocab_size: usize,
    /// How often a pair or a character has to stand in the text.
    pub min_frequency: u64,
    /// The tokens with the first numbers.
    pub first: Vec<String>,
}

impl Wanted {
    fn room(&self) -> usize {
        self.vocab_size.saturating_sub(self.first.len())
    }
}

/// Learns pairs of bytes; all bytes are tokens.
pub fn pairs_of_bytes(words: &Counts, wanted: Wanted) -> Result<BPE, DataError> {
    let words = words.iter().map(|(word, n)| (characters::of_bytes(word.as_bytes()), *n)).collect();
    merge(&words, wanted, ByteLevel::alphabet().into_iter().collect(), None)
}

/// Learns pairs of characters; those that are not in the alphabet become bytes.
pub fn pairs(words: &Counts, wanted: Wanted) -> Result<BPE, DataError> {
    let alphabet = alphabet(words, COVERED, wanted.min_frequency, wanted.room());
    let bpe = merge(&without_others(words, &alphabet), wanted, alphabet, None)?;
    with_bytes(serde_json::to_value(&bpe))
}

/// Takes the most frequent characters as they are.
pub fn characters(words: &Counts, wanted: Wanted) -> Result<BPE, DataError> {
    let mut all = ranked(words, wanted.min_frequency);
    all.truncate(wanted.room());
    let tokens = wanted.first.into_iter().chain(all.into_iter().map(|(character, _)| character.to_string()));
    let vocab: Map<String, Value> = tokens.zip(0_u32..).map(|(token, id)| (token, id.into())).collect();
    with_bytes(Ok(json!({ "type": "BPE", "vocab": vocab, "merges": [] })))
}

/// Learns pieces of words; a piece that continues a word is another than one that begins it.
pub fn of_words(words: &Counts, mut wanted: Wanted) -> Result<WordPiece, DataError> {
    // Every character may begin a word and continue one.
    let alphabet = alphabet(words, COVERED, wanted.min_frequency, wanted.room() / 2);
    let is_known = |word: &str| word.chars().all(|c| alphabet.contains(&c)) && word.chars().count() <= LONGEST_WORD;
    let words: Counts = words.iter().filter(|(word, _)| is_known(word)).cloned().collect();
    // The library would number these by chance.
    let continued: BTreeSet<char> = words.iter().flat_map(|(word, _)| word.chars().skip(1)).collect();
    wanted.first.extend(continued.into_iter().map(|character| format!("{CONTINUED}{character}")));
    Ok(WordPiece::from_bpe(&merge(&words, wanted, alphabet, Some(CONTINUED))?))
}

/// Merges the most frequent pairs until the vocabulary is full.
pub fn merge(
    words: &Counts,
    wanted: Wanted,
    alphabet: HashSet<char>,
    continued: Option<&str>,
) -> Result<BPE, DataError> {
    let mut trainer = BpeTrainer::builder()
        .vocab_size(wanted.vocab_size)
        .min_frequency(wanted.min_frequency)
        .show_progress(false)
        .special_tokens(wanted.first.into_iter().map(|token| AddedToken::from(token, true)).collect())
        .initial_alphabet(alphabet);
    if let Some(prefix) = continued {
        trainer = trainer.continuing_subword_prefix(prefix.to_owned());
    }
    let mut bpe = BPE::default();
    let counts = words.iter().map(|(word, n)| (word.as_str().into(), *n)).collect();
    trainer.build().do_train(&counts, &mut bpe).map_err(library)?;
    Ok(bpe)
}

/// Returns characters with how often they stand in words, the most frequent first.
pub fn ranked(words: &Counts, min_frequency: u64) -> Vec<(char, u64)> {
    let mut counts: HashMap<char, u64> = HashMap::new();
    for (word, n) in words {
        word.chars().for_each(|character| *counts.entry(character).or_default() += n);
    }
    let mut all: Vec<_> = counts.into_iter().filter(|(_, n)| *n >= min_frequency).collect();
    all.sort_unstable_by_key(|(character, n)| (std::cmp::Reverse(*n), *character));
    all
}

/// Returns the most frequent characters that make up a share of the text, as many as there is room for.
pub fn alphabet(words: &Counts, covered: f64, min_frequency: u64, room: usize) -> HashSet<char> {
    let all = ranked(words, min_frequency);
    let mut left = covered * all.iter().map(|(_, n)| *n as f64).sum::<f64>();
    let is_needed = |(_, n): &&(char, u64)| {
        let is_needed = left > 0.0;
        left -= *n as f64;
        is_needed
    };
    all.iter().take_while(is_needed).take(room).map(|(character, _)| *character).collect()
}

/// Cuts words at characters that are not in the alphabet: what stands beside one is no pair.
pub fn without_others(words: &Counts, alphabet: &HashSet<char>) -> Counts {
    let mut pieces: HashMap<&str, u64> = HashMap::new();
    for (word, n) in words {
        let known = word.split(|character| !alphabet.contains(&character)).filter(|piece| !piece.is_empty());
        known.for_each(|piece| *pieces.entry(piece).or_default() += n);
    }
    let mut pieces: Counts = pieces.into_iter().map(|(piece, n)| (piece.to_owned(), n)).collect();
    pieces.sort_unstable();
    pieces
}

/// Lets characters that are not in the vocabulary become bytes.
fn with_bytes(model: serde_json::Result<Value>) -> Result<BPE, DataError> {
    let model = model.and_then(|mut model| {
        model["byte_fallback"] = true.into();
        // The library wants text to borrow from.
        serde_json::from_str(&model.to_string())
    });
    model.map_err(|error| library(Box::new(error)))
}
