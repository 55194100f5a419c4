//! How far off numbers are: mean absolute error and root mean squared error, in the unit of the numbers, lower is better; and R², the
//! share of the variance that is told, without a unit, higher is better.
//!
//! All are not a number where there is no record.

use crate::engine::metric::mean;

/// Returns the mean of the distances.
pub fn mean_absolute_error(told: &[f64], right: &[f64]) -> f64 {
    mean(told.iter().zip(right).map(|(told, right)| (told - right).abs()))
}

/// Returns the root of the mean of the squared distances.
pub fn root_mean_squared_error(told: &[f64], right: &[f64]) -> f64 {
    mean(told.iter().zip(right).map(|(told, right)| (told - right).powi(2))).sqrt()
}

/// Returns R², the coefficient of determination: 1 where all is told, 0 where the mean would be told as well, less where it is worse.
///
/// Where all numbers are the same there is no variance: 1 where they are told exactly, else 0.
pub fn r_squared(told: &[f64], right: &[f64]) -> f64 {
    let middle = mean(right.iter().copied());
    let left: f64 = told.iter().zip(right).map(|(told, right)| (told - right).powi(2)).sum();
    let all: f64 = right.iter().map(|right| (right - middle).powi(2)).sum();
    match (left == 0.0, all == 0.0) {
        _ if middle.is_nan() => f64::NAN,
        (true, true) => 1.0,
        (false, true) => 0.0,
        (_, false) => 1.0 - left / all,
    }
}
