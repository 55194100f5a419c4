//! How sure a number is: what it would be on other records like these (Efron 1979), as the interval between two percentiles.

use crate::engine::metric::percentile::of_sorted;
use crate::engine::seed;
use crate::record::Interval;

/// How often records are drawn again.
pub const RESAMPLES: u32 = 1000;

/// The share of the draws that lies within the interval.
pub const CONFIDENCE: f64 = 0.95;

/// The seed of the draws.
pub const SEED: u64 = 42;

/// Returns the interval of a number of `n` records, whose value on some of them, each perhaps several times, `value` returns.
///
/// Draws on which the number is none (such as the area of a class nobody drawn has) are left out; `None` where fewer than two
/// records are there, or more than half of the draws give no number. The same records and seed give the same interval.
pub fn interval(n: usize, resamples: u32, seed: u64, mut value: impl FnMut(&[usize]) -> f64) -> Option<Interval> {
    if n < 2 {
        return None;
    }
    let mut rng = seed::stream(seed, "bootstrap");
    let mut drawn = vec![0; n];
    let mut values = Vec::with_capacity(resamples as usize);
    for _ in 0..resamples {
        drawn.iter_mut().for_each(|place| *place = seed::below(&mut rng, n));
        values.push(value(&drawn));
    }
    values.retain(|value| value.is_finite());
    if values.len() <= resamples as usize / 2 {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let outside = (1.0 - CONFIDENCE) / 2.0;
    let [low, high] = [outside, 1.0 - outside].map(|share| of_sorted(&values, share));
    Some(Interval { low, high, confidence: CONFIDENCE, resamples })
}

/// Returns the interval of the mean of some numbers.
pub fn of_mean(values: &[f64]) -> Option<Interval> {
    of_ratio(values, &vec![1.0; values.len()])
}

/// Returns the interval of a sum over another, such as that of surprises over the number of tokens, drawn record by record.
pub fn of_ratio(above: &[f64], below: &[f64]) -> Option<Interval> {
    interval(above.len(), RESAMPLES, SEED, |drawn| {
        let (above, below) = drawn.iter().fold((0.0, 0.0), |(a, b), i| (a + above[*i], b + below[*i]));
        above / below
    })
}
