//! Full-width digits, letters and signs, read as their ASCII forms: `１３８` is a number like any other.

use std::ops::Range;

/// A text in which full-width characters are ASCII, and where its bytes come from.
pub(super) struct Folded {
    pub text: String,
    /// Behind each replaced character: its end here, and its end in the original.
    ends: Vec<(usize, usize)>,
}

/// Folds a text; `None` where no full-width digit or `＠` stands in it, which is the rule.
pub(super) fn fold(text: &str) -> Option<Folded> {
    let bytes = text.as_bytes();
    let is_asked = |at: usize| matches!(bytes.get(at + 1..at + 3), Some([0xbc, 0x90..=0x99 | 0xa0]));
    if !memchr::memchr_iter(0xef, bytes).any(is_asked) {
        return None;
    }
    let mut folded = Folded { text: String::with_capacity(text.len()), ends: Vec::new() };
    for (start, c) in text.char_indices() {
        match half(c) {
            Some(half) => {
                folded.text.push(half);
                folded.ends.push((folded.text.len(), start + c.len_utf8()));
            }
            None => folded.text.push(c),
        }
    }
    Some(folded)
}

const fn half(c: char) -> Option<char> {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '＠' | '．' | '－' | '＋' | '＿' | '（' | '）' | '＝' => {
            Some((c as u32 - 0xfee0) as u8 as char)
        }
        _ => None,
    }
}

impl Folded {
    /// Returns where a place stands in the original.
    pub(super) fn original(&self, place: &Range<usize>) -> Range<usize> {
        self.position(place.start)..self.position(place.end)
    }

    fn position(&self, at: usize) -> usize {
        match self.ends.partition_point(|(here, _)| *here <= at) {
            0 => at,
            n => self.ends[n - 1].1 + at - self.ends[n - 1].0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_again() {
        let text = "电话（１３８）x９，y";
        let folded = fold(text).unwrap();
        assert_eq!(folded.text, "电话(138)x9，y");
        for (here, there) in [("138", "１３８"), ("x9", "x９"), ("y", "y"), ("电", "电"), ("9，", "９，")] {
            let start = folded.text.find(here).unwrap();
            assert_eq!(&text[folded.original(&(start..start + here.len()))], there);
        }
        assert!(fold("，。（）").is_none());
    }
}
