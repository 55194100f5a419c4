//! Where the marks of a logarithmic axis stand, and how numbers look beside them.

/// Returns between two and about `most` round values within a range, in their order.
///
/// The powers of ten times 1, 2 and 5, or 1 and 3, or alone, or every so many of them; even steps where the range holds too few.
pub fn logarithmic(low: f64, high: f64, most: usize) -> Vec<f64> {
    let decades = (low.log10().floor() as i32)..=(high.log10().ceil() as i32);
    let within = |value: &f64| *value >= low * (1.0 - 1e-9) && *value <= high * (1.0 + 1e-9);
    let of = |mantissas: &[f64], every: i32| -> Vec<f64> {
        let decades = decades.clone().filter(|decade| decade.rem_euclid(every) == 0);
        let values = decades.flat_map(|decade| mantissas.iter().map(move |mantissa| power(*mantissa, decade)));
        values.filter(within).collect()
    };
    let mut candidates = vec![of(&[1.0, 2.0, 5.0], 1), of(&[1.0, 3.0], 1)];
    candidates.extend((1..=300).map(|every| of(&[1.0], every)));
    let fits = candidates.into_iter().find(|values| values.len() <= most);
    match fits {
        Some(values) if values.len() >= 3 => values,
        Some(_) | None => even(low, high, most),
    }
}

/// Returns multiples of the smallest of 1, 2 or 5 times a power of ten that gives no more than `most` of them.
fn even(low: f64, high: f64, most: usize) -> Vec<f64> {
    let least = (high - low) / most.max(1) as f64;
    let decade = least.log10().floor() as i32;
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0].map(|mantissa| power(mantissa, decade));
    let step = steps.into_iter().find(|step| *step >= least).unwrap_or(least);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    // A multiple of a decimal fraction is written as a decimal fraction, and not as what the processor makes of it.
    (first..=last).map(|n| short(n as f64 * step, 6).parse().unwrap_or(n as f64 * step)).collect()
}

fn power(mantissa: f64, decade: i32) -> f64 {
    format!("{mantissa}e{decade}").parse().unwrap_or(f64::NAN)
}

/// Returns a number with up to so many significant digits, without zeros at its end: `4.5`, `1.2e13`.
pub fn short(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let decade = value.abs().log10().floor() as i32;
    let plain = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    if (-4..6).contains(&decade) {
        return plain(format!("{value:.*}", (digits as i32 - 1 - decade).max(0) as usize));
    }
    let text = format!("{value:.*e}", digits.saturating_sub(1));
    match text.split_once('e') {
        Some((mantissa, exponent)) => format!("{}e{exponent}", plain(mantissa.to_owned())),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_within() {
        assert_eq!(logarithmic(2e11, 3e13, 9), [2e11, 5e11, 1e12, 2e12, 5e12, 1e13, 2e13]);
        assert_eq!(logarithmic(1.2e11, 2.6e13, 6), [3e11, 1e12, 3e12, 1e13]);
        assert_eq!(logarithmic(1e10, 1e22, 8), [1e10, 1e12, 1e14, 1e16, 1e18, 1e20, 1e22]);
        assert_eq!(logarithmic(4.3, 5.4, 6), [4.4, 4.6, 4.8, 5.0, 5.2, 5.4]);
        assert_eq!(logarithmic(0.9, 12.0, 6), [1.0, 2.0, 5.0, 10.0]);
    }

    #[test]
    fn numbers_are_short() {
        let shown = [1e12, 2.5e13, 4.5, 4.4, 0.012_34, 123_456.0, 1.0, 0.0, 1e-9].map(|value| short(value, 3));
        assert_eq!(shown, ["1e12", "2.5e13", "4.5", "4.4", "0.0123", "123456", "1", "0", "1e-9"]);
    }
}
