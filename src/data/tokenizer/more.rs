//! Learns more tokens for a vocabulary that stays as it is.
//!
//! Pairs go on being merged where the base left off: its tokens are the alphabet, and new merges come behind the old ones, so
//! that a text is first taken apart as before. Of other models a larger one is learnt, and what it has in addition is taken.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::data::error::DataError;
use crate::data::tokenizer::count::Counts;
use crate::data::tokenizer::pieces::{self, Wanted};
use crate::data::tokenizer::train::{library, untrainable};
use crate::data::tokenizer::{Tokenizer, unigram};

/// How often a pair or a character has to stand in the texts.
const MIN_FREQUENCY: u64 = 2;
/// The first of the characters that stand for tokens while they are merged.
const FIRST: u32 = 0x1_0000;

/// Adds at most `room` tokens to the model of a tokenizer.
///
/// # Errors
/// When the model is of a kind that cannot grow.
pub fn learn(model: &mut Value, words: &Counts, room: usize, old: &Tokenizer) -> Result<(), DataError> {
    let kind = model["type"].as_str().unwrap_or("BPE").to_owned();
    match (kind.as_str(), model["merges"].as_array().map(Vec::len)) {
        ("BPE", Some(1..)) => pairs(model, words, room, old),
        ("BPE", _) => {
            let all = pieces::ranked(words, MIN_FREQUENCY).into_iter().map(|(character, _)| character.to_string());
            take(model, all, room)
        }
        ("WordPiece", _) => {
            let larger = pieces::of_words(words, wanted(room + old.vocab_size() as usize, Vec::new()))?;
            let mut all: Vec<(u32, String)> =
                tokenizers::Model::get_vocab(&larger).into_iter().map(|(piece, id)| (id, piece)).collect();
            all.sort_unstable();
            take(model, all.into_iter().map(|(_, piece)| piece), room)
        }
        ("Unigram", _) => {
            let first = vec!["<|endoftext|>".to_owned(), "<|unk|>".to_owned()];
            let larger = unigram::train(words, &wanted(room + old.vocab_size() as usize, first))?;
            let Some(vocab) = model["vocab"].as_array_mut() else { return Err(untrainable("it has no vocabulary")) };
            let known: HashSet<String> =
                vocab.iter().filter_map(|piece| piece[0].as_str().map(str::to_owned)).collect();
            let new = larger.iter().skip(2).filter(|(piece, _)| !known.contains(piece));
            vocab.extend(new.take(room).map(|(piece, score)| json!([piece, score])));
            Ok(())
        }
        (kind, _) => Err(untrainable(&format!("a model of type `{kind}` learns no more tokens"))),
    }
}

fn wanted(vocab_size: usize, first: Vec<String>) -> Wanted {
    Wanted { vocab_size, min_frequency: MIN_FREQUENCY, first }
}

/// Takes new tokens, in order, as many as there is room for.
fn take(model: &mut Value, tokens: impl Iterator<Item = String>, room: usize) -> Result<(), DataError> {
    let Some(vocab) = model["vocab"].as_object_mut() else { return Err(untrainable("it has no vocabulary")) };
    let end = vocab.len() + room;
    for token in tokens {
        if vocab.len() < end && !vocab.contains_key(&token) {
            vocab.insert(token, vocab.len().into());
        }
    }
    Ok(())
}

/// Goes on merging pairs.
fn pairs(model: &mut Value, words: &Counts, room: usize, old: &Tokenizer) -> Result<(), DataError> {
    let counts = as_symbols(words, old)?;
    let alphabet: HashSet<char> = counts.iter().flat_map(|(word, _)| word.chars()).collect();
    // Some merges make tokens that are there already.
    let wanted = wanted(alphabet.len() + 2 * room + 64, Vec::new());
    let learnt = pieces::merge(&counts, wanted, alphabet, None)?;
    let learnt = serde_json::to_value(&learnt).map_err(|error| library(Box::new(error)))?;
    let prefix = model["continuing_subword_prefix"].as_str().unwrap_or("").to_owned();
    let Value::Object(fields) = model else { return Err(untrainable("it has no vocabulary")) };
    let (Some(mut vocab), Some(mut merges)) = (fields.remove("vocab"), fields.remove("merges")) else {
        return Err(untrainable("it has no vocabulary"));
    };
    if let (Value::Object(vocab), Value::Array(merges)) = (&mut vocab, &mut merges) {
        append(vocab, merges, &learnt, room, &prefix, old);
    }
    fields.extend([("vocab".to_owned(), vocab), ("merges".to_owned(), merges)]);
    Ok(())
}

fn append(
    vocab: &mut Map<String, Value>,
    merges: &mut Vec<Value>,
    learnt: &Value,
    room: usize,
    prefix: &str,
    old: &Tokenizer,
) {
    let end = vocab.len() + room;
    for pair in learnt["merges"].as_array().into_iter().flatten() {
        let side = |i: usize| -> Option<String> {
            let mut text = String::new();
            for symbol in pair[i].as_str()?.chars() {
                let piece = old.inner.id_to_token(u32::from(symbol) - FIRST)?;
                text.push_str(if text.is_empty() { &piece } else { piece.strip_prefix(prefix).unwrap_or(&piece) });
            }
            Some(text)
        };
        let (Some(left), Some(right)) = (side(0), side(1)) else { continue };
        let both = format!("{left}{}", right.strip_prefix(prefix).unwrap_or(&right));
        if !vocab.contains_key(&both) {
            if vocab.len() == end {
                return;
            }
            vocab.insert(both, vocab.len().into());
        }
        merges.push(json!([left, right]));
    }
}

/// Returns words as the base takes them apart, a character for each token; what stands for a byte is no pair's half.
fn as_symbols(words: &Counts, old: &Tokenizer) -> Result<Counts, DataError> {
    let mut counts = std::collections::BTreeMap::new();
    for (word, n) in words {
        let tokens = old.encode(word)?;
        let is_of_text = |token: &u32| {
            let piece = old.inner.id_to_token(*token).unwrap_or_default();
            !(piece.is_empty() || old.special.contains_key(token) || piece.starts_with("<0x") && piece.len() == 6)
        };
        for part in tokens.split(|token| !is_of_text(token)).filter(|part| part.len() > 1) {
            let symbols: String = part.iter().filter_map(|token| char::from_u32(FIRST + token)).collect();
            *counts.entry(symbols).or_insert(0) += n;
        }
    }
    Ok(counts.into_iter().collect())
}
