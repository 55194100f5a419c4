//! The Fréchet distance of two sets of embeddings, taken for normal distributions (Dowson & Landau 1982; of pictures: Heusel et al.
//! 2017). The square of the embeddings' unit; lower is better, and 0 where mean and covariance are the same.
//!
//! `|m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½)`. The trace of the root is that of `(C₁^½ C₂ C₁^½)^½`, whose argument is symmetric and has
//! no negative eigenvalue: so symmetric matrices are all that has to be taken apart.

use crate::engine::metric::frechet::symmetric::{Matrix, eigen};

mod symmetric;

/// Returns the distance of two sets of embeddings of `width` numbers each, one behind the other.
///
/// Covariances are those of samples (divided by n - 1). Not a number where a set has fewer than two embeddings, or a number is none.
/// It is exact only in the limit: small sets come out too far apart, so compare those of one size.
pub fn distance(one: &[f32], other: &[f32], width: usize) -> f64 {
    let (Some((mean_1, cov_1)), Some((mean_2, cov_2))) = (moments(one, width), moments(other, width)) else {
        return f64::NAN;
    };
    let apart: f64 = mean_1.iter().zip(&mean_2).map(|(a, b)| (a - b).powi(2)).sum();
    let root = cov_1.root();
    let (between, _) = eigen(root.times(&cov_2).times(&root).symmetric());
    let trace: f64 = between.iter().map(|value| value.max(0.0).sqrt()).sum();
    (apart + cov_1.trace() + cov_2.trace() - 2.0 * trace).max(0.0)
}

/// Returns the mean and the covariance of a set.
fn moments(set: &[f32], width: usize) -> Option<(Vec<f64>, Matrix)> {
    let n = set.len().checked_div(width)?;
    if n < 2 || set.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut mean = vec![0.0; width];
    for row in set.chunks_exact(width) {
        mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += f64::from(*value) / n as f64);
    }
    let mut covariance = Matrix::zero(width);
    for row in set.chunks_exact(width) {
        let centred: Vec<f64> = row.iter().zip(&mean).map(|(value, mean)| f64::from(*value) - mean).collect();
        for (i, left) in centred.iter().enumerate() {
            let places = covariance.row_mut(i).iter_mut().zip(&centred);
            places.for_each(|(place, right)| *place += left * right / (n - 1) as f64);
        }
    }
    Some((mean, covariance))
}
