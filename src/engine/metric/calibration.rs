//! The expected calibration error: how far a classifier's certainty is from how often it is right (Guo et al. 2017). A share; lower
//! is better.

/// The number of bins the certainties are sorted into, as in the paper.
pub const BINS: usize = 15;

/// Returns the mean distance of accuracy and certainty over bins of one width, each counting as much as it has records.
///
/// A certainty is the share of the likeliest class, between 0 and 1; a bin has its upper bound, and not its lower one. Not a number
/// where there is no record.
pub fn expected_error(certainties: &[f32], is_right: &[bool], bins: usize) -> f64 {
    let mut found = vec![(0.0_f64, 0.0_f64); bins];
    for (certainty, is_right) in certainties.iter().zip(is_right) {
        let certainty = f64::from(*certainty);
        let bin = ((certainty * bins as f64).ceil() as usize).clamp(1, bins) - 1;
        found[bin].0 += certainty;
        found[bin].1 += f64::from(u8::from(*is_right));
    }
    found.iter().map(|(certainty, right)| (right - certainty).abs()).sum::<f64>() / certainties.len() as f64
}
