//! Training a byte-level byte-pair tokenizer, deterministically.

use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, DecoderWrapper, PreTokenizerWrapper};

use crate::data::error::DataError;
use crate::data::tokenizer::{Inner, byte_level, chunks};
use crate::recipe::tokenizer::END_OF_TEXT;

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

/// Trains a tokenizer and returns the bytes of `tokenizer.json`: the same for the same texts, whatever their order and the threads.
///
/// Of the texts only the counts of their pieces are held.
///
/// # Errors
/// When there is no text or it cannot be read, or the vocabulary is too small for the 256 bytes and the end-of-text token.
pub fn train<I>(vocab_size: u32, corpus: Corpus<I>, budget: Budget) -> Result<Vec<u8>, DataError>
where
    I: Iterator<Item = Result<String, DataError>> + Send,
{
    let wrong = |message: String| DataError::Untrainable { message };
    if corpus.bytes == 0 {
        return Err(wrong("there is no text".to_owned()));
    }
    if vocab_size < 257 {
        return Err(wrong(format!("a vocabulary of {vocab_size} has no room for 256 bytes and `{END_OF_TEXT}`")));
    }
    let share = budget.bytes as f64 / corpus.bytes as f64;
    let mut inner = Inner::new(BPE::default());
    inner.with_pre_tokenizer(Some(PreTokenizerWrapper::ByteLevel(byte_level())));
    inner.with_decoder(Some(DecoderWrapper::ByteLevel(byte_level())));
    let mut failed = None;
    let texts = corpus.texts.map_while(|text| text.map_err(|error| failed = Some(error)).ok());
    let cut = |text: String| chunks(&text).map(str::to_owned).collect::<Vec<_>>();
    let sample = texts.filter(|text| is_sampled(text, share)).flat_map(cut);
    inner.train(&mut trainer(vocab_size), sample).map_err(|error| wrong(error.to_string()))?;
    if let Some(error) = failed {
        return Err(error);
    }
    let json = inner.to_string(false).map_err(|error| wrong(error.to_string()))?;
    Ok(json.into_bytes())
}

fn trainer(vocab_size: u32) -> BpeTrainer {
    BpeTrainer::builder()
        .vocab_size(vocab_size as usize)
        .min_frequency(2)
        .show_progress(false)
        .special_tokens(vec![AddedToken::from(END_OF_TEXT, true)])
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .build()
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
    fn the_order_of_the_texts_does_not_matter() {
        let texts = ["one two three three", "four four four", "five six six"];
        let there = train(270, Corpus::of(&texts), Budget::default()).unwrap();
        let back = train(270, Corpus::of(&[texts[2], texts[0], texts[1]]), Budget::default()).unwrap();
        assert_eq!(there, back);
    }

    #[test]
    fn a_budget_takes_an_even_sample() {
        let texts: Vec<String> = (0..2000).map(|i| format!("text number {i}")).collect();
        let n = texts.iter().filter(|text| is_sampled(text, 0.25)).count();
        assert!((400..600).contains(&n), "{n}");
    }

    #[test]
    fn nothing_and_too_little_room_are_refused() {
        assert_eq!(
            train(300, Corpus::of(&["", ""]), Budget::default()).unwrap_err().to_string(),
            "cannot train a tokenizer: there is no text"
        );
        assert!(train(256, Corpus::of(&["a"]), Budget::default()).is_err());
    }
}
