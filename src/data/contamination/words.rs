//! A text as a row of words that are compared: what is only another way of writing the same is gone.
//!
//! * Words are runs of letters and digits, in prose and in code alike: `poll_next(cx)` is `poll`, `next`, `cx`.
//! * Every ideograph and every kana is a word of its own: Chinese and Japanese put no spaces between words.
//! * Case, accents, full width and ligatures are of no account (compatibility decomposition, NFKD), nor is punctuation.
//!
//! A word is kept as a hash; where it stands in the text is kept too, so that evidence can be shown as it was written.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

use crate::data::clean::minhash::mix;

/// One word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// What it says.
    pub(super) hash: u64,
    /// Its first byte in the text.
    pub(super) start: usize,
    /// The byte behind its last.
    pub(super) end: usize,
}

/// Returns the words of a text in order.
pub(super) fn words(text: &str) -> Words<'_> {
    Words { text, at: 0 }
}

/// The words of a text in order.
pub(super) struct Words<'t> {
    text: &'t str,
    at: usize,
}

/// What a character does to the word it stands in.
enum Part {
    /// It ends the word.
    Gap,
    /// It belongs to the word.
    Inside,
    /// It is a word.
    Alone,
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let (mut hash, mut start) = (FIRST, None);
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            let (part, length) = if byte.is_ascii() {
                (if byte.is_ascii_alphanumeric() { Part::Inside } else { Part::Gap }, 1)
            } else {
                let c = self.text[self.at..].chars().next().expect("`at` stands at the beginning of a character");
                (part(c), c.len_utf8())
            };
            let here = self.at;
            match (part, start) {
                (Part::Gap | Part::Alone, Some(start)) => return Some(Word { hash: mix(hash), start, end: here }),
                (Part::Gap, None) => self.at += length,
                (Part::Alone, None) => {
                    self.at += length;
                    let hash = fold(FIRST, &self.text[here..self.at]);
                    return Some(Word { hash: mix(hash), start: here, end: self.at });
                }
                (Part::Inside, _) => {
                    self.at += length;
                    let before = hash;
                    hash = match byte.is_ascii() {
                        true => step(hash, u32::from(byte.to_ascii_lowercase())),
                        false => fold(hash, &self.text[here..self.at]),
                    };
                    // An accent that stands alone says nothing.
                    if hash != before {
                        start.get_or_insert(here);
                    }
                }
            }
        }
        start.map(|start| Word { hash: mix(hash), start, end: self.at })
    }
}

fn part(c: char) -> Part {
    match c {
        _ if is_unspaced(c) => Part::Alone,
        _ if c.is_alphanumeric() || is_combining_mark(c) => Part::Inside,
        _ => Part::Gap,
    }
}

/// Returns whether a character is written without spaces around words: ideographs, and kana of either width.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
        && c.is_alphanumeric()
}

/// Takes one character, whatever its script, into the hash of a word.
fn fold(hash: u64, character: &str) -> u64 {
    let pieces = character.nfkd().flat_map(char::to_lowercase);
    let meant = pieces.filter(|c| match is_combining_mark(*c) {
        true => canonical_combining_class(*c) == 0,
        false => c.is_alphanumeric(),
    });
    meant.fold(hash, |hash, c| step(hash, u32::from(c)))
}

/// FNV-1a over characters.
const FIRST: u64 = 0xcbf2_9ce4_8422_2325;

fn step(hash: u64, c: u32) -> u64 {
    (hash ^ u64::from(c)).wrapping_mul(0x0000_0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(text: &str) -> Vec<&str> {
        words(text).map(|word| &text[word.start..word.end]).collect()
    }

    fn hashes(text: &str) -> Vec<u64> {
        words(text).map(|word| word.hash).collect()
    }

    #[test]
    fn prose_code_and_chinese_fall_into_words() {
        assert_eq!(said("Don't panic -- it's 42."), ["Don", "t", "panic", "it", "s", "42"]);
        assert_eq!(said("self.poll_next(cx)?;\n"), ["self", "poll", "next", "cx"]);
        assert_eq!(said("买入100股，A股。"), ["买", "入", "100", "股", "A", "股"]);
        assert_eq!(said("カタカナ ｶﾅ"), ["カ", "タ", "カ", "ナ", "ｶ", "ﾅ"]);
        assert_eq!(said("сло́во हिन्दी 한국어"), ["сло́во", "हिन्दी", "한국어"]);
        assert_eq!(said(" \u{301} ... "), Vec::<&str>::new());
    }

    #[test]
    fn other_ways_of_writing_the_same_are_the_same() {
        for (one, other) in [
            ("CAFÉ", "cafe\u{301}"),
            ("ＡＢＣ１２３", "abc123"),
            ("ﬁne", "FINE"),
            ("ｶ", "カ"),
            ("Straße 5", "straße, 5!"),
            ("a_b", "A-B"),
        ] {
            assert_eq!(hashes(one), hashes(other), "{one} and {other}");
        }
        assert_ne!(hashes("one two"), hashes("onetwo"));
        assert_ne!(hashes("कि"), hashes("की"));
    }

    proptest! {
        #[test]
        fn words_stand_in_order_and_a_word_is_itself_wherever_it_stands(text in "\\PC{0,60}") {
            let mut at = 0;
            for word in words(&text) {
                prop_assert!(word.start >= at && word.end > word.start);
                at = word.end;
                let alone = &text[word.start..word.end];
                prop_assert_eq!(hashes(alone), vec![word.hash], "{}", alone);
            }
        }
    }
}
