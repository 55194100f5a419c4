//! The rules of Gopher that look at words and lines; those about repetition stand in [`super::repetition`].

use crate::data::clean::quality::repetition;
use crate::data::clean::script::{is_chinese, is_han};
use crate::recipe::dataset::Quality;

const ENGLISH: [&str; 8] = ["the", "be", "to", "of", "and", "that", "have", "with"];
const CHINESE: [char; 16] =
    ['的', '了', '是', '在', '和', '有', '不', '也', '就', '与', '为', '对', '这', '而', '及', '之'];
const BULLETS: [char; 9] = ['-', '*', '•', '●', '▪', '◦', '‣', '·', '○'];

/// Returns the rule a text breaks first.
pub(super) fn verdict(text: &str, rules: &Quality) -> Option<&'static str> {
    let is_chinese = is_chinese(text);
    let words = if is_chinese { None } else { Some(Words::of(text)) };
    words
        .as_ref()
        .and_then(|words| words.verdict(rules))
        .or_else(|| if is_chinese { chinese(text, rules) } else { None })
        .or_else(|| lines(text, rules))
        .or_else(|| repetition::verdict(text, is_chinese, rules))
}

/// What the words of a text are like; a word is what white space surrounds, as in the paper.
struct Words {
    n: usize,
    n_chars: usize,
    n_alphabetic: usize,
    stop_words: u32,
    n_hashes: usize,
    n_ellipses: usize,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut words = Self {
            n: 0,
            n_chars: 0,
            n_alphabetic: 0,
            stop_words: 0,
            n_hashes: count(text, "#"),
            n_ellipses: ellipses(text),
        };
        for word in text.split_whitespace() {
            words.n += 1;
            words.n_chars += if word.is_ascii() { word.len() } else { word.chars().count() };
            let is_alphabetic = match word.is_ascii() {
                true => word.bytes().any(|byte| byte.is_ascii_alphabetic()),
                false => word.chars().any(char::is_alphabetic),
            };
            words.n_alphabetic += usize::from(is_alphabetic);
            if word.len() <= 6 {
                let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
                let found = ENGLISH.iter().position(|stop_word| stop_word.eq_ignore_ascii_case(bare));
                words.stop_words |= found.map_or(0, |i| 1 << i);
            }
        }
        words
    }

    fn verdict(&self, rules: &Quality) -> Option<&'static str> {
        let n = self.n.max(1) as f64;
        let mean = self.n_chars as f64 / n;
        match () {
            () if self.n < rules.min_words as usize => Some("gopher: too few words"),
            () if self.n > rules.max_words as usize => Some("gopher: too many words"),
            () if self.n == 0 => None,
            () if mean < rules.min_mean_word_length => Some("gopher: short words"),
            () if mean > rules.max_mean_word_length => Some("gopher: long words"),
            () if is_symbolic(self.n_hashes, self.n_ellipses, n, rules) => Some("gopher: symbols"),
            () if (self.n_alphabetic as f64) < rules.min_alphabetic_share * n => Some("gopher: words without letters"),
            () if self.stop_words.count_ones() < rules.min_stop_words => Some("gopher: no stop words"),
            () => None,
        }
    }
}

/// The same for Chinese: characters stand for words, and have no length.
fn chinese(text: &str, rules: &Quality) -> Option<&'static str> {
    let (mut n, mut n_letters, mut n_signs, mut stop_words) = (0_usize, 0_usize, 0_usize, 0_u32);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        n += 1;
        match c {
            c if is_han(c) => {
                n_letters += 1;
                stop_words |= CHINESE.iter().position(|stop_word| *stop_word == c).map_or(0, |i| 1 << i);
            }
            c if c.is_alphabetic() => n_letters += 1,
            c if is_punctuation(c) => {}
            _ => n_signs += 1,
        }
    }
    let share = n_letters as f64 / (n_letters + n_signs).max(1) as f64;
    match () {
        () if n < rules.min_chinese_chars as usize => Some("gopher: too few characters"),
        () if n > rules.max_chinese_chars as usize => Some("gopher: too many characters"),
        () if is_symbolic(count(text, "#"), ellipses(text), n as f64, rules) => Some("gopher: symbols"),
        () if share < rules.min_alphabetic_share => Some("gopher: characters that are no letters"),
        () if stop_words.count_ones() < rules.min_stop_words => Some("gopher: no stop words"),
        () => None,
    }
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '\u{3001}'..='\u{301f}' | '\u{2010}'..='\u{2027}' | '！' | '（' | '）' | '，' | '：' | '；' | '？' | '·')
}

fn is_symbolic(n_hashes: usize, n_ellipses: usize, n_words: f64, rules: &Quality) -> bool {
    let most = rules.max_symbol_share * n_words;
    n_hashes as f64 > most || n_ellipses as f64 > most
}

fn count(text: &str, what: &str) -> usize {
    memchr::memmem::find_iter(text.as_bytes(), what.as_bytes()).count()
}

/// Three dots, one sign of three dots, or the two of them that make the Chinese one.
fn ellipses(text: &str) -> usize {
    count(text, "...") + count(text, "…") - count(text, "……")
}

/// The rules about the beginnings and ends of lines.
fn lines(text: &str, rules: &Quality) -> Option<&'static str> {
    let (mut n, mut n_bullets, mut n_ellipses) = (0_usize, 0_usize, 0_usize);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        n += 1;
        n_bullets += usize::from(line.starts_with(BULLETS));
        n_ellipses += usize::from(line.ends_with("...") || line.ends_with('…'));
    }
    let is_over = |found: usize, most: f64| n > 0 && found as f64 > most * n as f64;
    match () {
        () if is_over(n_bullets, rules.max_bullet_share) => Some("gopher: bullets"),
        () if is_over(n_ellipses, rules.max_ellipsis_share) => Some("gopher: ellipses"),
        () => None,
    }
}
