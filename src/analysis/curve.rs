//! The curve `y = E + A·x^(−α)` through points, by least squares of the logarithms of y.
//!
//! Without a floor (E = 0) that is a line in the logarithms, and has a closed form. With one, a grid over E whose lines are in
//! closed form finds where to begin, and Gauss–Newton steps (damped after Levenberg and Marquardt) find the least squares.

use crate::analysis::statistics::student_t_95;

/// How many floors are tried before the steps begin.
const GRID: usize = 40;

/// The most steps.
const MOST_STEPS: usize = 500;

/// A fitted curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Its coefficients: `ln(A·m^(−α))`, α, E, with m the geometric mean of the points' x.
    coefficients: Coefficients,
    /// The mean of ln x.
    center: f64,
    /// How many of the coefficients were fitted: two, or three with a floor.
    n_fitted: usize,
    /// `(JᵀJ)⁻¹` at the solution.
    inverse: Matrix,
    /// The degrees of freedom that are left.
    pub degrees: usize,
    /// The sum of the squared residuals of ln y.
    pub squares: f64,
}

type Coefficients = [f64; 3];
type Matrix = [[f64; 3]; 3];

/// A value and its standard error, where there is one.
pub type WithError = (f64, Option<f64>);

impl Curve {
    /// Returns the best curve without a floor, or `None` where the points have fewer than two different x.
    pub fn line(points: &[(f64, f64)]) -> Option<Self> {
        let (logs, center) = centered(points);
        let (level, exponent) = line(logs.iter().map(|(x, y)| (*x, y.ln())))?;
        Self::solved(&logs, center, [level, exponent, 0.0], 2)
    }

    /// Returns the best curve with a floor, or `None` where the points do not determine one.
    pub fn with_floor(points: &[(f64, f64)]) -> Option<Self> {
        let (logs, center) = centered(points);
        let lowest = points.iter().map(|(_, y)| *y).fold(f64::INFINITY, f64::min);
        let starts = (0..GRID).filter_map(|i| {
            let floor = lowest * i as f64 / GRID as f64;
            let (level, exponent) = line(logs.iter().map(|(x, y)| (*x, (y - floor).ln())))?;
            Some([level, exponent, floor])
        });
        let best = starts.min_by(|one, other| squares(&logs, one).total_cmp(&squares(&logs, other)))?;
        Self::solved(&logs, center, refined(&logs, best), 3)
    }

    fn solved(logs: &[(f64, f64)], center: f64, coefficients: Coefficients, n_fitted: usize) -> Option<Self> {
        let inverse = inverse(&normal(logs, &coefficients).0, n_fitted)?;
        let degrees = logs.len().checked_sub(n_fitted)?;
        Some(Self { coefficients, center, n_fitted, inverse, degrees, squares: squares(logs, &coefficients) })
    }

    /// Returns the curve at `x`.
    pub fn at(&self, x: f64) -> f64 {
        model(x.ln() - self.center, &self.coefficients)
    }

    /// Returns the standard deviation of the residuals of ln y: a relative error.
    pub fn residual(&self) -> Option<f64> {
        (self.degrees > 0).then(|| (self.squares / self.degrees as f64).sqrt())
    }

    /// Returns α.
    pub fn exponent(&self) -> WithError {
        (self.coefficients[1], self.error(&[0.0, 1.0, 0.0]))
    }

    /// Returns E.
    pub fn floor(&self) -> WithError {
        (self.coefficients[2], (self.n_fitted == 3).then(|| self.error(&[0.0, 0.0, 1.0])).flatten())
    }

    /// Returns A; its error is that of its logarithm, carried over.
    pub fn scale(&self) -> WithError {
        let scale = (self.coefficients[0] + self.coefficients[1] * self.center).exp();
        (scale, self.error(&[1.0, self.center, 0.0]).map(|error| scale * error))
    }

    /// Returns between which values a new point at `x` lies with a probability of 95 %, if the curve is the truth.
    pub fn interval(&self, x: f64) -> Option<(f64, f64)> {
        let gradient = gradient(x.ln() - self.center, &self.coefficients);
        let residual = self.residual()?;
        let deviation = (residual.powi(2) + self.error(&gradient)?.powi(2)).sqrt() * student_t_95(self.degrees);
        Some((self.at(x) * (-deviation).exp(), self.at(x) * deviation.exp()))
    }

    /// Returns the standard error of a linear combination of the coefficients.
    fn error(&self, of: &Coefficients) -> Option<f64> {
        let mut sum = 0.0;
        for (row, left) in self.inverse.iter().zip(of).take(self.n_fitted) {
            for (value, right) in row.iter().zip(of).take(self.n_fitted) {
                sum += left * value * right;
            }
        }
        self.residual().map(|residual| residual * sum.max(0.0).sqrt())
    }
}

/// Returns the points as (ln x − mean, y), and the mean.
fn centered(points: &[(f64, f64)]) -> (Vec<(f64, f64)>, f64) {
    let center = points.iter().map(|(x, _)| x.ln()).sum::<f64>() / points.len().max(1) as f64;
    (points.iter().map(|(x, y)| (x.ln() - center, *y)).collect(), center)
}

/// Returns the level at 0 and the fall of the best line, or `None` of a single x.
fn line(points: impl Iterator<Item = (f64, f64)> + Clone) -> Option<(f64, f64)> {
    let n = points.clone().count() as f64;
    let (mean_x, mean_y) = points.clone().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (xx, xy) =
        points.fold((0.0, 0.0), |(xx, xy), (x, y)| (xx + (x - mean_x).powi(2), xy + (x - mean_x) * (y - mean_y)));
    (xx > 1e-12).then(|| (mean_y - mean_x * xy / xx, -xy / xx))
}

fn model(x: f64, [level, exponent, floor]: &Coefficients) -> f64 {
    floor + (level - exponent * x).exp()
}

/// Returns the slopes of ln y by each coefficient.
fn gradient(x: f64, coefficients: &Coefficients) -> Coefficients {
    let [level, exponent, _] = coefficients;
    let (above, whole) = ((level - exponent * x).exp(), model(x, coefficients));
    [above / whole, -x * above / whole, 1.0 / whole]
}

fn squares(points: &[(f64, f64)], coefficients: &Coefficients) -> f64 {
    points.iter().map(|(x, y)| (y.ln() - model(*x, coefficients).ln()).powi(2)).sum()
}

/// Returns `JᵀJ` and `Jᵀr`.
fn normal(points: &[(f64, f64)], coefficients: &Coefficients) -> (Matrix, Coefficients) {
    let (mut matrix, mut right) = (Matrix::default(), Coefficients::default());
    for (x, y) in points {
        let slopes = gradient(*x, coefficients);
        let residual = y.ln() - model(*x, coefficients).ln();
        for ((row, right), slope) in matrix.iter_mut().zip(&mut right).zip(slopes) {
            *right += slope * residual;
            row.iter_mut().zip(slopes).for_each(|(value, other)| *value += slope * other);
        }
    }
    (matrix, right)
}

/// Goes downhill from `start` until it goes down no more; the floor never falls below 0.
fn refined(points: &[(f64, f64)], start: Coefficients) -> Coefficients {
    let (mut best, mut cost, mut damping) = (start, squares(points, &start), 1e-3);
    for _ in 0..MOST_STEPS {
        let (mut matrix, right) = normal(points, &best);
        for (i, row) in matrix.iter_mut().enumerate() {
            row[i] *= 1.0 + damping;
        }
        let Some(inverse) = inverse(&matrix, 3) else { break };
        let mut next = best;
        for (value, row) in next.iter_mut().zip(&inverse) {
            *value += row.iter().zip(&right).map(|(factor, right)| factor * right).sum::<f64>();
        }
        next[2] = next[2].max(0.0);
        let next_cost = squares(points, &next);
        if next_cost < cost {
            let is_flat = cost - next_cost <= 1e-13 * cost;
            (best, cost, damping) = (next, next_cost, (damping / 3.0).max(1e-12));
            if is_flat {
                break;
            }
        } else if damping > 1e12 {
            break;
        } else {
            damping *= 4.0;
        }
    }
    best
}

/// Returns the inverse of the first `size` rows and columns, or `None` where there is none to speak of.
fn inverse(matrix: &Matrix, size: usize) -> Option<Matrix> {
    let (mut left, mut right) = (*matrix, Matrix::default());
    for (i, row) in right.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    for (column, begun) in matrix.iter().enumerate().take(size) {
        let pivot = (column..size).max_by(|a, b| left[*a][column].abs().total_cmp(&left[*b][column].abs()))?;
        let value = left[pivot][column];
        // Far below what the matrix began with, a pivot is rounding and nothing else.
        if !value.is_finite() || value.abs() <= 1e-13 * begun[column].abs() {
            return None;
        }
        left.swap(pivot, column);
        right.swap(pivot, column);
        for i in 0..size {
            left[column][i] /= value;
            right[column][i] /= value;
        }
        for row in (0..size).filter(|row| *row != column) {
            let factor = left[row][column];
            for i in 0..size {
                left[row][i] -= factor * left[column][i];
                right[row][i] -= factor * right[column][i];
            }
        }
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points(scale: f64, exponent: f64, floor: f64, n: i32) -> Vec<(f64, f64)> {
        (0..n).map(|i| 1e12 * 4f64.powi(i)).map(|x: f64| (x, floor + scale * x.powf(-exponent))).collect()
    }

    fn near(value: f64, expected: f64, relative: f64) -> bool {
        (value - expected).abs() <= relative * expected.abs()
    }

    #[test]
    fn a_line_through_known_points_is_the_textbook_s() {
        // ln y = 2 − 0.5 ln x with residuals +0.1, −0.1, −0.1, +0.1 in ln y, which leave the line where it is.
        let x = [1.0, 2.0, 3.0, 4.0];
        let residual = [0.1, -0.1, -0.1, 0.1];
        let points: Vec<(f64, f64)> =
            x.iter().zip(residual).map(|(x, r): (&f64, f64)| (x.exp(), (2.0 - 0.5 * x + r).exp())).collect();
        let curve = Curve::line(&points).unwrap();
        assert!(near(curve.exponent().0, 0.5, 1e-12) && near(curve.scale().0, 2f64.exp(), 1e-12));
        // s² = 0.04 / 2; var(slope) = s² / Σ(x − 2.5)² = 0.02 / 5.
        assert!(near(curve.residual().unwrap(), 0.02f64.sqrt(), 1e-12));
        assert!(near(curve.exponent().1.unwrap(), (0.02f64 / 5.0).sqrt(), 1e-12));
        // var(ln A) = s² (1/n + mean² / Σ(x − mean)²).
        let log_error = (0.02f64 * (0.25 + 6.25 / 5.0)).sqrt();
        assert!(near(curve.scale().1.unwrap(), 2f64.exp() * log_error, 1e-12));
        assert_eq!(curve.floor(), (0.0, None));
        // A new point at the mean: s √(1 + 1/n), times t of two degrees of freedom.
        let (low, high) = curve.interval(2.5f64.exp()).unwrap();
        let expected = 4.303 * (0.02f64 * 1.25).sqrt();
        assert!(near((high / low).ln() / 2.0, expected, 1e-12));
    }

    #[test]
    fn a_floor_is_found_where_there_is_one() {
        let curve = Curve::with_floor(&points(400.0, 0.15, 1.7, 8)).unwrap();
        assert!(near(curve.floor().0, 1.7, 1e-6), "{curve:?}");
        assert!(near(curve.exponent().0, 0.15, 1e-6) && near(curve.scale().0, 400.0, 1e-4));
    }

    #[test]
    fn without_a_floor_none_is_found() {
        let curve = Curve::with_floor(&points(40.0, 0.1, 0.0, 8)).unwrap();
        assert!(curve.floor().0 < 1e-3, "{curve:?}");
    }

    #[test]
    fn points_that_determine_nothing_give_nothing() {
        assert_eq!(Curve::line(&[(1e12, 3.0)]), None);
        assert_eq!(Curve::line(&[(1e12, 3.0), (1e12, 3.1), (1e12, 2.9)]), None);
        assert_eq!(Curve::line(&[]), None);
        assert_eq!(Curve::with_floor(&points(40.0, 0.1, 0.0, 2)), None);
        let exact = Curve::line(&points(40.0, 0.1, 0.0, 2)).unwrap();
        assert_eq!((exact.residual(), exact.exponent().1, exact.interval(1e15)), (None, None, None));
    }

    proptest! {
        #[test]
        fn what_made_the_points_is_found_again(
            level in 2.0..6.0f64, exponent in 0.03..0.4f64, floor in 0.1..2.0f64, n in 5..9i32,
        ) {
            // The scale is chosen by the level at the first point, so that all points are losses.
            let scale = level * 1e12f64.powf(exponent);
            let made = points(scale, exponent, floor, n);
            let curve = Curve::with_floor(&made).unwrap();
            prop_assert!(curve.squares < 1e-10, "{curve:?}");
            for (x, y) in &made {
                prop_assert!(near(curve.at(*x), *y, 1e-4));
            }
            let line = points(scale, exponent, 0.0, n);
            let curve = Curve::line(&line).unwrap();
            prop_assert!(near(curve.exponent().0, exponent, 1e-9) && near(curve.scale().0, scale, 1e-7));
        }

        #[test]
        fn any_losses_give_a_curve_that_is_no_worse_than_its_line(losses in prop::collection::vec(0.5..8.0f64, 4..8)) {
            let points: Vec<(f64, f64)> = losses.iter().enumerate().map(|(i, y)| (10f64.powi(12 + i as i32), *y)).collect();
            let line = Curve::line(&points).unwrap();
            if let Some(curve) = Curve::with_floor(&points) {
                prop_assert!(curve.squares <= line.squares * (1.0 + 1e-9));
                prop_assert!(curve.floor().0 >= 0.0 && curve.at(1e13).is_finite());
            }
        }
    }
}
