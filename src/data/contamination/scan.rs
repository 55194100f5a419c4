//! One training record, read once: which n-grams of the index stand in it, and which records it is nearly the same as.

use crate::data::contamination::Search;
use crate::data::contamination::grams::Window;
use crate::data::contamination::index::{Grams, Index};
use crate::data::contamination::passage::{Cover, Hit, cover};
use crate::data::contamination::words::words;

/// An n-gram that stands in more places of the tested data itself says nothing of any one record.
const MOST_PLACES: usize = 64;

/// What a training record has of the records that are looked for.
pub(super) struct Seen {
    /// The exact n-grams by number, each with where it first stands, in bytes; in the order of the numbers.
    pub(super) exact: Vec<(u32, usize)>,
    /// The records that nearly stand in it.
    pub(super) near: Vec<(u32, Cover)>,
}

/// Reads a training record.
pub(super) fn scan(text: &str, index: &Index, search: &Search) -> Seen {
    let (mut exact, mut near) = (Vec::new(), Vec::new());
    let mut window = Window::new();
    let mut n_seeds = 0;
    for word in words(text) {
        window.push(word);
        if window.n_words() < index.seed {
            continue;
        }
        if !index.seeds.may_hold(window.hash(index.seed)) {
            n_seeds = 0;
            continue;
        }
        n_seeds += 1;
        look(&index.exact, &window, n_seeds + index.seed - 1, &mut exact);
        look(&index.near, &window, n_seeds + index.seed - 1, &mut near);
    }
    Seen { exact: firsts(exact), near: nearly(&firsts(near), index, search) }
}

/// Looks up the n-grams that end here, of all lengths for which the seeds suffice.
fn look(grams: &Grams, window: &Window, most: usize, found: &mut Vec<(u32, usize)>) {
    for length in grams.lengths.iter().take_while(|length| **length <= most) {
        if let Some(number) = grams.number(window.hash(*length)) {
            found.push((number, window.start(*length)));
        }
    }
}

/// Keeps the first place of each n-gram.
fn firsts(mut found: Vec<(u32, usize)>) -> Vec<(u32, usize)> {
    found.sort_unstable();
    found.dedup_by_key(|(number, _)| *number);
    found
}

/// Returns the records that nearly stand in this one training record.
fn nearly(found: &[(u32, usize)], index: &Index, search: &Search) -> Vec<(u32, Cover)> {
    let mut hits: Vec<(u32, Hit)> = Vec::new();
    for (number, offset) in found {
        let places = index.near.places(*number);
        if places.len() <= MOST_PLACES {
            hits.extend(
                places.iter().map(|(record, word)| (*record, Hit { word: *word, document: 0, offset: *offset })),
            );
        }
    }
    hits.sort_unstable_by_key(|(record, hit)| (*record, hit.word));
    let longest = index.near.lengths.last().copied().unwrap_or_default();
    let of_one = |group: &[(u32, Hit)]| {
        let record = group[0].0;
        let n_words = index.n_words[record as usize];
        let length = longest.min(n_words);
        let needed = search.near_words(n_words);
        // Most groups are a few words long: they are given up before they are looked at.
        if group.len() * length < needed {
            return None;
        }
        let cover = cover(group.iter().map(|(_, hit)| *hit), length);
        (cover.n_words >= needed).then_some((record, cover))
    };
    hits.chunk_by(|(one, _), (other, _)| one == other).filter_map(of_one).collect()
}
