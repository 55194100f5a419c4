//! Blocks judged by their words and links (Kohlschütter et al. 2010, algorithm 2).

use crate::data::clean::html::{Block, BlockKind};
use crate::data::clean::script::{stands_alone, words};

/// The share of a page's text that `<main>` and `<article>` have to hold for the rest to go.
const MAIN_SHARE: f64 = 0.25;
/// Chinese characters for each word of an alphabet, in tenths.
const TENTHS_A_WORD: usize = 16;

/// Returns the blocks that are content, in order.
pub(super) fn content(blocks: &[Block], max_link_density: f64) -> Vec<&Block> {
    let total: usize = blocks.iter().map(|block| block.text.len()).sum();
    let in_main: usize = blocks.iter().filter(|block| block.is_main).map(|block| block.text.len()).sum();
    let has_main = in_main > 0 && in_main as f64 >= MAIN_SHARE * total as f64;
    let blocks: Vec<&Block> = blocks.iter().filter(|block| !has_main || block.is_main).collect();
    let measures: Vec<Measure> = blocks.iter().map(|block| Measure::of(block)).collect();
    let none = Measure { n_words: 0, link_density: 0.0 };
    let is_content = |i: usize| {
        let before = i.checked_sub(1).map_or(none, |i| measures[i]);
        let after = measures.get(i + 1).copied().unwrap_or(none);
        match has_main {
            true => measures[i].link_density <= max_link_density.max(0.5) || blocks[i].kind == BlockKind::Heading,
            false => is_content(before, measures[i], after, max_link_density),
        }
    };
    let judged: Vec<bool> = (0..blocks.len()).map(is_content).collect();
    let stays = |i: usize| judged[i] || (blocks[i].kind == BlockKind::Heading && leads_to_content(&blocks, &judged, i));
    (0..blocks.len()).filter(|i| stays(*i)).map(|i| blocks[i]).collect()
}

/// A heading belongs to what follows.
fn leads_to_content(blocks: &[&Block], judged: &[bool], i: usize) -> bool {
    let next = (i + 1..blocks.len()).take(3).find(|next| blocks[*next].kind != BlockKind::Heading);
    next.is_some_and(|next| judged[next])
}

#[derive(Debug, Clone, Copy)]
struct Measure {
    n_words: usize,
    link_density: f64,
}

impl Measure {
    fn of(block: &Block) -> Self {
        let (n_single, n_others) = words(&block.text).fold((0, 0), |(single, others), word| {
            let is_single = word.chars().next().is_some_and(stands_alone);
            (single + usize::from(is_single), others + usize::from(!is_single))
        });
        let link_density = block.linked as f64 / block.text.len().max(1) as f64;
        Self { n_words: n_others + n_single * 10 / TENTHS_A_WORD, link_density }
    }
}

/// The decision tree of the paper, by the number of words.
fn is_content(before: Measure, this: Measure, after: Measure, max_link_density: f64) -> bool {
    if this.link_density > max_link_density {
        return false;
    }
    match before.link_density <= 0.555_556 {
        true if this.n_words > 16 => true,
        true if after.n_words > 15 => true,
        true => before.n_words > 4,
        false if this.n_words > 40 => true,
        false => after.n_words > 17,
    }
}
