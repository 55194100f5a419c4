//! What BLEU takes for a word: the four ways of `sacrebleu` that need no dictionary.

use std::sync::LazyLock;

use regex::Regex;

/// How a text is cut into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// As the campaigns of the Workshop on Machine Translation do (`mteval-v13a`): signs stand alone.
    Wmt,
    /// Every Chinese character stands alone, and the rest is as before.
    Chinese,
    /// Punctuation and symbols of every script stand alone (`mteval-v14`, international).
    International,
    /// At white space only.
    Spaces,
}

/// A pattern, and what it becomes.
type Rule = (Regex, &'static str);

fn rules<const N: usize>(rules: [(&str, &'static str); N]) -> Vec<Rule> {
    let rule = |(pattern, becomes)| (Regex::new(pattern).expect("our own patterns are whole"), becomes);
    rules.into_iter().map(rule).collect()
}

/// Signs stand alone; dots and commas within numbers, and dashes behind letters, do not.
static WESTERN: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    rules([
        (r"([{-~\[-` -&(-+:-@/])", " ${1} "),
        (r"([^0-9])([.,])", "${1} ${2} "),
        (r"([.,])([^0-9])", " ${1} ${2}"),
        (r"([0-9])(-)", "${1} ${2} "),
    ])
});

/// Punctuation stands alone unless digits stand on that side of it.
static EVERYWHERE: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    rules([(r"(?s)(\P{N})(\p{P})", "${1} ${2} "), (r"(?s)(\p{P})(\P{N})", " ${1} ${2}"), (r"(\p{S})", " ${1} ")])
});

/// Returns the words of a text.
pub fn words(text: &str, kind: Words) -> Vec<String> {
    let text = text.trim_end_matches(is_space);
    match kind {
        Words::Wmt => split(&applied(&WESTERN, format!(" {} ", plain(text)))),
        Words::Chinese => split(&applied(&WESTERN, apart(text.trim_matches(is_space)))),
        Words::International => split(&applied(&EVERYWHERE, text.to_owned())),
        Words::Spaces => split(text),
    }
}

fn applied(rules: &[Rule], text: String) -> String {
    rules.iter().fold(text, |text, (pattern, becomes)| pattern.replace_all(&text, *becomes).into_owned())
}

/// Undoes what markup did to a text.
fn plain(text: &str) -> String {
    let text = text.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    text.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
}

/// Puts spaces around every Chinese character.
fn apart(text: &str) -> String {
    let mut out = String::with_capacity(3 * text.len());
    for letter in text.chars() {
        if is_chinese(letter) {
            out.extend([' ', letter, ' ']);
        } else {
            out.push(letter);
        }
    }
    out
}

/// Returns whether the reference implementation takes a character for Chinese.
///
/// Its two ranges beyond the first plane are typed with four digits, and so begin at U+2001 and at U+2F81: quotation marks and
/// dashes are among them, and the characters of the second plane are not. Comparable numbers need the same.
fn is_chinese(letter: char) -> bool {
    matches!(letter,
        '\u{3400}'..='\u{4db5}' | '\u{4e00}'..='\u{9fbb}' | '\u{f900}'..='\u{fa2d}' | '\u{fa30}'..='\u{fa6a}'
        | '\u{fa70}'..='\u{fad9}' | '\u{2001}'..='\u{2a6d}' | '\u{2f81}'..='\u{2fa1}' | '\u{ff00}'..='\u{ffef}'
        | '\u{2e80}'..='\u{2eff}' | '\u{3000}'..='\u{303f}' | '\u{31c0}'..='\u{31ef}' | '\u{2f00}'..='\u{2fdf}'
        | '\u{2ff0}'..='\u{2fff}' | '\u{3100}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{fe10}'..='\u{fe1f}'
        | '\u{fe30}'..='\u{fe4f}' | '\u{3200}'..='\u{33ff}')
}

fn split(text: &str) -> Vec<String> {
    text.split(is_space).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns whether Python takes a character for white space: the separators of ASCII count, too.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&letter)
}
