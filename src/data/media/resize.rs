//! Pixels of another size, in whole numbers, as Pillow computes them: first every row, then every column, each rounded to 8 bits.
//!
//! The filter is as wide as a new pixel where a picture gets smaller, so that no pixel is left out. Our own, because models are
//! trained on what Pillow makes, and because the same bytes have to come out with every version of a library.

use std::f64::consts::PI;

use crate::recipe::dataset::PixelFilter;

/// The bits behind the point of a weight.
const BITS: u32 = 22;

/// Returns pixels of `channels` bytes at another width and height.
pub(super) fn resize(
    pixels: &[u8],
    channels: usize,
    from: (usize, usize),
    to: (usize, usize),
    filter: PixelFilter,
) -> Vec<u8> {
    let rows = match from.0 == to.0 {
        true => pixels.to_vec(),
        false => along(pixels, &weights(from.0, to.0, filter), Steps { inner: channels, old: from.0, outer: from.1 }),
    };
    match from.1 == to.1 {
        true => rows,
        false => along(&rows, &weights(from.1, to.1, filter), Steps { inner: channels * to.0, old: from.1, outer: 1 }),
    }
}

/// How the values that are weighed together lie: `outer` runs of `old` groups of `inner` values.
struct Steps {
    inner: usize,
    old: usize,
    outer: usize,
}

/// For each new place the first old one that it is made of, and how much of each.
type Weights = Vec<(usize, Vec<i64>)>;

fn along(values: &[u8], weights: &Weights, Steps { inner, old, outer }: Steps) -> Vec<u8> {
    let mut made = Vec::with_capacity(outer * weights.len() * inner);
    for run in values.chunks_exact(inner * old).take(outer) {
        for (first, weights) in weights {
            for i in 0..inner {
                let at = |k: usize| i64::from(run[(first + k) * inner + i]);
                let half = 1 << (BITS - 1);
                let sum: i64 = weights.iter().enumerate().map(|(k, weight)| at(k) * weight).sum();
                made.push(((sum + half) >> BITS).clamp(0, 255) as u8);
            }
        }
    }
    made
}

fn weights(old: usize, new: usize, filter: PixelFilter) -> Weights {
    let scale = old as f64 / new as f64;
    let widened = scale.max(1.0);
    let reach = widened * reach(filter);
    let one = |place: usize| {
        let centre = (place as f64 + 0.5) * scale;
        let first = (centre - reach + 0.5).max(0.0) as usize;
        let end = ((centre + reach + 0.5) as usize).min(old);
        let weight = |i: usize| value(filter, (i as f64 - centre + 0.5) / widened);
        let sum: f64 = (first..end).map(weight).sum();
        let fixed = |i: usize| (weight(i) / sum * f64::from(1 << BITS)).round() as i64;
        (first, (first..end).map(fixed).collect())
    };
    (0..new).map(one).collect()
}

/// How far a filter reaches, in pixels.
fn reach(filter: PixelFilter) -> f64 {
    match filter {
        PixelFilter::Bilinear => 1.0,
        PixelFilter::Lanczos => 3.0,
    }
}

fn value(filter: PixelFilter, x: f64) -> f64 {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
    match filter {
        PixelFilter::Bilinear => (1.0 - x.abs()).max(0.0),
        PixelFilter::Lanczos if (-3.0..3.0).contains(&x) => sinc(x) * sinc(x / 3.0),
        PixelFilter::Lanczos => 0.0,
    }
}
