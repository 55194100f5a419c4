//! Tokenizers: training, loading, encoding, decoding; Hugging Face's `tokenizers` and its file format do the work.
//!
//! Of most tokenizers a text is cut into words here, and what a word becomes is remembered; the library is asked only for
//! words that are new. The tokens are those the library gives for the whole text.

mod parts;
mod special;
mod words;
mod characters;
mod cache;
mod check;
mod count;
mod train;
mod pieces;
mod unigram;
mod extend;
mod more;
mod stream;
mod chat;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use tokenizers::{DecoderWrapper, Model as _, NormalizedString, Normalizer as _, NormalizerWrapper};

use crate::data::error::DataError;
use crate::data::tokenizer::cache::Caches;
use crate::data::tokenizer::words::Words;

pub use chat::Template;
pub use count::{Budget, Corpus};
pub use extend::extend;
pub use special::Role;
pub use stream::Stream;
pub use train::train;

/// The library's tokenizer.
type Inner = tokenizers::Tokenizer;

/// A tokenizer with a token that ends a text.
pub struct Tokenizer {
    inner: Inner,
    /// How texts are cut into words, where that is known.
    words: Option<Words>,
    caches: Caches,
    /// The special tokens by their numbers.
    special: BTreeMap<u32, String>,
    /// Texts that are tokens wherever they stand.
    texts: BTreeMap<u32, String>,
    template: Template,
    end_of_text: u32,
    vocab_size: u32,
}

/// Loads a tokenizer from the bytes of `tokenizer.json`.
///
/// # Errors
/// When the bytes are no tokenizer, when it has parts that are not known, and when it has no token that ends a text.
pub fn load(bytes: &[u8]) -> Result<Tokenizer, DataError> {
    let wrong = |message: String| DataError::BadTokenizer { message };
    check::check(bytes).map_err(wrong)?;
    let mut inner = Inner::from_bytes(bytes).map_err(|error| wrong(error.to_string()))?;
    // A text that merely mentions the end-of-text token must not end there.
    inner.set_encode_special_tokens(true);
    inner.with_truncation(None).map_err(|error| wrong(error.to_string()))?;
    inner.with_padding(None);
    let added = inner.get_added_tokens_decoder();
    let special = added.iter().filter(|(_, token)| token.special);
    let special = special.map(|(id, token)| (*id, token.content.clone())).collect();
    let end_of_text = Role::EndOfText.find(&inner).ok_or_else(|| {
        wrong(format!("expected a token that ends a text, one of {}", special::listed(Role::EndOfText)))
    })?;
    let vocab_size = inner.get_vocab(true).into_values().max().map_or(0, |id| id + 1);
    let texts = added.iter().filter(|(_, token)| !token.special);
    let texts: BTreeMap<u32, String> = texts.map(|(id, token)| (*id, token.content.clone())).collect();
    let words = if texts.is_empty() { Words::of(inner.get_pre_tokenizer()) } else { None };
    let template = Template::default();
    Ok(Tokenizer { inner, words, caches: Caches::new(), special, texts, template, end_of_text, vocab_size })
}

impl Tokenizer {
    /// Returns the tokens of a text, without an end-of-text token.
    ///
    /// # Errors
    /// When a tokenizer that was imported has no token for a part of the text.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, DataError> {
        let mut tokens = Vec::with_capacity(text.len() / 3 + 1);
        match &self.words {
            Some(words) => self.caches.with(|cache| -> Result<(), DataError> {
                let normalized = self.normalized(text)?;
                for word in words.of_text(normalized.as_deref().unwrap_or(text)) {
                    if !cache.get(word, &mut tokens) {
                        let found = self.encode_word(words, word)?;
                        tokens.extend_from_slice(&found);
                        cache.put(word, &found);
                    }
                }
                Ok(())
            })?,
            None => tokens.extend(self.encode_whole(text)?),
        }
        Ok(tokens)
    }

    /// Returns the text as it is encoded, where that is another one.
    fn normalized(&self, text: &str) -> Result<Option<String>, DataError> {
        let Some(normalizer) = self.inner.get_normalizer() else { return Ok(None) };
        let is_composed =
            || unicode_normalization::is_nfc_quick(text.chars()) == unicode_normalization::IsNormalized::Yes;
        if matches!(normalizer, NormalizerWrapper::NFC(_)) && is_composed() {
            return Ok(None);
        }
        let mut normalized = NormalizedString::from(text);
        normalizer.normalize(&mut normalized).map_err(unencodable)?;
        Ok(Some(normalized.get().to_owned()))
    }

    fn encode_word(&self, words: &Words, word: &str) -> Result<Vec<u32>, DataError> {
        let found = match words.is_of_bytes() {
            true => self.inner.get_model().tokenize(&characters::of_bytes(word.as_bytes())),
            false => self.inner.get_model().tokenize(word),
        };
        Ok(found.map_err(unencodable)?.into_iter().map(|token| token.id).collect())
    }

    /// Lets the library encode a text.
    fn encode_whole(&self, text: &str) -> Result<Vec<u32>, DataError> {
        let encoding = self.inner.encode_fast(text, false).map_err(unencodable)?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Returns the text of tokens; special tokens are left out, and bytes that are no UTF-8 become `U+FFFD`.
    ///
    /// # Errors
    /// When a tokenizer that was imported cannot decode them.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, DataError> {
        if !self.is_of_bytes() {
            return self.inner.decode(tokens, true).map_err(unencodable);
        }
        let mut stream = Stream::new(self);
        let mut text: String = tokens.iter().map(|token| stream.push(*token)).collect();
        text.push_str(&stream.finish());
        Ok(text)
    }

    /// Returns a decoder that is given one token after another, where the tokens are bytes.
    pub fn stream(&self) -> Option<Stream<'_>> {
        self.is_of_bytes().then(|| Stream::new(self))
    }

    fn is_of_bytes(&self) -> bool {
        matches!(self.inner.get_decoder(), Some(DecoderWrapper::ByteLevel(_)))
    }

    /// Returns the id of the token that ends a document and a response.
    pub fn end_of_text(&self) -> u32 {
        self.end_of_text
    }

    /// Returns the id of the token with a role, where there is one.
    pub fn role(&self, role: Role) -> Option<u32> {
        role.find(&self.inner)
    }

    /// Returns the ids of the special tokens.
    pub fn special_tokens(&self) -> impl Iterator<Item = u32> {
        self.special.keys().copied()
    }

    /// Returns the id of a special token by its text.
    pub fn special(&self, text: &str) -> Option<u32> {
        self.inner.token_to_id(text).filter(|id| self.special.contains_key(id))
    }

    /// Returns the text of a token, as it stands in the file.
    pub fn text(&self, token: u32) -> Option<String> {
        self.inner.id_to_token(token)
    }

    /// Returns one more than the highest number of a token.
    pub fn vocab_size(&self) -> u32 {
        self.vocab_size
    }

    /// Returns the characters that stand for a token; `None` for a special or unknown one.
    fn piece(&self, token: u32) -> Option<String> {
        if self.special.contains_key(&token) { None } else { self.inner.id_to_token(token) }
    }

    /// Returns the tokenizer with another way in which conversations become text.
    #[must_use]
    pub fn with_template(self, template: Template) -> Self {
        Self { template, ..self }
    }

    /// Returns how a conversation becomes text.
    pub fn template(&self) -> &Template {
        &self.template
    }
}

fn unencodable(error: tokenizers::Error) -> DataError {
    DataError::Unencodable { message: error.to_string() }
}
