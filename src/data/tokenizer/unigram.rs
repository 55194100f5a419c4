//! Learns pieces with probabilities, the same ones every time.
//!
//! The library adds in the order of its threads and numbers by chance; here it has one thread, sorted words, and what it
//! left to chance is put in order behind it.

use tokenizers::models::unigram::{Unigram, UnigramTrainer};

use crate::data::error::DataError;
use crate::data::tokenizer::count::Counts;
use crate::data::tokenizer::pieces::{Wanted, alphabet, without_others};
use crate::data::tokenizer::train::{library, untrainable};

/// The share of a text whose characters get tokens of their own, as Kudo & Richardson 2018 have it.
const COVERED: f64 = 0.9995;
/// The longest piece, in characters.
const LONGEST_PIECE: usize = 16;
/// The longest word that is learnt from, in characters: the probability of a longer one is 0 in the numbers of a machine.
const LONGEST_WORD: usize = 128;
/// By how much the library makes one character likelier than the next where it knows of no probability.
const APART: f64 = 0.0001;

/// Learns a model; the first of the tokens wanted are no pieces, and the second stands for what has no token.
///
/// # Errors
/// When there is nothing to learn from.
pub fn train(words: &Counts, wanted: &Wanted) -> Result<Unigram, DataError> {
    let room = wanted.vocab_size.saturating_sub(wanted.first.len());
    let alphabet = alphabet(words, COVERED, wanted.min_frequency, room);
    let words = without_others(words, &alphabet);
    let short = words.into_iter().filter(|(word, _)| word.chars().count() <= LONGEST_WORD);
    let words: Vec<(String, u32)> = short.map(|(word, n)| (word, u32::try_from(n).unwrap_or(u32::MAX))).collect();
    if words.is_empty() {
        return Err(untrainable("no character stands in the text often enough"));
    }
    let pieces = in_order(learn(words, room)?);
    let least = pieces.iter().map(|(_, score)| *score).fold(0.0, f64::min);
    let first = wanted.first.iter().map(|token| (token.clone(), least));
    let unknown = wanted.first.iter().position(|token| token == "<|unk|>");
    Unigram::from(first.chain(pieces).collect(), unknown, true).map_err(library)
}

fn learn(words: Vec<(String, u32)>, room: usize) -> Result<Vec<(String, f64)>, DataError> {
    let trainer = UnigramTrainer::builder()
        .vocab_size(room as u32)
        .show_progress(false)
        .max_piece_length(LONGEST_PIECE)
        .build()
        .map_err(|error| library(Box::new(error)))?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(|error| library(Box::new(error)))?;
    let mut model = Unigram::default();
    pool.install(|| trainer.do_train(words, &mut model)).map_err(library)?;
    Ok(model.iter().cloned().collect())
}

/// Sorts pieces, the likeliest first; characters without a probability share out theirs in their own order.
fn in_order(mut pieces: Vec<(String, f64)>) -> Vec<(String, f64)> {
    let is_character = |piece: &str| piece.chars().nth(1).is_none();
    let least = pieces.iter().map(|(_, score)| *score).fold(f64::INFINITY, f64::min);
    let (mut penalty, mut places, mut scores) = (0.0, Vec::new(), Vec::new());
    loop {
        let score: f64 = least + penalty;
        let found = pieces.iter().enumerate().filter(|(_, (piece, of))| is_character(piece) && *of == score);
        let found: Vec<usize> = found.map(|(place, _)| place).collect();
        if found.is_empty() {
            break;
        }
        scores.extend(found.iter().map(|_| score));
        places.extend(found);
        penalty += APART;
    }
    places.sort_unstable_by(|one, other| pieces[*one].0.cmp(&pieces[*other].0));
    places.into_iter().zip(scores).for_each(|(place, score)| pieces[place].1 = score);
    pieces.sort_by(|(one, a), (other, b)| b.total_cmp(a).then_with(|| one.cmp(other)));
    pieces
}
