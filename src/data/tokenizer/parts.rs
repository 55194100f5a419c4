//! What the tokenizers we train are made of, besides their models.

use tokenizers::decoders::byte_fallback::ByteFallback;
use tokenizers::decoders::fuse::Fuse;
use tokenizers::decoders::wordpiece::WordPiece;
use tokenizers::normalizers::{Lowercase, NFC, NFKC};
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{DecoderWrapper, NormalizerWrapper, PreTokenizerWrapper, SplitDelimiterBehavior};

use crate::recipe::tokenizer::{self, Chinese, Normalizer, Trained};

/// The words of a text, as Radford et al. 2019 cut them: a space belongs to the word behind it.
pub const WORDS: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

/// What lines of code begin with: spaces, tabs, and the ends of the lines before.
pub const INDENTATION: &str = r" {2,}|\t+|(?:\r?\n)+";

/// One Han character.
pub const HAN: &str = r"\p{Han}";

/// What a continued piece of a word begins with.
pub const CONTINUED: &str = "##";

/// A kind of tokenizer that is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Pairs of bytes.
    ByteBpe,
    /// Pairs of characters.
    Bpe,
    /// Pieces of words, from the left.
    WordPiece,
    /// Pieces with probabilities.
    Unigram,
    /// Characters.
    Character,
}

impl Kind {
    /// Returns whether characters that are not in the vocabulary become bytes.
    pub fn falls_back(self) -> bool {
        match self {
            Self::Bpe | Self::Unigram | Self::Character => true,
            Self::ByteBpe | Self::WordPiece => false,
        }
    }
}

/// Returns what is done to a text before it is cut.
pub fn normalizer(recipe: &Trained) -> Option<NormalizerWrapper> {
    let one = |normalizer: &Normalizer| match normalizer {
        Normalizer::Nfc => NormalizerWrapper::NFC(NFC),
        Normalizer::Nfkc => NormalizerWrapper::NFKC(NFKC),
        Normalizer::Lowercase => NormalizerWrapper::Lowercase(Lowercase),
    };
    let mut all: Vec<_> = recipe.normalizer.iter().map(one).collect();
    match all.len() {
        0 | 1 => all.pop(),
        _ => Some(NormalizerWrapper::Sequence(tokenizers::normalizers::Sequence::new(all))),
    }
}

/// Returns how a text is cut.
pub fn pre_tokenizer(kind: Kind, recipe: &Trained) -> PreTokenizerWrapper {
    let mut all = Vec::new();
    if recipe.indentation {
        all.push(split(INDENTATION));
    }
    if recipe.chinese == Chinese::Characters {
        all.push(split(HAN));
    }
    if recipe.digits == tokenizer::Digits::Individually {
        all.push(PreTokenizerWrapper::Digits(Digits::new(true)));
    }
    all.push(match kind {
        Kind::ByteBpe => PreTokenizerWrapper::ByteLevel(byte_level()),
        Kind::Bpe | Kind::Unigram | Kind::Character => split(WORDS),
        Kind::WordPiece => PreTokenizerWrapper::BertPreTokenizer(BertPreTokenizer),
    });
    match all.len() {
        1 => all.remove(0),
        _ => PreTokenizerWrapper::Sequence(Sequence::new(all)),
    }
}

fn split(pattern: &str) -> PreTokenizerWrapper {
    let pattern = SplitPattern::Regex(pattern.to_owned());
    let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false).expect("our own patterns are valid");
    PreTokenizerWrapper::Split(split)
}

/// Returns how tokens become text again.
pub fn decoder(kind: Kind) -> DecoderWrapper {
    match kind {
        Kind::ByteBpe => DecoderWrapper::ByteLevel(byte_level()),
        Kind::WordPiece => DecoderWrapper::WordPiece(WordPiece::new(CONTINUED.to_owned(), true)),
        Kind::Bpe | Kind::Unigram | Kind::Character => {
            let parts = vec![DecoderWrapper::ByteFallback(ByteFallback::new()), DecoderWrapper::Fuse(Fuse::new())];
            DecoderWrapper::Sequence(tokenizers::decoders::sequence::Sequence::new(parts))
        }
    }
}

/// No space is put in front, nothing is trimmed.
fn byte_level() -> ByteLevel {
    ByteLevel::new(false, false, true)
}

/// Returns the token that stands for a byte of a character that is not in the vocabulary.
pub fn byte_token(byte: u8) -> String {
    format!("<0x{byte:02X}>")
}
