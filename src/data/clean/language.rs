//! `language`: which language a record is in.
//!
//! Chinese, Japanese and Korean are told by their characters, English first by its function words, and everything else by
//! `whatlang`, which compares trigrams (Cavnar and Trenkle 1994). Of a long text three pieces are looked at.

use std::borrow::Cow;

use whatlang::Lang;

use crate::data::clean::script::{is_han, is_kana, words};
use crate::data::clean::{Counts, Fate, Step};
use crate::data::record::Record;
use crate::recipe::dataset::LanguageCode;

/// The bytes of each of the three pieces.
const PIECE: usize = 1000;
/// A Chinese or Japanese character says about as much as three letters of an alphabet.
const WEIGHT: usize = 3;
/// English function words that other languages of the alphabet do not have, or hardly.
const ENGLISH: [&str; 44] = [
    "the", "and", "that", "with", "this", "are", "you", "not", "it", "will", "can", "have", "which", "from", "be",
    "by", "or", "for", "were", "been", "their", "they", "would", "has", "when", "if", "your", "to", "is", "of", "may",
    "should", "there", "these", "than", "only", "some", "other", "into", "we", "what", "how", "it's", "don't",
];

/// Tells the language of records, and keeps some.
pub struct Language {
    /// The languages that stay; empty where all do.
    pub keep: Vec<LanguageCode>,
    /// How sure one has to be for a record to stay, between 0 and 1.
    pub min_confidence: f64,
    /// The field that then holds the code.
    pub field: String,
}

impl Step for Language {
    fn one(&self, mut record: Record, counts: &mut Counts) -> Fate {
        let found = detect(&sample(&record));
        let code = found.map_or("none", |(language, _)| language.code());
        *counts.entry(code.to_owned()).or_default() += 1;
        let reason = match found {
            Some((language, _)) if !self.keep.is_empty() && !self.keep.contains(&language) => "another language",
            Some((_, confidence)) if confidence < self.min_confidence => "an unsure language",
            None if !self.keep.is_empty() || self.min_confidence > 0.0 => "no language",
            Some(_) | None => {
                if let Some((language, _)) = found {
                    record.fields.insert(self.field.clone(), language.code().to_owned());
                }
                return Fate::Keep(record);
            }
        };
        Fate::Drop { record, reason }
    }
}

/// Returns what is looked at of a record: all of it, or three pieces.
fn sample(record: &Record) -> Cow<'_, str> {
    let mut texts = record.texts();
    let whole = match (texts.next(), texts.next()) {
        (Some(text), None) => Cow::Borrowed(text),
        _ => Cow::Owned(record.texts().collect::<Vec<_>>().join("\n")),
    };
    if whole.len() <= 3 * PIECE {
        return whole;
    }
    let piece = |from: usize| {
        let (from, to) = (whole.ceil_char_boundary(from), whole.floor_char_boundary(from + PIECE));
        &whole[from..to]
    };
    Cow::Owned([piece(0), piece(whole.len() / 2), piece(whole.len() - PIECE)].join("\n"))
}

/// Returns the language of a text and how sure that is, between 0 and 1; `None` where it has no letters.
pub fn detect(text: &str) -> Option<(LanguageCode, f64)> {
    let Letters { han, kana, hangul, others } = Letters::of(text);
    let east_asian = WEIGHT * (han + kana + hangul);
    let total = east_asian + others;
    if total == 0 {
        return None;
    }
    let share = |n: usize| (WEIGHT * n) as f64 / total as f64;
    match () {
        () if east_asian < others => alphabetic(text),
        () if hangul > han + kana => Some((LanguageCode::KOREAN, share(hangul))),
        // Chinese quotes a Japanese word now and then; Japanese cannot do without them.
        () if kana * 100 >= (han + kana) * 15 => Some((LanguageCode::JAPANESE, share(han + kana))),
        () => Some((LanguageCode::CHINESE, share(han))),
    }
}

#[derive(Default)]
struct Letters {
    han: usize,
    kana: usize,
    hangul: usize,
    others: usize,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut letters = Self::default();
        for c in text.chars() {
            match c {
                c if c.is_ascii() => letters.others += usize::from(c.is_ascii_alphabetic()),
                c if is_han(c) => letters.han += 1,
                c if is_kana(c) => letters.kana += 1,
                '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' => letters.hangul += 1,
                c => letters.others += usize::from(c.is_alphabetic()),
            }
        }
        letters
    }
}

/// Returns the language of a text that is mostly written in an alphabet.
fn alphabetic(text: &str) -> Option<(LanguageCode, f64)> {
    let (share, n_different) = english_words(text);
    if share >= 0.15 && n_different >= 3 {
        return Some((LanguageCode::ENGLISH, 1.0));
    }
    let letters: String = text.chars().filter(|c| !is_han(*c) && !is_kana(*c)).collect();
    let guess = whatlang::detect(&letters)?;
    let (language, confidence) = (code_of(guess.lang())?, guess.confidence());
    let is_rather_english = confidence < 0.5 && n_different >= 1 && share >= 0.1 && letters.is_ascii();
    match is_rather_english && language != LanguageCode::ENGLISH {
        true => Some((LanguageCode::ENGLISH, 0.5 - confidence / 2.0)),
        false => Some((language, confidence)),
    }
}

/// Returns the share of English function words, and how many different ones there are.
fn english_words(text: &str) -> (f64, u32) {
    let (mut n, mut found, mut seen) = (0_usize, 0_usize, 0_u64);
    for word in words(text) {
        n += 1;
        if word.len() <= 6
            && let Some(i) = ENGLISH.iter().position(|english| english.eq_ignore_ascii_case(word))
        {
            found += 1;
            seen |= 1 << i;
        }
    }
    (found as f64 / n.max(1) as f64, seen.count_ones())
}

fn code_of(language: Lang) -> Option<LanguageCode> {
    LanguageCode::of(language.code())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::clean::text_record;
    use proptest::prelude::*;

    fn code(text: &str) -> &'static str {
        detect(text).map_or("none", |(language, _)| language.code())
    }

    #[test]
    fn every_language_that_is_told_has_a_code() {
        for language in Lang::all() {
            assert!(code_of(*language).is_some(), "{language:?}");
        }
        assert_eq!(LanguageCode::all_codes().filter_map(LanguageCode::of).count(), 142);
    }

    #[test]
    fn short_texts_are_told_apart() {
        for (expected, text) in [
            ("zho", "你好"),
            ("zho", "今天天气很好，我们去公园散步。"),
            ("zho", "這是一篇繁體中文的文章。"),
            ("zho", "我们使用 TensorFlow 和 PyTorch 训练模型"),
            ("zho", "她在日记里写下“さくら”两个字，然后合上本子，慢慢走出教室。"),
            ("eng", "The word 中文 means Chinese."),
            ("eng", "Please read the manual before you open it."),
            ("eng", "This is only a test."),
            ("jpn", "猫は台所のテーブルの上で寝ています。"),
            ("jpn", "会議は午後三時開始予定です。"),
            ("kor", "고양이가 부엌 식탁 위에서 자고 있어요."),
            ("fra", "Nous avons besoin de plus de temps pour finir ce travail."),
            ("deu", "Wir brauchen mehr Zeit, um diese Arbeit zu beenden."),
            ("rus", "Нам нужно больше времени, чтобы закончить эту работу."),
            ("nld", "We hebben meer tijd nodig om dit werk af te maken."),
            ("none", "12345 — …"),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }

    #[test]
    fn languages_are_kept_marked_and_counted() {
        let keep = ["en", "zh"].iter().filter_map(|code| LanguageCode::of(code)).collect();
        let step = Language { keep, min_confidence: 0.6, field: "language".to_owned() };
        let mut counts = Counts::new();
        let mut fate = |text: &str| match step.one(text_record(0, text), &mut counts) {
            Fate::Keep(record) => record.fields["language"].clone(),
            Fate::Drop { reason, .. } => reason.to_owned(),
        };
        assert_eq!(fate("今天天气很好"), "zho");
        assert_eq!(fate("It is the best that we can do for you."), "eng");
        assert_eq!(fate("Nous avons besoin de plus de temps pour finir ce travail."), "another language");
        assert_eq!(fate("使用 TensorFlo 库"), "an unsure language");
        assert_eq!(fate("42"), "no language");
        assert_eq!(counts["zho"], 2);
    }

    #[test]
    fn of_a_long_text_three_pieces_are_looked_at() {
        let text = "é字a".repeat(1_000_000);
        assert!(sample(&text_record(0, &text)).len() <= 3 * PIECE + 2);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "(?s).{0,200}") {
            detect(&text);
        }
    }
}
