//! Scripts and words, for the steps that measure text in English and Chinese alike.

/// Returns whether a character is Chinese, in whatever language it is used.
pub(super) const fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{3005}' | '\u{3007}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Returns whether a character is Hiragana or Katakana.
pub(super) const fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fd}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}')
}

/// Returns whether a character is a word by itself: scripts that leave no space between words.
pub(super) const fn stands_alone(c: char) -> bool {
    is_han(c) || is_kana(c)
}

/// Returns the words of a text: runs of letters and digits, an apostrophe between letters included, and single characters of
/// Chinese and Japanese.
pub(super) fn words(text: &str) -> Words<'_> {
    Words { text, at: 0 }
}

/// The words of a text, in order.
pub(super) struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Words<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let start = self.at;
            let c = char_at(self.text, start);
            if stands_alone(c) {
                self.at += c.len_utf8();
                return Some(&self.text[start..self.at]);
            }
            if is_letter(c) {
                self.at = end_of_word(self.text, start);
                return Some(&self.text[start..self.at]);
            }
            self.at += c.len_utf8();
        }
        None
    }
}

fn end_of_word(text: &str, start: usize) -> usize {
    let mut at = start;
    while at < text.len() {
        let c = char_at(text, at);
        let next = at + c.len_utf8();
        let is_inner = matches!(c, '\'' | '\u{2019}')
            && next < text.len()
            && is_letter(char_at(text, next))
            && !stands_alone(char_at(text, next));
        if !is_inner && (!is_letter(c) || stands_alone(c)) {
            break;
        }
        at = next;
    }
    at
}

fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() }
}

/// Returns the character that begins at a byte; the text goes on there.
pub(super) fn char_at(text: &str, at: usize) -> char {
    let byte = text.as_bytes()[at];
    if byte.is_ascii() { char::from(byte) } else { text[at..].chars().next().unwrap_or('\0') }
}

/// Returns the Chinese characters of a text and all its letters.
pub(super) fn han_and_letters(text: &str) -> (usize, usize) {
    text.chars().fold((0, 0), |(han, letters), c| {
        (
            han + usize::from(is_han(c)),
            letters + usize::from(if c.is_ascii() { c.is_ascii_alphabetic() } else { c.is_alphabetic() }),
        )
    })
}

/// Returns whether a text is rather measured in characters: a third or more of its letters are Chinese.
pub(super) fn is_chinese(text: &str) -> bool {
    let (han, letters) = han_and_letters(text);
    han > 0 && han * 3 >= letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_single_chinese_characters() {
        let found: Vec<_> = words("Don't panic: 3 名 users’ 用户abc, naïve 한국어 です'x").collect();
        assert_eq!(
            found,
            ["Don't", "panic", "3", "名", "users", "用", "户", "abc", "naïve", "한국어", "で", "す", "x"]
        );
        assert_eq!(words("— … !").count(), 0);
    }

    #[test]
    fn a_text_is_chinese_from_a_third_of_its_letters_on() {
        assert!(is_chinese("我们用 Rust 写程序"));
        assert!(!is_chinese("The word 中文 means Chinese."));
        assert!(!is_chinese(""));
    }
}
