//! `quality`: the thresholds of Gopher and C4.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::typed::SomeText;
use crate::recipe::typed::defaults;

/// Drops what reads unlike prose.
///
/// Where a third or more of a text's letters are Chinese, its characters stand for words, `min-chinese-chars` and `max-chinese-chars`
/// for the bounds of their number, two characters for each word of an n-gram, and the length of words is not looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([serde_json::json!(Quality::default())]))]
pub struct Quality {
    /// Whose rules: those of Gopher judge the whole record, those of C4 first take lines out of it.
    #[schemars(example = &"both")]
    pub rules: QualityRules,
    /// Gopher: the least number of words.
    #[schemars(extend("x-unit" = "words"), example = 20)]
    pub min_words: u32,
    /// Gopher: the greatest number of words.
    #[schemars(extend("x-unit" = "words"), example = 50_000)]
    pub max_words: u32,
    /// Gopher: the least number of characters of a Chinese text, white space aside.
    #[schemars(extend("x-unit" = "characters"), example = 40)]
    pub min_chinese_chars: u32,
    /// Gopher: the greatest number of characters of a Chinese text, white space aside.
    #[schemars(extend("x-unit" = "characters"), example = 100_000)]
    pub max_chinese_chars: u32,
    /// Gopher: the least mean length of words.
    #[schemars(range(min = 0.0, max = 1000.0), extend("x-unit" = "characters"), example = 2.5)]
    pub min_mean_word_length: f64,
    /// Gopher: the greatest mean length of words.
    #[schemars(range(min = 0.0, max = 1000.0), extend("x-unit" = "characters"), example = 12.0)]
    pub max_mean_word_length: f64,
    /// Gopher: the most `#` for each word, and the most ellipses for each word.
    #[schemars(range(min = 0.0, max = 1000.0), extend("x-unit" = "symbols a word"), example = 0.2)]
    pub max_symbol_share: f64,
    /// Gopher: the greatest share of lines that begin with a bullet.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.5)]
    pub max_bullet_share: f64,
    /// Gopher: the greatest share of lines that end with an ellipsis.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.2)]
    pub max_ellipsis_share: f64,
    /// Gopher: the least share of words that hold a letter; of Chinese, of the characters that are no punctuation.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.7)]
    pub min_alphabetic_share: f64,
    /// Gopher: how many different ones of `the be to of and that have with` there have to be; of Chinese, of
    /// `的 了 是 在 和 有 不 也 就 与 为 对 这 而 及 之`.
    #[schemars(range(max = 8), extend("x-unit" = "words"), example = 1)]
    pub min_stop_words: u32,
    /// Gopher: the greatest share of lines that stood before.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.2)]
    pub max_duplicate_line_share: f64,
    /// Gopher: the greatest share of characters in lines that stood before.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
    pub max_duplicate_line_char_share: f64,
    /// Gopher: the greatest share of paragraphs that stood before.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.2)]
    pub max_duplicate_paragraph_share: f64,
    /// Gopher: the greatest share of characters in paragraphs that stood before.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
    pub max_duplicate_paragraph_char_share: f64,
    /// Gopher: the greatest share of characters in the most frequent n-gram of 2, 3 and 4 words.
    #[schemars(inner(range(min = 0.0, max = 1.0)), extend("x-unit" = "share"), example = [0.3, 0.25, 0.2])]
    pub max_top_ngram_shares: [f64; 3],
    /// Gopher: the greatest share of characters in n-grams that stood before, of 5, 6, 7, 8, 9 and 10 words.
    #[schemars(inner(range(min = 0.0, max = 1.0)), extend("x-unit" = "share"), example = [0.2, 0.2, 0.2, 0.2, 0.2, 0.2])]
    pub max_duplicate_ngram_shares: [f64; 6],
    /// C4: whether lines go that do not end as a sentence does.
    #[schemars(example = false)]
    pub sentence_lines: bool,
    /// C4: the least number of words of a line; shorter ones go.
    #[schemars(extend("x-unit" = "words"), example = 3)]
    pub min_line_words: u32,
    /// C4: the least number of characters of a Chinese line; shorter ones go.
    #[schemars(extend("x-unit" = "characters"), example = 5)]
    pub min_chinese_line_chars: u32,
    /// C4: whether lines go that ask for JavaScript or tell of cookies, privacy policies and terms of use.
    #[schemars(example = false)]
    pub drop_notice_lines: bool,
    /// C4: the least number of sentences.
    #[schemars(extend("x-unit" = "sentences"), example = 5)]
    pub min_sentences: u32,
    /// C4: whether a record goes that holds `lorem ipsum`.
    #[schemars(example = false)]
    pub drop_lorem_ipsum: bool,
    /// C4: whether a record goes that holds a curly brace.
    #[schemars(example = false)]
    pub drop_curly_braces: bool,
    /// C4: a file of words of which a record may hold none, one a line; empty lines and lines that begin with `#` are left out.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"bad-words.txt")]
    pub bad_words: Option<String>,
}

impl Default for Quality {
    /// The numbers are those of the papers: Rae et al. 2021, appendix A.1; Raffel et al. 2020, section 2.2.
    fn default() -> Self {
        Self {
            rules: QualityRules::default(),
            min_words: 50,
            max_words: 100_000,
            min_chinese_chars: 80,
            max_chinese_chars: 200_000,
            min_mean_word_length: 3.0,
            max_mean_word_length: 10.0,
            max_symbol_share: 0.1,
            max_bullet_share: 0.9,
            max_ellipsis_share: 0.3,
            min_alphabetic_share: 0.8,
            min_stop_words: 2,
            max_duplicate_line_share: 0.3,
            max_duplicate_line_char_share: 0.2,
            max_duplicate_paragraph_share: 0.3,
            max_duplicate_paragraph_char_share: 0.2,
            max_top_ngram_shares: [0.2, 0.18, 0.16],
            max_duplicate_ngram_shares: [0.15, 0.14, 0.13, 0.12, 0.11, 0.1],
            sentence_lines: true,
            min_line_words: 5,
            min_chinese_line_chars: 8,
            drop_notice_lines: true,
            min_sentences: 3,
            drop_lorem_ipsum: true,
            drop_curly_braces: true,
            bad_words: None,
        }
    }
}

/// Whose rules of quality.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum QualityRules {
    /// Those of Gopher: length, symbols, bullets, stop words, repetition.
    #[default]
    Gopher,
    /// Those of C4: sentences, notices, placeholders, code, bad words.
    C4,
    /// Both: first those of C4, which shorten a record.
    Both,
}
