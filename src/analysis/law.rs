//! Scaling laws: how the loss falls with the compute of the training, `L(C) = E + A·C^(−α)` with C = 6·N·D.
//!
//! After Kaplan et al. 2020 ("Scaling Laws for Neural Language Models") and Hoffmann et al. 2022 ("Training Compute-Optimal
//! Large Language Models"): N parameters that see D tokens cost about 6·N·D floating-point operations.

use serde::{Deserialize, Serialize};

use crate::analysis::curve::{Curve, WithError};
use crate::id::Name;
use crate::recipe::analysis::Target;

/// The fewest different computes a floor is looked for in.
pub const LEAST_FOR_FLOOR: usize = 5;

/// How many times the least compute the largest has to be before a floor is looked for.
pub const LEAST_SPAN_FOR_FLOOR: f64 = 10.0;

/// How far beyond the trainings a prediction may lie before it is warned of, in times of their compute.
pub const FAR: f64 = 100.0;

/// A training that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// The model.
    pub model: Name,
    /// Its parameters.
    pub parameters: u64,
    /// The tokens its weights have seen, those of its ancestors included.
    pub tokens: u64,
    /// Its loss, in nats a token.
    pub loss: f64,
}

/// A law, and how well it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScalingLaw {
    /// What it was fitted to, in the order of the compute.
    pub points: Vec<Point>,
    /// A, in nats a token.
    pub scale: Estimate,
    /// α.
    pub exponent: Estimate,
    /// E, the loss that no compute takes away, in nats a token.
    pub floor: Estimate,
    /// Whether E was fitted, and if not, why.
    pub floor_rule: FloorRule,
    /// The standard deviation of the losses around the law, as a share of them; none without a degree of freedom.
    pub residual: Option<f64>,
    /// The share of the variance of ln L that the law explains; none where the losses are all the same.
    pub r_squared: Option<f64>,
    /// What it says of trainings that were not made.
    pub predictions: Vec<Prediction>,
}

/// A value and its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its standard error; none of a value that was not fitted, and without a degree of freedom.
    pub error: Option<f64>,
}

/// A training and what the law says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Point {
    /// The model.
    pub model: Name,
    /// Its parameters.
    pub parameters: u64,
    /// The tokens its weights have seen.
    pub tokens: u64,
    /// The compute of the training, in floating-point operations.
    pub compute: f64,
    /// Its loss, in nats a token.
    pub loss: f64,
    /// The loss the law gives it, in nats a token.
    pub fitted: f64,
}

/// What a law says of a training that was not made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Prediction {
    /// The parameters.
    pub parameters: u64,
    /// The tokens.
    pub tokens: u64,
    /// The compute, in floating-point operations.
    pub compute: f64,
    /// The loss, in nats a token.
    pub loss: f64,
    /// Below this lies one training in forty, if the law is the truth.
    pub low: Option<f64>,
    /// Above this lies one training in forty, if the law is the truth.
    pub high: Option<f64>,
    /// How many times beyond the trainings the compute lies; 1 within them.
    pub beyond: f64,
}

/// Whether a floor was fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FloorRule {
    /// It was, and is at least twice its standard error.
    Fitted,
    /// There are fewer than [`LEAST_FOR_FLOOR`] different computes.
    TooFewPoints,
    /// The computes span less than [`LEAST_SPAN_FOR_FLOOR`].
    TooNarrow,
    /// The best floor is less than twice its standard error.
    NotSeen,
}

impl FloorRule {
    /// Returns why a floor was left out, in words; nothing where it was not.
    pub fn words(self) -> Option<String> {
        match self {
            Self::Fitted => None,
            Self::TooFewPoints => Some(format!("a floor takes at least {LEAST_FOR_FLOOR} different computes")),
            Self::TooNarrow => {
                Some(format!("a floor takes computes that span at least a factor of {LEAST_SPAN_FOR_FLOOR}"))
            }
            Self::NotSeen => Some("the best floor is less than twice its standard error".to_owned()),
        }
    }
}

/// Why there is no law.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LawError {
    /// Nothing changes with the compute.
    #[error("a law takes trainings of different compute, and all of these took {compute:.3e} FLOP")]
    OneCompute {
        /// That compute, in floating-point operations.
        compute: f64,
    },
    /// There is nothing to fit to.
    #[error("no training was measured")]
    Nothing,
    /// A loss has no logarithm.
    #[error("the loss of `{model}` is {loss}, and a law is one of losses above 0")]
    NoLoss {
        /// The model.
        model: Name,
        /// Its loss.
        loss: f64,
    },
}

/// Returns the compute of a training, in floating-point operations.
pub fn compute(parameters: u64, tokens: u64) -> f64 {
    6.0 * parameters as f64 * tokens as f64
}

/// Fits a law to trainings, and says what it makes of others.
///
/// # Errors
/// When the trainings do not differ in compute, or a loss is not above 0.
pub fn fit(mut trainings: Vec<Training>, predict: &[Target]) -> Result<ScalingLaw, LawError> {
    let cost = |training: &Training| compute(training.parameters, training.tokens);
    trainings.sort_by(|one, other| cost(one).total_cmp(&cost(other)).then_with(|| one.model.cmp(&other.model)));
    if let Some(Training { model, loss, .. }) = trainings.iter().find(|one| !(one.loss.is_finite() && one.loss > 0.0)) {
        return Err(LawError::NoLoss { model: model.clone(), loss: *loss });
    }
    let points: Vec<(f64, f64)> = trainings.iter().map(|training| (cost(training), training.loss)).collect();
    let (least, most) = match (points.first(), points.last()) {
        (Some((least, _)), Some((most, _))) => (*least, *most),
        (None, _) | (_, None) => return Err(LawError::Nothing),
    };
    let line = Curve::line(&points).ok_or(LawError::OneCompute { compute: most })?;
    let (curve, floor_rule) = with_or_without_floor(&points, line, most / least);
    let point = |Training { model, parameters, tokens, loss }: Training| {
        let compute = compute(parameters, tokens);
        Point { model, parameters, tokens, compute, loss, fitted: rounded(curve.at(compute)) }
    };
    Ok(ScalingLaw {
        points: trainings.into_iter().map(point).collect(),
        scale: estimate(curve.scale()),
        exponent: estimate(curve.exponent()),
        floor: estimate(curve.floor()),
        floor_rule,
        residual: curve.residual().map(rounded),
        r_squared: r_squared(&points, curve.squares).map(rounded),
        predictions: predict.iter().map(|target| predicted(*target, &curve, (least, most))).collect(),
    })
}

fn with_or_without_floor(points: &[(f64, f64)], line: Curve, span: f64) -> (Curve, FloorRule) {
    let n_different = 1 + points.windows(2).filter(|pair| pair[1].0 > pair[0].0).count();
    if n_different < LEAST_FOR_FLOOR {
        return (line, FloorRule::TooFewPoints);
    }
    if span < LEAST_SPAN_FOR_FLOOR {
        return (line, FloorRule::TooNarrow);
    }
    match Curve::with_floor(points) {
        Some(curve) if is_seen(curve.floor()) => (curve, FloorRule::Fitted),
        Some(_) | None => (line, FloorRule::NotSeen),
    }
}

fn is_seen((value, error): WithError) -> bool {
    value > 0.0 && error.is_some_and(|error| value >= 2.0 * error)
}

fn predicted(Target { parameters, tokens }: Target, curve: &Curve, (least, most): (f64, f64)) -> Prediction {
    let compute = compute(parameters, tokens);
    let interval = curve.interval(compute);
    Prediction {
        parameters,
        tokens,
        compute,
        loss: rounded(curve.at(compute)),
        low: interval.map(|(low, _)| rounded(low)),
        high: interval.map(|(_, high)| rounded(high)),
        beyond: rounded((compute / most).max(least / compute).max(1.0)),
    }
}

fn estimate((value, error): WithError) -> Estimate {
    Estimate { value: rounded(value), error: error.map(rounded) }
}

fn r_squared(points: &[(f64, f64)], squares: f64) -> Option<f64> {
    let mean = points.iter().map(|(_, y)| y.ln()).sum::<f64>() / points.len() as f64;
    let all: f64 = points.iter().map(|(_, y)| (y.ln() - mean).powi(2)).sum();
    // Losses that are the same differ by rounding.
    (all > 1e-24).then(|| 1.0 - squares / all)
}

/// Returns a number to nine significant digits: the last bits of a logarithm differ between machines.
fn rounded(value: f64) -> f64 {
    format!("{value:.8e}").parse().unwrap_or(value)
}

impl ScalingLaw {
    /// Returns the predictions that are near enough to be shown beside the trainings; a far one would push them into a corner.
    pub fn near_predictions(&self) -> impl Iterator<Item = &Prediction> + Clone {
        self.predictions.iter().filter(|prediction| !prediction.is_far())
    }

    /// Returns the loss at some compute, in nats a token.
    pub fn at(&self, compute: f64) -> f64 {
        self.floor.value + self.scale.value * compute.powf(-self.exponent.value)
    }
}

impl Prediction {
    /// Returns whether it lies so far beyond the trainings that nobody should build on it.
    pub fn is_far(&self) -> bool {
        self.beyond > FAR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn training(i: u32, loss: impl Fn(f64) -> f64) -> Training {
        let (parameters, tokens) = (100_000 << i, 200_000 << i);
        let model = format!("m{i}").parse().unwrap();
        Training { model, parameters, tokens, loss: loss(compute(parameters, tokens)) }
    }

    fn trainings(n: u32, loss: impl Fn(f64) -> f64 + Copy) -> Vec<Training> {
        (0..n).rev().map(|i| training(i, loss)).collect()
    }

    #[test]
    fn a_law_is_found_again_and_predicts() {
        let truth = |c: f64| 60.0 * c.powf(-0.1);
        let targets =
            [Target { parameters: 1_000_000, tokens: 2_000_000 }, Target { parameters: 1 << 40, tokens: 1 << 40 }];
        let law = fit(trainings(4, truth), &targets).unwrap();
        assert_eq!(law.floor_rule, FloorRule::TooFewPoints);
        assert!((law.exponent.value - 0.1).abs() < 1e-8 && (law.scale.value - 60.0).abs() < 1e-5, "{law:?}");
        assert!(law.r_squared.unwrap() > 0.999_999);
        assert!(law.points.windows(2).all(|pair| pair[0].compute < pair[1].compute));
        assert!((law.predictions[0].loss - truth(1.2e13)).abs() < 1e-6);
        assert!(!law.predictions[0].is_far() && law.predictions[1].is_far(), "{:?}", law.predictions);
    }

    #[test]
    fn a_floor_is_fitted_only_where_the_points_can_tell() {
        let truth = |c: f64| 1.8 + 400.0 * c.powf(-0.2);
        let law = fit(trainings(6, truth), &[]).unwrap();
        assert_eq!(law.floor_rule, FloorRule::Fitted);
        assert!((law.floor.value - 1.8).abs() < 1e-4, "{law:?}");
        assert_eq!(fit(trainings(4, truth), &[]).unwrap().floor.value, 0.0);
        let narrow = |i: u32| {
            let tokens = 1_000_000 + 200_000 * u64::from(i);
            let loss = truth(compute(1_000_000, tokens));
            Training { model: format!("m{i}").parse().unwrap(), parameters: 1_000_000, tokens, loss }
        };
        assert_eq!(fit((0..8).map(narrow).collect(), &[]).unwrap().floor_rule, FloorRule::TooNarrow);
        let noisy = [4.0, 3.9, 3.3, 3.2, 2.7, 2.6].map(f64::ln);
        let law = fit(
            (0..6).map(|i| Training { loss: noisy[i as usize].exp(), ..training(i, |_| 1.0) }).collect(),
            &[Target { parameters: 10_000_000, tokens: 10_000_000 }],
        )
        .unwrap();
        assert_eq!(law.floor_rule, FloorRule::NotSeen);
        let prediction = law.predictions[0];
        assert!(prediction.low.unwrap() < prediction.loss && prediction.loss < prediction.high.unwrap());
    }

    #[test]
    fn repeated_trainings_count_as_one_compute() {
        let twice = |c: f64| 60.0 * c.powf(-0.1);
        let mut all = trainings(3, twice);
        all.extend(trainings(3, |c| 1.01 * twice(c)));
        let law = fit(all, &[]).unwrap();
        assert_eq!((law.points.len(), law.floor_rule), (6, FloorRule::TooFewPoints));
        assert!(law.residual.unwrap() > 0.004 && law.exponent.error.unwrap() > 0.0);
    }

    #[test]
    fn what_has_no_law_says_why() {
        assert_eq!(fit(Vec::new(), &[]), Err(LawError::Nothing));
        let same = vec![training(1, |_| 3.0), training(1, |_| 4.0)];
        assert!(matches!(fit(same, &[]), Err(LawError::OneCompute { .. })));
        for loss in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(fit(vec![training(1, |_| loss)], &[]), Err(LawError::NoLoss { .. })));
        }
        assert_eq!(fit(trainings(3, |_| 3.0), &[]).unwrap().r_squared, None);
    }

    #[test]
    fn a_law_is_written_and_read_again() {
        let law = fit(trainings(5, |c| 2.0 + 90.0 * c.powf(-0.15)), &[Target { parameters: 7, tokens: 9 }]).unwrap();
        let text = serde_json::to_string(&law).unwrap();
        assert_eq!(serde_json::from_str::<ScalingLaw>(&text).unwrap(), law);
    }
}
