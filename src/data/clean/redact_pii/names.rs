//! Names out of a list.

use aho_corasick::{AhoCorasick, MatchKind};

use super::Found;
use crate::data::clean::dictionary::is_whole_word;
use crate::recipe::dataset::PiiKind;

/// A list of names, all looked for at once.
pub(super) struct Names(AhoCorasick);

impl Names {
    pub(super) fn new(names: &[String]) -> Self {
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names);
        Self(automaton.expect("a list of names that fits into memory fits an automaton"))
    }

    /// Finds names as they are written in the list. Chinese ones may stand anywhere, others as words of their own.
    pub(super) fn find(&self, text: &str, all: &mut Vec<Found>) {
        for found in self.0.find_iter(text) {
            let place = found.start()..found.end();
            let is_mask = text[..place.start].ends_with('[') && text[place.end..].starts_with([']', ':']);
            if is_whole_word(text, place.start, place.end) && !is_mask {
                all.push(Found { kind: PiiKind::Name, place });
            }
        }
    }
}
