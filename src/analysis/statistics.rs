//! Several values of one quantity, in short.

use serde::Serialize;

pub use crate::record::student::student_t_95;

/// Several values of one quantity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// How many there are.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Their sample standard deviation (of `n − 1`); none of a single value.
    pub spread: Option<f64>,
}

impl Summary {
    /// Returns the summary of some values, or `None` of none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = values.len();
        if n == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some(Self { n, mean, spread: (n > 1).then(|| (squares / (n - 1) as f64).sqrt()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_that_of_a_sample() {
        let summary = Summary::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!((summary.n, summary.mean), (8, 5.0));
        assert!((summary.spread.unwrap() - 2.138_09).abs() < 1e-5);
        assert_eq!(Summary::of(&[3.5]), Some(Summary { n: 1, mean: 3.5, spread: None }));
        assert_eq!(Summary::of(&[]), None);
    }
}
