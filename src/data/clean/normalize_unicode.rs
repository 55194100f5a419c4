//! `normalize-unicode`: one spelling for one text.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, is_nfc, is_nfkc};

use crate::recipe::dataset::{UnicodeForm, Width};

/// Returns the text in a normal form, with `\n` at line ends, without byte-order marks and control characters.
///
/// What is so already, as most text is, is handed back as it is.
pub fn normalize(text: &str, form: UnicodeForm, width: Width) -> Cow<'_, str> {
    let text = if has_controls(text) { Cow::Owned(without_controls(text)) } else { Cow::Borrowed(text) };
    let text = match width {
        Width::Half if text.chars().any(|c| half(c) != c) => Cow::Owned(text.chars().map(half).collect()),
        Width::Half | Width::Keep => text,
    };
    match form {
        UnicodeForm::Nfc if is_plain(&text) || is_nfc(&text) => text,
        UnicodeForm::Nfc => Cow::Owned(text.nfc().collect()),
        UnicodeForm::Nfkc if text.is_ascii() || is_nfkc(&text) => text,
        UnicodeForm::Nfkc => Cow::Owned(text.nfkc().collect()),
    }
}

fn is_dropped(c: char) -> bool {
    c == '\u{feff}' || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// Returns whether there may be anything to drop; decided by bytes, so that it costs next to nothing.
fn has_controls(text: &str) -> bool {
    let may_be = |byte: u8| (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == 0x7f;
    text.as_bytes().chunks(64).any(|chunk| chunk.iter().fold(false, |found, byte| found | may_be(*byte)))
        || (!text.is_ascii() && text.chars().any(is_dropped))
}

fn without_controls(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                kept.push('\n');
            }
            c if is_dropped(c) => {}
            c => kept.push(c),
        }
    }
    kept
}

/// Returns the ASCII character of a full-width one, but for the marks that punctuate Chinese.
const fn half(c: char) -> char {
    match c {
        '！' | '（' | '）' | '，' | '：' | '；' | '？' => c,
        '\u{ff01}'..='\u{ff5e}' => (c as u32 - 0xfee0) as u8 as char,
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Returns whether no character can ever compose with another: then the text is in form C, and no table need be asked.
fn is_plain(text: &str) -> bool {
    let is_plain = |c: char| {
        matches!(
            c,
            '\0'..='\u{2ff}'
            | '\u{2010}'..='\u{2027}'
            | '\u{3001}'..='\u{3029}'
            | '\u{3041}'..='\u{3098}'
            | '\u{30a0}'..='\u{30ff}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{ff01}'..='\u{ff60}'
        )
    };
    text.is_ascii() || text.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nfc(text: &str) -> Cow<'_, str> {
        normalize(text, UnicodeForm::Nfc, Width::Keep)
    }

    #[test]
    fn marks_controls_and_foreign_line_ends_go() {
        assert_eq!(nfc("\u{feff}a\r\nb\rc\u{0}\td\u{7f}\u{85} e\u{301}"), "a\nb\nc\td é");
    }

    #[test]
    fn what_is_normal_is_not_copied() {
        for text in ["", "Plain text.\n\tTabs too.", "中文，标点。", "naïve “quotes” — 한국어 かな", "א"]
        {
            assert!(matches!(nfc(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn compatibility_and_width_are_asked_for() {
        let text = "ＡＢＣ１２３，ﬁ①　㎏！＠";
        assert_eq!(nfc(text), text);
        assert_eq!(normalize(text, UnicodeForm::Nfc, Width::Half), "ABC123，ﬁ① ㎏！@");
        assert_eq!(normalize(text, UnicodeForm::Nfkc, Width::Keep), "ABC123,fi1 kg!@");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "(?s)(.|\u{301}|\r|\u{feff}|[ａ-ｚ]|ﬁ|가|\u{11a8}){0,60}") {
            for form in [UnicodeForm::Nfc, UnicodeForm::Nfkc] {
                for width in [Width::Keep, Width::Half] {
                    let once = normalize(&text, form, width).into_owned();
                    prop_assert_eq!(normalize(&once, form, width), once.as_str());
                }
            }
        }

        #[test]
        fn the_quick_way_says_what_the_table_says(text in "(?s)([\u{4e00}-\u{4fff}]|[\u{3000}-\u{30ff}]|[\u{ac00}-\u{ac40}]|\u{301}|\u{11a8}|.){0,20}") {
            prop_assert!(!is_plain(&text) || is_nfc(&text), "{:?}", text);
        }
    }
}
