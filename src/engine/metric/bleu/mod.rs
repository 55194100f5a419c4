//! BLEU: how many n-grams of a text stand in its reference (Papineni et al. 2002). From 0 to 100; higher is better.
//!
//! The numbers are those of `sacrebleu` (Post 2018): up to 4-grams, exponential smoothing of what is never there, of a whole corpus
//! and not a mean over texts. What it is made of adds up over texts, so that the corpus can be drawn again.

pub mod words;

use std::collections::BTreeMap;
use std::iter::Sum;

pub use words::{Words, words};

/// The longest n-grams that count.
const ORDER: usize = 4;

/// What BLEU is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// The n-grams of the texts that stand in their references, by n - 1.
    right: [u64; ORDER],
    /// The n-grams of the texts.
    total: [u64; ORDER],
    /// The words of the texts.
    words: u64,
    /// The words of the references.
    reference_words: u64,
}

/// Returns what one text adds, against references of which each n-gram counts as often as in the one that has it most often.
///
/// The reference whose length is nearest to the text's counts, of two the shorter.
pub fn counts(text: &str, references: &[&str], kind: Words) -> Counts {
    let (text, references) = (words(text, kind), references.iter().map(|text| words(text, kind)).collect::<Vec<_>>());
    let nearest = references.iter().map(Vec::len).min_by_key(|length| (length.abs_diff(text.len()), *length));
    let mut counts =
        Counts { words: text.len() as u64, reference_words: nearest.unwrap_or(0) as u64, ..Counts::default() };
    for n in 1..=ORDER {
        let mut most: BTreeMap<&[String], u64> = BTreeMap::new();
        for reference in &references {
            for (gram, count) in grams(reference, n) {
                let known = most.entry(gram).or_insert(0);
                *known = count.max(*known);
            }
        }
        for (gram, count) in grams(&text, n) {
            counts.total[n - 1] += count;
            counts.right[n - 1] += count.min(most.get(gram).copied().unwrap_or(0));
        }
    }
    counts
}

fn grams(words: &[String], n: usize) -> BTreeMap<&[String], u64> {
    let mut counts = BTreeMap::new();
    for gram in words.windows(n) {
        *counts.entry(gram).or_insert(0) += 1;
    }
    counts
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, one| {
            for n in 0..ORDER {
                sum.right[n] += one.right[n];
                sum.total[n] += one.total[n];
            }
            sum.words += one.words;
            sum.reference_words += one.reference_words;
            sum
        })
    }
}

impl Counts {
    /// Returns the score: the geometric mean of the precisions, times the penalty of what is too short.
    pub fn score(&self) -> f64 {
        if self.right.iter().all(|right| *right == 0) || self.total.contains(&0) {
            return 0.0;
        }
        let (mut smooth, mut logarithms) = (1.0, 0.0);
        for (right, total) in self.right.iter().zip(&self.total) {
            let precision = if *right == 0 {
                // Chen & Cherry 2014, method 3: each n that is never right counts half of the one before.
                smooth *= 2.0;
                100.0 / (smooth * *total as f64)
            } else {
                100.0 * *right as f64 / *total as f64
            };
            logarithms += precision.ln();
        }
        let short = self.words < self.reference_words;
        let penalty = if short { (1.0 - self.reference_words as f64 / self.words as f64).exp() } else { 1.0 };
        penalty * (logarithms / ORDER as f64).exp()
    }
}
