//! ROUGE: how much of a reference a text says, and how much else (Lin 2004). A share, the F-measure; higher is better.
//!
//! ROUGE-N counts n-grams in common, ROUGE-L the longest common subsequence. The numbers are those of Google's `rouge-score` without
//! a stemmer: words are runs of `a-z` and `0-9` after lower-casing, and nothing else counts. Text without such words, such as
//! Chinese, would always get 0; so [`Words::Characters`] takes every Han character as a word of its own, too.

use std::collections::BTreeMap;

/// What counts as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Runs of Latin letters and digits, as in `rouge-score`.
    Latin,
    /// The same, and every Han character.
    Characters,
}

/// Returns the words of a text.
pub fn words(text: &str, kind: Words) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    for letter in text.to_lowercase().chars() {
        if letter.is_ascii_lowercase() || letter.is_ascii_digit() {
            word.push(letter);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if kind == Words::Characters && is_han(letter) {
            words.push(letter.to_string());
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Returns ROUGE-N of a text against a reference.
pub fn rouge_n(reference: &[String], text: &[String], n: usize) -> f64 {
    let (reference, text) = (counts(reference, n), counts(text, n));
    let common: u64 = reference.iter().map(|(gram, count)| *count.min(text.get(gram).unwrap_or(&0))).sum();
    f_measure(common, text.values().sum(), reference.values().sum())
}

/// Returns ROUGE-L of a text against a reference, both taken as one sentence.
pub fn rouge_l(reference: &[String], text: &[String]) -> f64 {
    f_measure(longest_common(reference, text), text.len() as u64, reference.len() as u64)
}

fn counts(words: &[String], n: usize) -> BTreeMap<&[String], u64> {
    let mut counts = BTreeMap::new();
    for gram in words.windows(n) {
        *counts.entry(gram).or_insert(0) += 1;
    }
    counts
}

/// Returns the length of the longest common subsequence.
fn longest_common(one: &[String], other: &[String]) -> u64 {
    let mut row = vec![0; other.len() + 1];
    for left in one {
        let mut diagonal = 0;
        for (i, right) in other.iter().enumerate() {
            let above = row[i + 1];
            row[i + 1] = if left == right { diagonal + 1 } else { above.max(row[i]) };
            diagonal = above;
        }
    }
    row[other.len()]
}

fn f_measure(common: u64, of_text: u64, of_reference: u64) -> f64 {
    let (precision, recall) = (common as f64 / of_text.max(1) as f64, common as f64 / of_reference.max(1) as f64);
    if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
}
