//! A measured curve: smoothed, with its noise.
//!
//! The level at a place is the median of the measurements around it, so that one that is far off changes nothing. The noise of a
//! measurement is told from second differences, which a smooth curve hardly has: where the noise is σ and independent, their
//! variance is 6σ² (Gasser, Sroka and Jennen-Steinmetz 1986, "Residual variance and residual pattern in nonlinear regression").
//! The median of their sizes stands for their standard deviation, as a steep beginning or a spike would carry a mean away.

/// The median of the size of a normal deviate of standard deviation 1.
const MEDIAN_SIZE: f64 = 0.674_489_75;

/// The widest window, in measurements.
const WIDEST: usize = 15;

/// How many times the noise of a level may be that of independent measurements.
const MOST_TOGETHER: f64 = 4.0;

/// A smoothed curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The levels, one for each window that lies wholly within the measurements.
    pub levels: Vec<f64>,
    /// How many measurements a level is the median of: odd, 3 at least.
    pub window: usize,
    /// The standard deviation of a measurement around the curve.
    pub noise: f64,
}

impl Curve {
    /// Smooths at least three values.
    pub fn of(values: &[f64]) -> Self {
        let window = (values.len() / 8).clamp(3, WIDEST) | 1;
        let levels = values.windows(window).map(median).collect();
        Self { levels, window, noise: noise(values) }
    }

    /// Returns the standard deviation of a level: that of a median is √(π/2) of that of a mean.
    ///
    /// Neighbours that err together err more in their median than that: so it is no less than what levels that share no
    /// measurement tell, up to a few times, as those also differ where the curve bends.
    pub fn level_noise(&self) -> f64 {
        let independent = self.noise * (std::f64::consts::FRAC_PI_2 / self.window as f64).sqrt();
        deviation(&second_differences(&self.levels, self.window)).clamp(independent, MOST_TOGETHER * independent)
    }

    /// Returns how far apart two levels have to lie, so that chance does not explain it.
    ///
    /// The lowest of n deviates lies about √(2·ln n) standard deviations below their mean: who compares with a minimum has
    /// to add that to the three that are usual.
    pub fn bound(&self) -> f64 {
        let n = self.levels.len().max(2) as f64;
        (3.0 + (2.0 * n.ln()).sqrt()) * self.level_noise() * std::f64::consts::SQRT_2
    }

    /// Returns the last level.
    pub fn last(&self) -> f64 {
        self.levels[self.levels.len() - 1]
    }

    /// Returns where the lowest level stands; the last of equal ones.
    pub fn lowest(&self) -> usize {
        let lower = |lowest: usize, i: usize| if self.levels[i] <= self.levels[lowest] { i } else { lowest };
        (1..self.levels.len()).fold(0, lower)
    }

    /// Returns the place that lies so large a share of the curve before its end.
    pub fn before_end(&self, share: f64) -> usize {
        let last = self.levels.len() - 1;
        last - ((last as f64 * share).round() as usize).min(last)
    }

    /// Returns how far the curve goes to and fro without a trend: its largest rise that was undone before `lowest`, as short
    /// before it as the end is behind it or a third of the curve, or its largest fall since.
    pub fn wander(&self, lowest: usize) -> f64 {
        let n = self.levels.len();
        let span = (n - 1 - lowest).max(n / 3);
        let before = &self.levels[lowest.saturating_sub(span)..=lowest];
        let undone = largest_change(before.iter().copied());
        // A fall is the rise of what is turned over.
        undone.max(largest_change(self.levels[lowest..].iter().map(|level| -level)))
    }
}

/// Returns how far values rise above the lowest before them.
fn largest_change(values: impl Iterator<Item = f64>) -> f64 {
    let (_, largest) = values.fold((f64::INFINITY, 0.0_f64), |(lowest, largest), value| {
        let lowest = lowest.min(value);
        (lowest, largest.max(value - lowest))
    });
    largest
}

/// Returns the standard deviation of a measurement; few of them may agree by chance, so that it is taken for more.
fn noise(values: &[f64]) -> f64 {
    let sizes = second_differences(values, 1);
    (1.0 + 4.0 / sizes.len().max(1) as f64) * deviation(&sizes)
}

/// Returns the sizes of the second differences of values that are `lag` apart.
fn second_differences(values: &[f64], lag: usize) -> Vec<f64> {
    values.windows(2 * lag + 1).map(|window| (window[0] - 2.0 * window[lag] + window[2 * lag]).abs()).collect()
}

/// Returns the standard deviation of values with second differences of these sizes.
fn deviation(sizes: &[f64]) -> f64 {
    if sizes.is_empty() { 0.0 } else { median(sizes) / (MEDIAN_SIZE * 6.0_f64.sqrt()) }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_measurement_that_is_far_off_changes_no_level() {
        let mut values = vec![2.0; 9];
        values[4] = 90.0;
        assert_eq!(Curve::of(&values).levels, vec![2.0; 7]);
        assert_eq!(Curve::of(&[1.0, 2.0, 4.0]).levels, [2.0]);
    }

    #[test]
    fn a_straight_line_has_no_noise_and_what_alternates_has_some() {
        let line: Vec<f64> = (0..20).map(|i| 5.0 - 0.25 * f64::from(i)).collect();
        assert_eq!(Curve::of(&line).noise, 0.0);
        let zigzag: Vec<f64> = (0..20).map(|i| f64::from(i % 2)).collect();
        assert!(Curve::of(&zigzag).noise > 0.5);
    }

    #[test]
    fn what_comes_and_goes_is_how_far_a_curve_wanders() {
        let curve = Curve { levels: vec![9.0, 3.0, 3.5, 2.0, 2.6, 2.4, 3.0], window: 3, noise: 0.0 };
        assert_eq!(curve.lowest(), 3);
        assert!((curve.wander(3) - 0.5).abs() < 1e-12);
        let last_of_equal = Curve { levels: vec![2.0, 2.0, 2.0], window: 3, noise: 0.0 };
        assert_eq!(last_of_equal.lowest(), 2);
    }
}
