//! Counts the words of texts: all that training needs of them.
//!
//! What is held is a batch of texts and the words that differ, which a budget bounds; the texts may be of any size.

use std::collections::HashMap;

use rayon::prelude::*;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::{
    NormalizedString, Normalizer as _, NormalizerWrapper, OffsetReferential, OffsetType, PreTokenizedString,
    PreTokenizer as _,
};

use crate::data::error::DataError;
use crate::data::tokenizer::characters::is_han;
use crate::data::tokenizer::words::Words;

/// The bytes of texts that are counted at once.
const BATCH: usize = 4 << 20;
/// The longest run of Han characters that is learnt from, in characters: four make a word, and more a phrase.
const LONGEST_HAN: usize = 4;

/// How much text a tokenizer is trained on at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The most bytes of text; of more, an even sample is taken.
    pub bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: 64 << 20 }
    }
}

/// Texts to train on, which need not fit into memory.
pub struct Corpus<I> {
    /// The bytes of all texts.
    pub bytes: u64,
    /// The texts, or why they end.
    pub texts: I,
}

impl<'a> Corpus<std::iter::Map<std::slice::Iter<'a, &'a str>, fn(&&str) -> Result<String, DataError>>> {
    /// Returns the corpus of texts in memory.
    pub fn of(texts: &'a [&'a str]) -> Self {
        let bytes = texts.iter().map(|text| text.len() as u64).sum();
        Self { bytes, texts: texts.iter().map(|text| Ok((*text).to_owned())) }
    }
}

/// Words and how often they stand in the texts, in the order of the words.
pub type Counts = Vec<(String, u64)>;

/// How texts become words.
pub struct Cut<'a> {
    /// What is done to a text before.
    pub normalizer: Option<&'a NormalizerWrapper>,
    /// How it is cut.
    pub pre_tokenizer: Option<&'a PreTokenizerWrapper>,
}

/// Returns the words of texts; runs of Han characters are cut into pieces of four.
///
/// # Errors
/// When there is no text, or it cannot be read or cut.
pub fn words<I>(corpus: Corpus<I>, budget: Budget, cut: &Cut<'_>) -> Result<Counts, DataError>
where
    I: Iterator<Item = Result<String, DataError>>,
{
    if corpus.bytes == 0 {
        return Err(DataError::Untrainable { message: "there is no text".to_owned() });
    }
    let share = budget.bytes as f64 / corpus.bytes as f64;
    let (mut counts, mut batch, mut bytes) = (HashMap::new(), Vec::new(), 0);
    for text in corpus.texts {
        let text = text?;
        if is_sampled(&text, share) {
            bytes += text.len();
            batch.push(text);
        }
        if bytes >= BATCH {
            count(&mut counts, &std::mem::take(&mut batch), cut)?;
            bytes = 0;
        }
    }
    count(&mut counts, &batch, cut)?;
    let mut pieces: HashMap<&str, u64> = HashMap::new();
    for (word, n) in &counts {
        without_phrases(word).for_each(|piece| *pieces.entry(piece).or_default() += n);
    }
    let mut pieces: Counts = pieces.into_iter().map(|(piece, n)| (piece.to_owned(), n)).collect();
    pieces.sort_unstable();
    Ok(pieces)
}

fn count(counts: &mut HashMap<String, u64>, texts: &[String], cut: &Cut<'_>) -> Result<(), DataError> {
    let quick = Words::of(cut.pre_tokenizer);
    let found = texts.par_iter().try_fold(HashMap::<String, u64>::new, |mut counts, text| {
        let mut add = |word: &str| match counts.get_mut(word) {
            Some(n) => *n += 1,
            None => drop(counts.insert(word.to_owned(), 1)),
        };
        let mut normalized = NormalizedString::from(text.as_str());
        if let Some(normalizer) = cut.normalizer {
            normalizer.normalize(&mut normalized).map_err(uncut)?;
        }
        match (quick, cut.normalizer) {
            (Some(words), None) => words.of_text(text).for_each(&mut add),
            (Some(words), Some(_)) => words.of_text(normalized.get()).for_each(&mut add),
            (None, _) => {
                let mut pieces = PreTokenizedString::from(normalized);
                if let Some(pre_tokenizer) = cut.pre_tokenizer {
                    pre_tokenizer.pre_tokenize(&mut pieces).map_err(uncut)?;
                }
                let pieces = pieces.get_splits(OffsetReferential::Normalized, OffsetType::Byte);
                pieces.into_iter().for_each(|(piece, _, _)| add(piece));
            }
        }
        Ok::<_, DataError>(counts)
    });
    for found in found.collect::<Result<Vec<_>, _>>()? {
        for (word, n) in found {
            *counts.entry(word).or_default() += n;
        }
    }
    Ok(())
}

fn uncut(error: tokenizers::Error) -> DataError {
    DataError::Untrainable { message: error.to_string() }
}

/// Cuts a word so that no piece has more Han characters than a word.
///
/// Only training does that: no token is learnt that is longer, and so texts need not be cut when they are encoded.
fn without_phrases(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_han_first = is_han(first);
        // A space belongs to what stands behind it.
        let mut run =
            rest.char_indices().skip_while(|(_, character)| *character == ' ').skip(usize::from(first != ' '));
        let end = match is_han_first {
            true => rest
                .char_indices()
                .enumerate()
                .find(|(n, (_, c))| *n == LONGEST_HAN || !is_han(*c))
                .map(|(_, (i, _))| i),
            false => run.find(|(_, character)| is_han(*character)).map(|(i, _)| i),
        };
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(piece)
    })
}

/// Returns whether a text falls into the share that is read; only its content decides.
fn is_sampled(text: &str, share: f64) -> bool {
    if share >= 1.0 {
        return true;
    }
    let digest = blake3::hash(text.as_bytes());
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&digest.as_bytes()[..4]);
    f64::from(u32::from_le_bytes(bytes)) < share * f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_takes_an_even_sample() {
        let texts: Vec<String> = (0..2000).map(|i| format!("text number {i}")).collect();
        let n = texts.iter().filter(|text| is_sampled(text, 0.25)).count();
        assert!((400..600).contains(&n), "{n}");
    }

    #[test]
    fn phrases_are_cut_and_other_words_stay_whole() {
        let cut = |word| without_phrases(word).collect::<Vec<_>>();
        assert_eq!(cut(" incomprehensibilities"), [" incomprehensibilities"]);
        assert_eq!(cut("新华社北京九月"), ["新华社北", "京九月"]);
        assert_eq!(cut(" 新华社abc北京"), [" ", "新华社", "abc", "北京"]);
        assert_eq!(cut("数据"), ["数据"]);
        assert_eq!(cut(""), Vec::<&str>::new());
    }
}
