//! How often what belongs to a record is found among the k nearest, such as a picture by its text. A share; higher is better.

use crate::engine::metric::top_k::is_within;

/// Returns for every row whether its own column is among the `k` highest of it.
///
/// `similarities` holds the rows one behind the other, each of `n` numbers, and `own` the column of each. Of equal numbers, the first
/// counts as the higher.
pub fn is_found(similarities: &[f32], n: usize, own: &[usize], k: usize) -> Vec<bool> {
    similarities.chunks(n.max(1)).zip(own).map(|(scores, own)| is_within(scores, *own, k)).collect()
}

/// Returns the cosines of all pairs of two sets of embeddings of `width` numbers each, one behind the other: a row for each of the first.
pub fn cosines(queries: &[f32], found: &[f32], width: usize) -> Vec<f32> {
    let unit = |all: &[f32]| -> Vec<f64> {
        let one = |row: &[f32]| {
            let length = row.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
            row.iter().map(|value| f64::from(*value) / length.max(f64::MIN_POSITIVE)).collect::<Vec<_>>()
        };
        all.chunks(width).flat_map(one).collect()
    };
    let (queries, found) = (unit(queries), unit(found));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() as f32;
    queries.chunks(width).flat_map(|query| found.chunks(width).map(move |found| dot(query, found))).collect()
}
