//! Student's t, for intervals around the mean of few values.

/// Student's t for a two-sided interval of 95 %, from one degree of freedom on.
const T_95: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/// Returns Student's t for a two-sided interval of 95 %: that many standard errors to either side.
///
/// # Panics
/// With no degree of freedom.
pub fn student_t_95(degrees: usize) -> f64 {
    assert!(degrees > 0, "an interval needs a degree of freedom");
    match T_95.get(degrees - 1) {
        Some(t) => *t,
        None => {
            // The expansion around the normal distribution; its error is below 0.001 from here on.
            let (z, v) = (1.959_964_f64, degrees as f64);
            z + (z.powi(3) + z) / (4.0 * v) + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * v * v)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_t_goes_down_to_the_normal_distribution() {
        for (degrees, expected) in [(1, 12.706), (30, 2.042), (31, 2.040), (60, 2.000), (120, 1.980), (100_000, 1.960)]
        {
            assert!((student_t_95(degrees) - expected).abs() < 1e-3, "{degrees}: {}", student_t_95(degrees));
        }
        assert!((1..200).all(|n| student_t_95(n) > student_t_95(n + 1)));
    }
}
