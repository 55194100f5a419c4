//! Pieces of long documents.

use std::ops::Range;

use crate::data::clean::Counts;
use crate::data::extract::Extractor;
use crate::data::extract::cut;
use crate::data::extract::fields::{Told, field, plain, row_kind};
use crate::data::extract::says::Origin;
use crate::data::record::{Content, Record};
use crate::data::row::{Row, Value};
use crate::recipe::dataset::CutAt;

/// The pieces of a document, each of at most so many characters.
pub(super) struct Chunks {
    pub(super) max_chars: usize,
    pub(super) overlap: usize,
    pub(super) at: CutAt,
    pub(super) text: String,
}

impl Extractor for Chunks {
    fn records(&self, row: Row, counts: &mut Counts) -> Result<Vec<Record>, String> {
        let origin = Origin::of(&row);
        let (text, [label, group]) = match row.value {
            Value::Text(text) => (text, [None, None]),
            Value::Object(fields) => (field(&fields, &self.text)?, Told { label: None, group: None }.of(&fields)?),
            Value::Media(_) => return Err(format!("expected text or fields, found {}", row_kind(&row.value))),
        };
        let text = plain(&text);
        let pieces = pieces(&text, self.max_chars, self.overlap, self.at);
        if pieces.is_empty() {
            *counts.entry("blank-texts".to_owned()).or_default() += 1;
        }
        let record = |(i, piece): (usize, &str)| {
            origin.record(Some(i + 1), Content::Text(piece.to_owned()), label.clone(), group.clone(), counts)
        };
        Ok(pieces.into_iter().enumerate().filter_map(record).collect())
    }
}

/// A part of a text that stays whole.
struct Unit {
    place: Range<usize>,
    n_chars: usize,
    /// The same without the white space at its end.
    n_bare: usize,
}

impl Unit {
    fn of(text: &str, place: Range<usize>) -> Self {
        let unit = &text[place.clone()];
        Self { place, n_chars: unit.chars().count(), n_bare: unit.trim_end().chars().count() }
    }
}

/// Returns the pieces of a text, in order and without white space around them.
///
/// A piece is as many whole units (paragraphs or sentences) as fit; the next one begins with those last units of it that are no longer
/// than the overlap, as long as something new fits behind them.
pub(super) fn pieces(text: &str, max_chars: usize, overlap: usize, at: CutAt) -> Vec<&str> {
    let units: Vec<Unit> = cut::units(text, max_chars, at).into_iter().map(|place| Unit::of(text, place)).collect();
    let (mut pieces, mut start, mut covered) = (Vec::new(), 0, 0);
    while start < units.len() {
        let (mut end, mut n_chars) = (start, 0);
        while end < units.len() && (end == start || n_chars + units[end].n_bare <= max_chars) {
            n_chars += units[end].n_chars;
            end += 1;
        }
        let piece = text[units[start].place.start..units[end - 1].place.end].trim();
        // White space behind what is repeated says nothing new.
        let reaches =
            units[start].place.start + text[units[start].place.start..units[end - 1].place.end].trim_end().len();
        if !piece.is_empty() && reaches > covered {
            pieces.push(piece);
            covered = reaches;
        }
        if end == units.len() {
            break;
        }
        // What comes next fits behind what is repeated, or nothing would be gained.
        let room = overlap.min(max_chars - units[end].n_bare);
        let (mut next, mut n_repeated) = (end, 0);
        while next > start + 1 && n_repeated + units[next - 1].n_chars <= room {
            next -= 1;
            n_repeated += units[next].n_chars;
        }
        start = next;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paragraphs_stay_whole_where_they_fit_and_the_last_ones_are_repeated() {
        let text = "one one\n\ntwo\n\nthree three three three\n\nfour";
        assert_eq!(pieces(text, 14, 0, CutAt::Paragraph), ["one one\n\ntwo", "three three", "three three", "four"]);
        assert_eq!(pieces("a\n\nb\n\nc\n\nd\n\ne", 7, 3, CutAt::Paragraph), ["a\n\nb\n\nc", "c\n\nd\n\ne"]);
        assert_eq!(pieces(" \n\n ", 7, 3, CutAt::Paragraph), Vec::<&str>::new());
    }

    #[test]
    fn chinese_is_cut_behind_its_sentences() {
        let text = "今天股市上涨。投资者说：“很好！”明天呢？没有人知道……";
        assert_eq!(
            pieces(text, 10, 0, CutAt::Sentence),
            ["今天股市上涨。", "投资者说：“很好！”", "明天呢？", "没有人知道……"]
        );
        assert_eq!(
            pieces(text, 12, 0, CutAt::Sentence),
            ["今天股市上涨。", "投资者说：“很好！”", "明天呢？没有人知道……"]
        );
    }

    proptest! {
        #[test]
        fn no_piece_is_too_long_and_nothing_is_lost(
            text in "([a-z。!?., \n]|\n\n|你|é){0,120}",
            max_chars in 1_usize..30,
            overlap in 0_usize..14,
            is_sentence: bool,
        ) {
            let overlap = overlap.min((max_chars - 1) / 2);
            let at = if is_sentence { CutAt::Sentence } else { CutAt::Paragraph };
            let pieces = pieces(&text, max_chars, overlap, at);
            let (mut covered, base) = (0, text.as_ptr() as usize);
            for piece in &pieces {
                prop_assert!(piece.chars().count() <= max_chars && !piece.trim().is_empty());
                let start = piece.as_ptr() as usize - base;
                // Between two pieces there is nothing but white space, and each says something new.
                prop_assert!(start <= covered || text[covered..start].trim().is_empty());
                prop_assert!(start + piece.len() > covered);
                covered = start + piece.len();
            }
            prop_assert!(text[covered..].trim().is_empty());
            if overlap == 0 {
                let strip = |text: &str| text.split_whitespace().collect::<String>();
                prop_assert_eq!(strip(&pieces.concat()), strip(&text));
            }
        }
    }
}
