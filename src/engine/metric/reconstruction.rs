//! How far what a model made whole again is from what it was. The square of the unit of the features; lower is better.

use crate::engine::metric::mean;

/// Returns the mean squared difference over the numbers of one record.
pub fn squared_error(made: &[f32], real: &[f32]) -> f64 {
    mean(made.iter().zip(real).map(|(made, real)| (f64::from(*made) - f64::from(*real)).powi(2)))
}
