//! Puts more tokens behind those a tokenizer has: no token changes its number.

use serde_json::{Map, Value, json};
use tokenizers::AddedToken;

use crate::data::error::DataError;
use crate::data::tokenizer::count::{self, Budget, Corpus, Cut};
use crate::data::tokenizer::train::{library, untrainable};
use crate::data::tokenizer::{Inner, load, more, special};
use crate::recipe::tokenizer::Extended;

/// Extends the tokenizer in the bytes of a `tokenizer.json`, and returns those of the larger one.
///
/// What is learnt comes first, then what is added, then what is special.
///
/// # Errors
/// When the base is no tokenizer, when the numbers of its tokens have gaps, and when texts cannot be read.
pub fn extend<I>(
    base: &[u8],
    recipe: &Extended,
    corpus: Option<Corpus<I>>,
    budget: Budget,
) -> Result<Vec<u8>, DataError>
where
    I: Iterator<Item = Result<String, DataError>>,
{
    let old = load(base)?;
    let is_bracketed = old.inner.token_to_id("[UNK]").is_some();
    let special: Vec<_> = recipe.special_tokens.iter().map(|text| special::spelled(is_bracketed, text)).collect();
    let mut inner = Inner::from_bytes(base).map_err(library)?;
    if let Some(corpus) = corpus {
        let cut = Cut { normalizer: inner.get_normalizer(), pre_tokenizer: inner.get_pre_tokenizer() };
        let words = count::words(corpus, budget, &cut)?;
        let room =
            (recipe.vocab_size as usize).saturating_sub(old.vocab_size() as usize + recipe.add.len() + special.len());
        let mut file = serde_json::to_value(&inner).map_err(|error| library(Box::new(error)))?;
        hold_all(&mut file)?;
        more::learn(&mut file["model"], &words, room, &old)?;
        inner = Inner::from_bytes(file.to_string()).map_err(library)?;
    }
    let texts = recipe.add.iter().map(|text| AddedToken::from(text.clone(), false).normalized(false));
    inner.add_tokens(texts).map_err(library)?;
    inner.add_special_tokens(special.into_iter().map(|text| AddedToken::from(text, true))).map_err(library)?;
    inner.to_string(false).map(String::into_bytes).map_err(library)
}

/// Takes the tokens that were added into the vocabulary of the model: what is learnt is numbered behind them.
fn hold_all(file: &mut Value) -> Result<(), DataError> {
    let mut added: Vec<(u64, String)> = file["added_tokens"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|token| Some((token["id"].as_u64()?, token["content"].as_str()?.to_owned())))
        .collect();
    added.sort_unstable();
    match &mut file["model"]["vocab"] {
        Value::Object(vocab) => {
            for (id, text) in added {
                vocab.entry(text).or_insert(id.into());
            }
            is_without_gaps(vocab)
        }
        Value::Array(vocab) => {
            let least = vocab.iter().filter_map(|piece| piece[1].as_f64()).fold(0.0, f64::min);
            let added = added.into_iter().skip_while(|(id, _)| *id < vocab.len() as u64).collect::<Vec<_>>();
            for (id, text) in added {
                if id != vocab.len() as u64 {
                    return Err(untrainable("the numbers of the tokens of `base` have gaps"));
                }
                vocab.push(json!([text, least]));
            }
            Ok(())
        }
        _ => Err(untrainable("`base` has no vocabulary")), // Of JSON, which others write.
    }
}

fn is_without_gaps(vocab: &Map<String, Value>) -> Result<(), DataError> {
    let highest = vocab.values().filter_map(Value::as_u64).max();
    match highest.map_or(0, |id| id + 1) == vocab.len() as u64 {
        true => Ok(()),
        false => Err(untrainable("the numbers of the tokens of `base` have gaps")),
    }
}
