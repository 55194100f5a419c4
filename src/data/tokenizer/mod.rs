//! Tokenizers: training, loading, encoding, decoding; Hugging Face's `tokenizers` and its file format do the work.

mod train;
mod stream;

use tokenizers::decoders::byte_level::ByteLevel;
use tokenizers::models::bpe::BPE;
use tokenizers::{DecoderWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper, TokenizerImpl};

use crate::data::error::DataError;
use crate::recipe::tokenizer::END_OF_TEXT;

pub use stream::Stream;
pub use train::{Budget, Corpus, train};

/// The bytes after which a long text is cut before it is encoded.
const CHUNK: usize = if cfg!(test) { 8 } else { 4096 };

/// The library's tokenizer with a byte-pair model.
type Inner = TokenizerImpl<BPE, NormalizerWrapper, PreTokenizerWrapper, PostProcessorWrapper, DecoderWrapper>;

/// A byte-level tokenizer: every text can be encoded, and decoding gives the text back.
pub struct Tokenizer {
    inner: Inner,
    end_of_text: u32,
}

/// Loads a tokenizer from the bytes of `tokenizer.json`.
///
/// # Errors
/// When the bytes are no byte-level tokenizer with an end-of-text token.
pub fn load(bytes: &[u8]) -> Result<Tokenizer, DataError> {
    let wrong = |message: String| DataError::BadTokenizer { message };
    let mut inner: Inner = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
    // A text that merely mentions the end-of-text token must not end there.
    inner.set_encode_special_tokens(true);
    let is_byte_level = matches!(inner.get_pre_tokenizer(), Some(PreTokenizerWrapper::ByteLevel(_)))
        && matches!(inner.get_decoder(), Some(DecoderWrapper::ByteLevel(_)));
    let end_of_text = inner.token_to_id(END_OF_TEXT).filter(|_| is_byte_level);
    let end_of_text =
        end_of_text.ok_or_else(|| wrong(format!("expected byte-level pieces and a token `{END_OF_TEXT}`")))?;
    Ok(Tokenizer { inner, end_of_text })
}

impl Tokenizer {
    /// Returns the tokens of a text, without an end-of-text token.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        chunks(text).flat_map(|chunk| self.encode_whole(chunk)).collect()
    }

    fn encode_whole(&self, text: &str) -> Vec<u32> {
        let encoding = self.inner.encode_fast(text, false).expect("byte-level pieces encode every text");
        encoding.get_ids().to_vec()
    }

    /// Returns the text of tokens; end-of-text tokens are left out, and bytes that are no UTF-8 become `U+FFFD`.
    pub fn decode(&self, tokens: &[u32]) -> String {
        let mut stream = self.stream();
        let mut text: String = tokens.iter().map(|token| stream.push(*token)).collect();
        text.push_str(&stream.finish());
        text
    }

    /// Returns a decoder that is given one token after another.
    pub fn stream(&self) -> Stream<'_> {
        Stream::new(self)
    }

    /// Returns the id of the token that ends a document and a response.
    pub fn end_of_text(&self) -> u32 {
        self.end_of_text
    }

    /// Returns the number of tokens, special tokens included.
    pub fn vocab_size(&self) -> u32 {
        self.inner.get_vocab_size(true) as u32
    }

    /// Returns the characters that stand for the bytes of a token; `None` for a special or unknown one.
    fn piece(&self, token: u32) -> Option<String> {
        if token == self.end_of_text { None } else { self.inner.id_to_token(token) }
    }
}

/// Cuts a long text where no piece crosses: in front of a line end that a visible character follows.
///
/// The library slows down on long texts; the tokens of the chunks are the tokens of the whole.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (chunk, after) = rest.split_at(cut(rest));
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    })
}

fn cut(text: &str) -> usize {
    let is_cut = |i: usize| i >= CHUNK && text[i + 1..].starts_with(|c: char| !c.is_whitespace());
    text.match_indices('\n').map(|(i, _)| i).find(|i| is_cut(*i)).unwrap_or(text.len())
}

/// Returns the pre-tokenizer and decoder of every tokenizer we make: no space is put in front, nothing is trimmed.
fn byte_level() -> ByteLevel {
    ByteLevel::new(false, false, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    const TEXTS: [&str; 4] = [
        "fn main() { println!(\"hello\"); }\n",
        "The quick brown fox jumps over the lazy dog. The dog sleeps.",
        "async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {\n    self.inner.read(buffer).await\n}",
        "Größe, 数据, 🦀🦀 and more.",
    ];

    fn trained() -> Vec<u8> {
        train(270, Corpus::of(&TEXTS), Budget::default()).unwrap()
    }

    static TOKENIZER: LazyLock<Tokenizer> = LazyLock::new(|| load(&trained()).unwrap());

    #[test]
    fn the_end_of_text_is_token_0_and_a_text_that_mentions_it_goes_on() {
        assert_eq!(TOKENIZER.end_of_text(), 0);
        let tokens = TOKENIZER.encode("a<|endoftext|>b");
        assert!(!tokens.contains(&0));
        assert_eq!(TOKENIZER.decode(&tokens), "a<|endoftext|>b");
        assert_eq!(TOKENIZER.vocab_size(), 270);
    }

    #[test]
    fn training_again_gives_the_same_bytes_with_one_thread_and_with_two() {
        let many: Vec<String> = (0..400).map(|i| format!("{} {i} {}", TEXTS[i % 4], i * i)).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| train(600, Corpus::of(&many), Budget::default()).unwrap())
        };
        let first = run(1);
        for threads in [1, 2, 2, 3] {
            assert!(run(threads) == first, "{threads} threads");
        }
    }

    #[test]
    fn a_file_that_is_no_tokenizer_is_refused() {
        assert!(load(b"{}").is_err());
        let without = String::from_utf8(trained()).unwrap().replace("endoftext", "somewhere");
        assert!(load(without.as_bytes()).err().unwrap().to_string().contains("<|endoftext|>"));
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "(?s).{0,40}") {
            prop_assert_eq!(TOKENIZER.decode(&TOKENIZER.encode(&text)), text);
        }

        #[test]
        fn the_tokens_of_the_chunks_are_the_tokens_of_the_whole(text in "(a|'s|\\.|1|é| |\n|\t|\r|\u{a0}|\u{85}|fn |\\(){0,80}") {
            prop_assert_eq!(TOKENIZER.encode(&text), TOKENIZER.encode_whole(&text));
        }

        #[test]
        fn a_stream_of_any_tokens_says_what_decoding_all_of_them_says(tokens in prop::collection::vec(0_u32..280, 0..40)) {
            let mut stream = TOKENIZER.stream();
            let mut text: String = tokens.iter().map(|token| stream.push(*token)).collect();
            text.push_str(&stream.finish());
            let known: Vec<u32> = tokens.into_iter().filter(|token| *token < 270).collect();
            prop_assert_eq!(text, TOKENIZER.inner.decode(&known, true).unwrap());
        }
    }
}
