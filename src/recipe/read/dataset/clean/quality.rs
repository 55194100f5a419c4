//! Reads `quality`.

use crate::recipe::code::Code;
use crate::recipe::dataset::{CleanStep, Quality, QualityRules};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

const RULES: [(&str, QualityRules); 3] =
    [("gopher", QualityRules::Gopher), ("c4", QualityRules::C4), ("both", QualityRules::Both)];

/// Reads the thresholds; every one has a default.
pub(super) fn quality(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    let rules =
        fields.or(reader, "rules", QualityRules::default(), |reader, at| reader.word(at, "set of rules", &RULES));
    let quality = values(reader, fields);
    let quality = Quality { rules: rules?, ..quality? };
    let bounds = [
        ("words", quality.min_words, quality.max_words),
        ("chinese-chars", quality.min_chinese_chars, quality.max_chinese_chars),
    ];
    for (what, least, most) in bounds {
        if most < least {
            let message = format!("`max-{what}` is less than `min-{what}`: no record would stay");
            let at = fields.at().clone();
            return reader.wrong_of(Code::ConflictingKeys, &at, message, Some("exchange the two numbers".to_owned()));
        }
    }
    Some(CleanStep::Quality(Box::new(quality)))
}

fn values(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Quality> {
    let it = Quality::default();
    let mut count =
        |reader: &mut Reader, key, default| fields.or(reader, key, default, |reader, at| reader.count(at, 0));
    let min_words = count(reader, "min-words", it.min_words);
    let max_words = count(reader, "max-words", it.max_words);
    let min_chinese_chars = count(reader, "min-chinese-chars", it.min_chinese_chars);
    let max_chinese_chars = count(reader, "max-chinese-chars", it.max_chinese_chars);
    let min_line_words = count(reader, "min-line-words", it.min_line_words);
    let min_chinese_line_chars = count(reader, "min-chinese-line-chars", it.min_chinese_line_chars);
    let min_sentences = count(reader, "min-sentences", it.min_sentences);
    let min_stop_words = fields.or(reader, "min-stop-words", it.min_stop_words, |reader, at| {
        reader.integer(at, 0..=8).and_then(|n| u32::try_from(n).ok())
    });
    let mut number = |reader: &mut Reader, key, default, most| {
        fields.or(reader, key, default, |reader, at| reader.number(at, 0.0..=most))
    };
    let min_mean_word_length = number(reader, "min-mean-word-length", it.min_mean_word_length, 1000.0);
    let max_mean_word_length = number(reader, "max-mean-word-length", it.max_mean_word_length, 1000.0);
    let max_symbol_share = number(reader, "max-symbol-share", it.max_symbol_share, 1000.0);
    let mut share = |reader: &mut Reader, key, default| number(reader, key, default, 1.0);
    let max_bullet_share = share(reader, "max-bullet-share", it.max_bullet_share);
    let max_ellipsis_share = share(reader, "max-ellipsis-share", it.max_ellipsis_share);
    let min_alphabetic_share = share(reader, "min-alphabetic-share", it.min_alphabetic_share);
    let line = share(reader, "max-duplicate-line-share", it.max_duplicate_line_share);
    let line_char = share(reader, "max-duplicate-line-char-share", it.max_duplicate_line_char_share);
    let paragraph = share(reader, "max-duplicate-paragraph-share", it.max_duplicate_paragraph_share);
    let paragraph_char = share(reader, "max-duplicate-paragraph-char-share", it.max_duplicate_paragraph_char_share);
    let top = fields.or(reader, "max-top-ngram-shares", it.max_top_ngram_shares, shares);
    let duplicate = fields.or(reader, "max-duplicate-ngram-shares", it.max_duplicate_ngram_shares, shares);
    let mut truth = |reader: &mut Reader, key, default| fields.or(reader, key, default, |reader, at| reader.truth(at));
    let sentence_lines = truth(reader, "sentence-lines", it.sentence_lines);
    let drop_notice_lines = truth(reader, "drop-notice-lines", it.drop_notice_lines);
    let drop_lorem_ipsum = truth(reader, "drop-lorem-ipsum", it.drop_lorem_ipsum);
    let drop_curly_braces = truth(reader, "drop-curly-braces", it.drop_curly_braces);
    let bad_words = fields.or(reader, "bad-words", None, |reader, at| reader.path(at).map(Some));
    Some(Quality {
        rules: it.rules,
        min_words: min_words?,
        max_words: max_words?,
        min_chinese_chars: min_chinese_chars?,
        max_chinese_chars: max_chinese_chars?,
        min_mean_word_length: min_mean_word_length?,
        max_mean_word_length: max_mean_word_length?,
        max_symbol_share: max_symbol_share?,
        max_bullet_share: max_bullet_share?,
        max_ellipsis_share: max_ellipsis_share?,
        min_alphabetic_share: min_alphabetic_share?,
        min_stop_words: min_stop_words?,
        max_duplicate_line_share: line?,
        max_duplicate_line_char_share: line_char?,
        max_duplicate_paragraph_share: paragraph?,
        max_duplicate_paragraph_char_share: paragraph_char?,
        max_top_ngram_shares: top?,
        max_duplicate_ngram_shares: duplicate?,
        sentence_lines: sentence_lines?,
        min_line_words: min_line_words?,
        min_chinese_line_chars: min_chinese_line_chars?,
        drop_notice_lines: drop_notice_lines?,
        min_sentences: min_sentences?,
        drop_lorem_ipsum: drop_lorem_ipsum?,
        drop_curly_braces: drop_curly_braces?,
        bad_words: bad_words?,
    })
}

/// Reads a list of exactly so many shares.
fn shares<const N: usize>(reader: &mut Reader, at: &At<'_>) -> Option<[f64; N]> {
    let list = reader.list(at, |reader, at| reader.number(at, 0.0..=1.0))?;
    match <[f64; N]>::try_from(list) {
        Ok(shares) => Some(shares),
        Err(list) => {
            let message = format!("expected {N} shares, found {}", list.len());
            reader.wrong(at, message, Some("one for each length of n-grams, from short to long".to_owned()))
        }
    }
}
