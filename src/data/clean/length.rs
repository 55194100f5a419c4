//! `length`: too short or too long, in characters or in words.

use crate::data::clean::script::words;
use crate::data::clean::{Counts, Fate, Step};
use crate::data::record::Record;

/// Keeps the records whose texts together have a size between bounds.
pub struct Length {
    /// The least number of characters, white space at the ends of each text aside.
    pub min_chars: u32,
    /// The greatest number of characters, white space at the ends of each text aside.
    pub max_chars: Option<u32>,
    /// The least number of words.
    pub min_words: u32,
    /// The greatest number of words.
    pub max_words: Option<u32>,
}

impl Length {
    /// Returns why a record goes; words are only counted where somebody asks for them.
    fn verdict(&self, record: &Record) -> Option<&'static str> {
        if self.min_chars > 0 || self.max_chars.is_some() {
            let chars: usize = record.texts().map(|text| text.trim().chars().count()).sum();
            if chars < self.min_chars as usize {
                return Some("too few characters");
            }
            if self.max_chars.is_some_and(|most| chars > most as usize) {
                return Some("too many characters");
            }
        }
        if self.min_words > 0 || self.max_words.is_some() {
            // Beyond the last number that matters nothing is counted.
            let enough = self.max_words.map_or(self.min_words as usize, |most| most as usize + 1);
            let n_words = record.texts().flat_map(words).take(enough).count();
            if n_words < self.min_words as usize {
                return Some("too few words");
            }
            if self.max_words.is_some_and(|most| n_words > most as usize) {
                return Some("too many words");
            }
        }
        None
    }
}

impl Step for Length {
    fn one(&self, record: Record, _: &mut Counts) -> Fate {
        match self.verdict(&record) {
            None => Fate::Keep(record),
            Some(reason) => Fate::Drop { record, reason },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::clean::text_record;

    const ANY: Length = Length { min_chars: 0, max_chars: None, min_words: 0, max_words: None };

    fn verdicts<const N: usize>(step: &Length, texts: [&str; N]) -> [Option<&'static str>; N] {
        texts.map(|text| step.verdict(&text_record(0, text)))
    }

    #[test]
    fn characters_count_and_bytes_and_blanks_do_not() {
        let step = Length { min_chars: 3, max_chars: Some(4), ..ANY };
        assert_eq!(
            verdicts(&step, ["ééé", " éé   ", "", "四个汉字", "五个汉字呢"]),
            [None, Some("too few characters"), Some("too few characters"), None, Some("too many characters")]
        );
    }

    #[test]
    fn a_chinese_character_is_a_word() {
        let step = Length { min_words: 3, max_words: Some(4), ..ANY };
        assert_eq!(
            verdicts(&step, ["one two three", "one, two!", "三个字", "五个汉字呢", "a b 汉字"]),
            [None, Some("too few words"), None, Some("too many words"), None]
        );
    }

    #[test]
    fn the_texts_of_a_conversation_count_together() {
        let turn = |content: &str| crate::data::Turn { role: "user".to_owned(), content: content.to_owned() };
        let chat = crate::data::Content::Chat(vec![turn("你好"), turn("hello there")]);
        let step = Length { min_words: 4, max_words: Some(4), ..ANY };
        assert_eq!(step.verdict(&Record::new("a", "a", chat)), None);
    }
}
