//! Trains a tokenizer, deterministically.

use tokenizers::{AddedToken, ModelWrapper};

use crate::data::error::DataError;
use crate::data::tokenizer::count::{self, Budget, Corpus, Cut};
use crate::data::tokenizer::parts::{self, Kind};
use crate::data::tokenizer::{Inner, pieces, special, unigram};
use crate::recipe::tokenizer::{Tokenizer, Trained};

/// The most bytes a model with probabilities is trained on: it goes through them many times.
const MOST_FOR_UNIGRAM: u64 = 16 << 20;

/// Trains a tokenizer and returns the bytes of `tokenizer.json`: the same for the same texts, whatever their order and the threads.
///
/// # Errors
/// When there is no text or it cannot be read, when the vocabulary has no room for what has to be in it, and when the
/// tokenizer is none that is trained.
pub fn train<I>(tokenizer: &Tokenizer, corpus: Corpus<I>, budget: Budget) -> Result<Vec<u8>, DataError>
where
    I: Iterator<Item = Result<String, DataError>>,
{
    let (kind, recipe) = match tokenizer {
        Tokenizer::ByteBpe(recipe) => (Kind::ByteBpe, recipe),
        Tokenizer::Bpe(recipe) => (Kind::Bpe, recipe),
        Tokenizer::WordPiece(recipe) => (Kind::WordPiece, recipe),
        Tokenizer::Unigram(recipe) => (Kind::Unigram, recipe),
        Tokenizer::Character(recipe) => (Kind::Character, recipe),
        Tokenizer::Import(_) | Tokenizer::Extend(_) | Tokenizer::Imported { .. } => {
            return Err(untrainable("it is not trained, but taken as it is"));
        }
    };
    let budget = match kind {
        Kind::Unigram => Budget { bytes: budget.bytes.min(MOST_FOR_UNIGRAM) },
        Kind::ByteBpe | Kind::Bpe | Kind::WordPiece | Kind::Character => budget,
    };
    trained(kind, recipe, corpus, budget)
}

fn trained<I>(kind: Kind, recipe: &Trained, corpus: Corpus<I>, budget: Budget) -> Result<Vec<u8>, DataError>
where
    I: Iterator<Item = Result<String, DataError>>,
{
    let (normalizer, pre_tokenizer) = (parts::normalizer(recipe), parts::pre_tokenizer(kind, recipe));
    let cut = Cut { normalizer: normalizer.as_ref(), pre_tokenizer: Some(&pre_tokenizer) };
    let words = count::words(corpus, budget, &cut)?;
    let special = special::of_recipe(kind, &recipe.special_tokens);
    let wanted = pieces::Wanted {
        vocab_size: recipe.vocab_size as usize,
        min_frequency: u64::from(recipe.min_frequency),
        first: first(kind, &special, recipe.vocab_size)?,
    };
    let model: ModelWrapper = match kind {
        Kind::ByteBpe => pieces::pairs_of_bytes(&words, wanted)?.into(),
        Kind::Bpe => pieces::pairs(&words, wanted)?.into(),
        Kind::WordPiece => pieces::of_words(&words, wanted)?.into(),
        Kind::Character => pieces::characters(&words, wanted)?.into(),
        Kind::Unigram => unigram::train(&words, &wanted)?.into(),
    };
    let mut inner = Inner::new(model);
    inner.with_normalizer(normalizer).map_err(library)?;
    inner.with_pre_tokenizer(Some(pre_tokenizer));
    inner.with_decoder(Some(parts::decoder(kind)));
    inner.add_special_tokens(special.into_iter().map(|text| AddedToken::from(text, true))).map_err(library)?;
    inner.to_string(false).map(String::into_bytes).map_err(library)
}

/// Returns the tokens that have the first numbers: special ones, then bytes where others fall back to them.
fn first(kind: Kind, special: &[String], vocab_size: u32) -> Result<Vec<String>, DataError> {
    let mut first = special.to_vec();
    if kind.falls_back() {
        first.extend((0..=255).map(parts::byte_token));
    }
    let needed = first.len() + if kind == Kind::ByteBpe { 256 } else { 1 };
    if (vocab_size as usize) < needed {
        let message = format!("a vocabulary of {vocab_size} has no room for the {needed} tokens it has to have");
        return Err(DataError::Untrainable { message });
    }
    Ok(first)
}

pub(super) fn untrainable(message: &str) -> DataError {
    DataError::Untrainable { message: message.to_owned() }
}

pub(super) fn library(error: tokenizers::Error) -> DataError {
    DataError::Untrainable { message: error.to_string() }
}
