//! Where a text may be cut: behind paragraphs, sentences, words, and characters where nothing else is left.

use std::ops::Range;

use crate::recipe::dataset::CutAt;

/// Words in front of a full stop that ends no sentence.
const ABBREVIATIONS: [&str; 20] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "e.g", "i.e", "cf", "fig", "no", "inc", "ltd", "co", "jr",
    "sr", "vol", "approx",
];

/// Returns the parts of a text that stay whole, in order; together they are the text, and none has more than `max_chars` characters but
/// for white space at its end.
pub(super) fn units(text: &str, max_chars: usize, at: CutAt) -> Vec<Range<usize>> {
    let mut units = Vec::new();
    for paragraph in split(text, 0..text.len(), paragraph_end) {
        match at {
            CutAt::Paragraph => fit(text, paragraph, max_chars, &[sentence_end, word_end], &mut units),
            CutAt::Sentence => split(text, paragraph, sentence_end)
                .into_iter()
                .for_each(|sentence| fit(text, sentence, max_chars, &[word_end], &mut units)),
        }
    }
    units
}

/// Returns where a part that begins the text ends; the length of the text where it goes on to there.
type End = fn(&str) -> usize;

/// Cuts a part until its pieces fit; each way of cutting is tried in turn, and characters at last.
fn fit(text: &str, part: Range<usize>, max_chars: usize, ends: &[End], units: &mut Vec<Range<usize>>) {
    if text[part.clone()].trim_end().chars().count() <= max_chars {
        units.push(part);
        return;
    }
    match ends {
        [end, rest @ ..] => {
            split(text, part, *end).into_iter().for_each(|piece| fit(text, piece, max_chars, rest, units));
        }
        [] => {
            let mut start = part.start;
            for (n, (i, _)) in text[part.clone()].char_indices().enumerate() {
                if n > 0 && n % max_chars == 0 {
                    units.push(start..part.start + i);
                    start = part.start + i;
                }
            }
            units.push(start..part.end);
        }
    }
}

fn split(text: &str, part: Range<usize>, end: End) -> Vec<Range<usize>> {
    let (mut parts, mut start) = (Vec::new(), part.start);
    while start < part.end {
        let length = end(&text[start..part.end]).max(1);
        parts.push(start..start + length);
        start += length;
    }
    parts
}

/// Returns where the first paragraph ends: behind the empty lines after it.
fn paragraph_end(text: &str) -> usize {
    let mut is_blank_behind = false;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        if is_blank_behind && !is_blank && end > 0 {
            return end;
        }
        is_blank_behind = is_blank;
        end += line.len();
    }
    text.len()
}

/// Returns where the first sentence ends: behind its stop, what closes with it, and the white space after it.
fn sentence_end(text: &str) -> usize {
    let mut characters = text.char_indices().peekable();
    while let Some((i, c)) = characters.next() {
        let is_wide = is_wide_stop(c);
        if !is_wide && !matches!(c, '.' | '!' | '?') {
            continue;
        }
        while characters.next_if(|(_, c)| is_wide_stop(*c) || matches!(c, '.' | '!' | '?') || is_closing(*c)).is_some()
        {
        }
        let end = characters.peek().map_or(text.len(), |(end, _)| *end);
        let behind = &text[end..];
        let white = behind.len() - behind.trim_start().len();
        if is_wide || behind.is_empty() || (white > 0 && !(c == '.' && is_abbreviated(&text[..i], &behind[white..]))) {
            return end + white;
        }
    }
    text.len()
}

/// Returns where the first word ends, or the first clause where words have no spaces between them.
fn word_end(text: &str) -> usize {
    let is_wide_comma = |c: char| matches!(c, '，' | '、' | '；' | '：');
    match text.char_indices().find(|(_, c)| c.is_whitespace() || is_wide_comma(*c)) {
        Some((i, c)) => text.len() - text[i + if is_wide_comma(c) { c.len_utf8() } else { 0 }..].trim_start().len(),
        None => text.len(),
    }
}

fn is_wide_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '…' | '｡' | '．')
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | ')' | ']' | '”' | '’' | '」' | '』' | '）' | '】' | '》')
}

/// Returns whether a full stop shortens the word in front of it, seen from what goes on behind it.
fn is_abbreviated(before: &str, behind: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    is_initial
        || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
        || behind.chars().next().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sentences(text: &str) -> Vec<&str> {
        units(text, 1000, CutAt::Sentence).into_iter().map(|unit| text[unit].trim_end()).collect()
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        let text = "Dr. A. Smith paid 3.14 (approx. three) vs. 2.7. \"Why?\" he said. No! Go... on e.g. there. A heading\n\nBody";
        let expected = [
            "Dr. A. Smith paid 3.14 (approx. three) vs. 2.7.",
            "\"Why?\" he said.",
            "No!",
            "Go... on e.g. there.",
            "A heading",
            "Body",
        ];
        // `"Why?"` ends a sentence of its own: what follows a question mark need not begin with a capital.
        let found = sentences(text);
        assert_eq!(found.concat().split_whitespace().collect::<String>(), text.split_whitespace().collect::<String>());
        assert_eq!(found[0], expected[0]);
        assert_eq!(found[found.len() - 4..], expected[2..]);
        assert_eq!(
            sentences("他说：“走吧！”然后走了。3.5元？真的……好"),
            ["他说：“走吧！”", "然后走了。", "3.5元？", "真的……", "好"]
        );
    }

    proptest! {
        #[test]
        fn units_are_the_whole_text_and_fit(text in "([a-z。！.?\" \n]|\n\n|你|É){0,80}", max_chars in 1_usize..20, is_sentence: bool) {
            let at = if is_sentence { CutAt::Sentence } else { CutAt::Paragraph };
            let mut end = 0;
            for unit in units(&text, max_chars, at) {
                prop_assert_eq!(unit.start, end);
                prop_assert!(text[unit.clone()].trim_end().chars().count() <= max_chars && !unit.is_empty());
                end = unit.end;
            }
            prop_assert_eq!(end, text.len());
        }
    }
}
