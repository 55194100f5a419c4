//! A number measured once for every repeat of a training: its mean and its spread.
//!
//! ```text
//! mean   = (x₁ + … + xₙ) / n
//! spread = √( ((x₁ − mean)² + … + (xₙ − mean)²) / (n − 1) )      the sample standard deviation; none where n = 1
//! ```

use serde::{Deserialize, Serialize};

use crate::record::student::student_t_95;

/// A number measured once for every repeat, in the unit of the number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Repeated {
    /// The mean of the values.
    pub mean: f64,
    /// Their sample standard deviation; `None` for a single value, whose spread nobody knows.
    pub spread: Option<f64>,
    /// How many there are.
    pub n: usize,
    /// The values, in the order of the repeats.
    pub values: Vec<f64>,
}

impl Repeated {
    /// Returns the mean and the spread of some values, or `None` where there are none.
    pub fn of(values: Vec<f64>) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let mean = mean(&values);
        Some(Self { mean, spread: spread(&values, mean), n: values.len(), values })
    }

    /// Returns how far the interval of 95 % reaches to either side of the mean, or `None` of a single value.
    ///
    /// That is Student's t for n − 1 degrees of freedom times spread/√n: of few repeats it is wide, and rightly so. It supposes
    /// values that are normally distributed.
    pub fn interval(&self) -> Option<f64> {
        Some(student_t_95(self.n.checked_sub(1).filter(|n| *n > 0)?) * self.spread? / (self.n as f64).sqrt())
    }

    /// Returns the same in another unit, `factor` of which make one of the old.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            mean: self.mean * factor,
            spread: self.spread.map(|spread| spread * factor),
            n: self.n,
            values: self.values.iter().map(|value| value * factor).collect(),
        }
    }

    /// Returns the number in words, the mean as `number` writes it: `25.08 ± 0.41`; a single value stands alone.
    pub fn words(&self, number: impl Fn(f64) -> String) -> String {
        match self.spread {
            Some(spread) => format!("{} ± {}", number(self.mean), two_digits(spread)),
            None => number(self.mean),
        }
    }
}

/// Adds the values up by their distance from the mean so far: equal values have exactly their own value as their mean.
fn mean(values: &[f64]) -> f64 {
    values
        .iter()
        .zip(1u32..)
        .fold(0.0, |mean, (value, n)| if n == 1 { *value } else { mean + (value - mean) / f64::from(n) })
}

fn spread(values: &[f64], mean: f64) -> Option<f64> {
    let degrees_of_freedom = values.len().checked_sub(1).filter(|n| *n > 0)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / degrees_of_freedom as f64).sqrt())
}

/// Returns a spread with two significant digits: more of them mean nothing.
fn two_digits(spread: f64) -> String {
    let size = spread.abs();
    if size == 0.0 || !size.is_finite() {
        return spread.to_string();
    }
    match 1 - size.log10().floor() as i32 {
        digits @ 0..=7 => format!("{spread:.*}", digits as usize),
        i32::MIN..0 => format!("{spread:.0}"),
        8.. => format!("{spread:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[f64]) -> Repeated {
        Repeated::of(values.to_vec()).unwrap()
    }

    #[test]
    fn the_spread_is_the_sample_standard_deviation() {
        let known = of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!((known.mean, known.n), (5.0, 8));
        assert!((known.spread.unwrap() - (32.0_f64 / 7.0).sqrt()).abs() < 1e-15);
        assert_eq!(of(&[1.0, 3.0]).spread, Some(2.0_f64.sqrt()));
    }

    #[test]
    fn a_single_value_is_its_own_mean_and_has_no_spread() {
        assert_eq!(of(&[0.1]), Repeated { mean: 0.1, spread: None, n: 1, values: vec![0.1] });
        assert_eq!(Repeated::of(Vec::new()), None);
    }

    #[test]
    fn the_interval_is_that_of_students_t() {
        let three = of(&[24.68, 25.08, 25.48]);
        assert!((three.interval().unwrap() - 4.303 * 0.4 / 3.0_f64.sqrt()).abs() < 1e-9);
        assert_eq!((of(&[1.0]).interval(), of(&[2.0, 2.0]).interval()), (None, Some(0.0)));
    }

    #[test]
    fn a_spread_is_said_with_two_digits_behind_its_mean() {
        let words = |mean: f64, spread: Option<f64>| {
            Repeated { mean, spread, n: 2, values: Vec::new() }.words(|mean| format!("{mean:.2}"))
        };
        assert_eq!(words(25.08, Some(0.4123)), "25.08 ± 0.41");
        assert_eq!(words(1800.0, Some(12.3)), "1800.00 ± 12");
        assert_eq!(words(1800.0, Some(1234.5)), "1800.00 ± 1234");
        assert_eq!(words(0.5, Some(0.000_012_34)), "0.50 ± 0.000012");
        assert_eq!(words(0.5, Some(1.234e-9)), "0.50 ± 1.2e-9");
        assert_eq!(words(0.5, Some(0.0)), "0.50 ± 0");
        assert_eq!(words(0.5, None), "0.50");
    }

    #[test]
    fn another_unit_changes_the_numbers_and_not_how_many_there_are() {
        let percent = of(&[0.25, 0.75]).scaled(100.0);
        assert_eq!((percent.mean, percent.n, percent.values.clone()), (50.0, 2, vec![25.0, 75.0]));
        assert_eq!(percent, of(&[25.0, 75.0]));
    }

    proptest! {
        #[test]
        fn equal_values_have_themselves_as_mean_and_no_spread(value in -1e9..1e9f64, n in 2..50usize) {
            let repeated = of(&vec![value; n]);
            prop_assert_eq!((repeated.mean, repeated.spread), (value, Some(0.0)));
        }

        #[test]
        fn the_mean_lies_between_the_values_and_moves_with_them(
            values in prop::collection::vec(-1e6..1e6f64, 2..20), shift in -1e6..1e6f64,
        ) {
            let repeated = of(&values);
            let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(*x), high.max(*x)));
            prop_assert!((low - 1e-6..=high + 1e-6).contains(&repeated.mean));
            prop_assert!(repeated.spread.unwrap() <= (high - low) + 1e-6);
            let moved = of(&values.iter().map(|value| value + shift).collect::<Vec<_>>());
            prop_assert!((moved.mean - repeated.mean - shift).abs() < 1e-6);
            prop_assert!((moved.spread.unwrap() - repeated.spread.unwrap()).abs() < 1e-6);
        }
    }
}
