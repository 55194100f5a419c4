//! `normalize-unicode`: one spelling for one text.

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// Returns the text in normal form C, with `\n` at line ends, without byte-order marks and control characters.
pub fn normalize(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String =
        lines.chars().filter(|c| *c != '\u{feff}' && (!c.is_control() || matches!(c, '\n' | '\t'))).collect();
    if is_nfc(&kept) { kept } else { kept.nfc().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_controls_and_foreign_line_ends_go() {
        assert_eq!(normalize("\u{feff}a\r\nb\rc\u{0}\td\u{7f} e\u{301}"), "a\nb\nc\td é");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "(?s)(.|\u{301}|\r|\u{feff}){0,60}") {
            let once = normalize(&text);
            prop_assert_eq!(normalize(&once), once);
        }
    }
}
