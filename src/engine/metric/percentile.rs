//! Percentiles, such as those of latencies. The unit is that of the numbers.

/// Returns the number below which a share of them lies, between 0 and 1; between two it is interpolated (method 7 of Hyndman & Fan
/// 1996, the usual one). Not a number where there is none.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    of_sorted(&values, share)
}

/// Does the same with numbers that are sorted.
pub fn of_sorted(values: &[f64], share: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return f64::NAN };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let above = values[(below + 1).min(last)];
    if part == 0.0 { values[below] } else { values[below] + part * (above - values[below]) }
}
