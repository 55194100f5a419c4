//! Reads `tokenizers`.

mod file;
mod extended;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::names::Kind;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::tokenizer::{Chinese, Digits, Normalizer, Tokenizer, Trained, chatml};

pub use extended::resolve;
pub use file::Files;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    ByteBpe,
    Bpe,
    Pieces,
    Unigram,
    Character,
    Import,
    Extend,
}

/// The kinds of tokenizers that are typed.
const WORDS: [(&str, Word); 7] = [
    ("byte-bpe", Word::ByteBpe),
    ("bpe", Word::Bpe),
    ("word-piece", Word::Pieces),
    ("unigram", Word::Unigram),
    ("character", Word::Character),
    ("import", Word::Import),
    ("extend", Word::Extend),
];

/// Reads one tokenizer; the number of tokens of an extended one stays 0 where it depends on another.
pub fn tokenizer(reader: &mut Reader, _: &Name, at: &At<'_>) -> Option<Tokenizer> {
    let mut fields = Fields::open(reader, at)?;
    let Some(word) = fields.kind(reader, "tokenizer", &WORDS) else {
        fields.abandon();
        return None;
    };
    let tokenizer = match word {
        Word::Import => file::imported(reader, &mut fields).map(Tokenizer::Import),
        Word::Extend => extended::extended(reader, &mut fields).map(Tokenizer::Extend),
        Word::ByteBpe => trained(reader, &mut fields, word).map(Tokenizer::ByteBpe),
        Word::Bpe => trained(reader, &mut fields, word).map(Tokenizer::Bpe),
        Word::Pieces => trained(reader, &mut fields, word).map(Tokenizer::WordPiece),
        Word::Unigram => trained(reader, &mut fields, word).map(Tokenizer::Unigram),
        Word::Character => trained(reader, &mut fields, word).map(Tokenizer::Character),
    };
    fields.finish(reader);
    tokenizer
}

fn trained(reader: &mut Reader, fields: &mut Fields<'_>, word: Word) -> Option<Trained> {
    let special_tokens = fields.or(reader, "special-tokens", Vec::new(), special_tokens);
    let n_special = special_tokens.as_ref().map_or(0, Vec::len);
    let vocab_size = fields.need(reader, "vocab-size").and_then(|at| vocab_size(reader, &at, word, n_special));
    let train_on = fields
        .need(reader, "train-on")
        .and_then(|at| reader.some_list(&at, |reader, at| reader.reference(at, Kind::Dataset)));
    let min_frequency = fields.or(reader, "min-frequency", Trained::MIN_FREQUENCY, |reader, at| reader.count(at, 1));
    let normalizer = fields.or(reader, "normalizer", Vec::new(), |reader, at| reader.list(at, normalizer));
    let digits = fields.or(reader, "digits", Digits::default(), |reader, at| {
        let words = [("together", Digits::Together), ("individually", Digits::Individually)];
        reader.word(at, "way of digits", &words)
    });
    let default = if word == Word::Pieces { Chinese::Characters } else { Chinese::default() };
    let chinese = fields.or(reader, "chinese", default, |reader, at| {
        reader.word(at, "way of Chinese", &[("words", Chinese::Words), ("characters", Chinese::Characters)])
    });
    let indentation = fields.or(reader, "indentation", false, |reader, at| reader.truth(at));
    let chat_template = fields.or(reader, "chat-template", chatml(), |reader, at| reader.some_text(at));
    Some(Trained {
        vocab_size: vocab_size?,
        train_on: train_on?,
        min_frequency: min_frequency?,
        special_tokens: special_tokens?,
        normalizer: normalizer?,
        digits: digits?,
        chinese: chinese?,
        indentation: indentation?,
        chat_template: chat_template?,
    })
}

fn normalizer(reader: &mut Reader, at: &At<'_>) -> Option<Normalizer> {
    let words = [("nfc", Normalizer::Nfc), ("nfkc", Normalizer::Nfkc), ("lowercase", Normalizer::Lowercase)];
    reader.word(at, "normalizer", &words)
}

/// Reads special tokens: words for what they are for, or texts that stand between marks, so that no word of a text becomes one.
fn special_tokens(reader: &mut Reader, at: &At<'_>) -> Option<Vec<String>> {
    let texts = texts(reader, at)?;
    let is_role = |text: &str| ["pad", "unk", "bos", "eos", "end-of-text", "sep", "cls", "mask"].contains(&text);
    let is_mark = |c: Option<char>| c.is_some_and(|c| c.is_ascii_punctuation());
    let is_marked = |text: &str| {
        is_mark(text.chars().next()) && is_mark(text.chars().next_back()) && text.chars().any(char::is_alphanumeric)
    };
    match texts.iter().find(|text| !is_role(text) && !is_marked(text)) {
        Some(text) => {
            let hint = format!("such as `<|{}|>`, or one of `pad`, `unk`, `bos`, `sep`, `cls`, `mask`", text.trim());
            reader.wrong(at, format!("`{text}` is no special token: it has to stand between marks"), Some(hint))
        }
        None => Some(texts),
    }
}

/// Reads texts of which none is empty and none stands twice.
fn texts(reader: &mut Reader, at: &At<'_>) -> Option<Vec<String>> {
    let texts = reader.list(at, |reader, at| reader.some_text(at))?;
    match texts.iter().enumerate().find(|(i, text)| texts[..*i].contains(text)) {
        Some((_, text)) => {
            let message = format!("`{text}` stands here twice");
            reader.wrong(at, message, Some("keep one of them".to_owned()))
        }
        None => Some(texts),
    }
}

fn vocab_size(reader: &mut Reader, at: &At<'_>, word: Word, n_special: usize) -> Option<u32> {
    let size = reader.integer(at, 1..=1 << 20)?;
    let (what, least, hint) = match word {
        Word::ByteBpe => ("byte-level ", 257, "the 256 bytes and the end-of-text token need 257"),
        Word::Bpe | Word::Unigram | Word::Character | Word::Import | Word::Extend => {
            ("", 258, "the 256 bytes, the end-of-text token and a first character need 258")
        }
        Word::Pieces => ("", 3, "the end-of-text token, `[UNK]` and a first character need 3"),
    };
    if size < least + n_special as i128 {
        let hint = match n_special {
            0 => hint.to_owned(),
            n => format!("{hint}, and the special tokens {n} more"),
        };
        let message = format!("a {what}vocabulary of {size} tokens is too small");
        return reader.wrong_of(Code::OutOfRange, at, message, Some(hint));
    }
    u32::try_from(size).ok()
}
