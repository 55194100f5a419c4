//! Curves whose verdict is known because they are made that way.

use proptest::prelude::*;

use super::*;

/// Returns measurements every 50 steps of two curves over the share of the training that is done.
fn measured(n: usize, train: impl Fn(f64) -> f64, held_out: impl Fn(f64) -> f64) -> Vec<Measured> {
    let at = |i: usize| (i + 1) as f64 / n as f64;
    let point = |i: usize| Measured { step: 50 * (i as u64 + 1), train: train(at(i)), held_out: held_out(at(i)) };
    (0..n).map(point).collect()
}

/// Normal deviates by Box and Muller's formula, from the numbers of a linear congruential generator.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Adds noise of a size to both losses; of `memory` of 0 it is independent, nearer to 1 it wanders.
    fn on(&mut self, mut points: Vec<Measured>, size: f64, memory: f64) -> Vec<Measured> {
        let mut state = [0.0; 2];
        for point in &mut points {
            for (value, state) in [&mut point.train, &mut point.held_out].into_iter().zip(&mut state) {
                *state = memory * *state + (1.0 - memory * memory).sqrt() * self.normal();
                *value += size * *state;
            }
        }
        points
    }
}

/// A loss that falls quickly, then slowly, to `floor`.
fn falling(floor: f64) -> impl Fn(f64) -> f64 {
    move |x| floor + 3.0 * (-12.0 * x).exp()
}

/// The same, rising again by `slope` over a whole training from `from` on.
fn rising(from: f64, slope: f64) -> impl Fn(f64) -> f64 {
    move |x| falling(2.0)(x) + slope * (x - from).max(0.0)
}

fn is_overfitting(points: &[Measured]) -> bool {
    judge(points).verdict.is_overfitting()
}

/// Returns how many of 1000 noisy copies of a curve are said to overfit.
fn cries(n: usize, size: f64, memory: f64, held_out: impl Fn(f64) -> f64) -> usize {
    let mut noise = Noise(n as u64);
    let clean = measured(n, falling(1.9), held_out);
    (0..1000).filter(|_| is_overfitting(&noise.on(clean.clone(), size, memory))).count()
}

#[test]
fn a_curve_that_falls_and_stays_low_fits() {
    let told = judge(&measured(40, falling(1.9), falling(2.0)));
    assert_eq!(told.verdict, Verdict::Fits, "{told}");
    assert!((told.evidence.unwrap().gap - 0.1).abs() < 1e-3);
}

#[test]
fn a_training_that_ends_while_both_fall_underfits() {
    let told = judge(&measured(20, |x| 4.0 - 2.0 * x, |x| 4.1 - 1.9 * x));
    assert_eq!(told.verdict, Verdict::Underfits, "{told}");
}

#[test]
fn a_rise_is_told_with_the_step_where_it_began() {
    let told = judge(&measured(40, |x| 3.0 - 2.0 * x, rising(0.5, 1.5)));
    let Verdict::Overfits { since_step, sign: Sign::HeldOutRises } = told.verdict else { panic!("{told}") };
    assert!((900..=1100).contains(&since_step), "half of 2000 steps: {told}");
    let evidence = told.evidence.unwrap();
    assert!(evidence.rise_percent > evidence.bound_percent && evidence.gap > evidence.gap_at_lowest);
    insta::assert_snapshot!(told, @"overfits since step 1000: the held-out loss rose by 32.9 % from 2.014 at step 1000 to 2.675, the training loss did not; gap 1.575, 0.014 at the lowest, 40 measurements");
}

#[test]
fn only_the_training_loss_falling_is_overfitting_too() {
    let told = judge(&measured(40, |x| 2.5 * (-3.0 * x).exp(), falling(2.0)));
    assert!(matches!(told.verdict, Verdict::Overfits { sign: Sign::GapWidens, .. }), "{told}");
    let small = judge(&measured(40, |x| 1.9 - 0.2 * x, falling(2.0)));
    assert_eq!(small.verdict, Verdict::Fits, "a gap that is not wide is none to tell of: {small}");
}

#[test]
fn noise_on_a_plateau_is_no_overfitting() {
    for n in [7, 10, 20, 40, 100, 300] {
        for size in [0.01, 0.03, 0.1, 0.3] {
            let n_cries = cries(n, size, 0.0, falling(2.0));
            assert!(n_cries <= 10, "{n} measurements, noise {size}: {n_cries} of 1000");
        }
    }
}

#[test]
fn a_plateau_that_wanders_is_seldom_overfitting() {
    for n in [10, 20, 40, 100, 300] {
        for memory in [0.5, 0.8, 0.9] {
            let n_cries = cries(n, 0.03, memory, falling(2.0));
            assert!(n_cries <= 50, "{n} measurements, memory {memory}: {n_cries} of 1000");
        }
    }
}

#[test]
fn a_clear_rise_is_found_in_noise() {
    for n in [20, 40, 100] {
        let found = cries(n, 0.02, 0.0, rising(0.4, 1.5));
        assert!(found >= 950, "{n} measurements: {found} of 1000");
    }
}

#[test]
fn what_descends_twice_does_not_overfit_in_the_end() {
    let bump = |x: f64| 1.2 * (-((x - 0.4) / 0.08).powi(2)).exp();
    let twice = |x: f64| falling(2.0)(x) + bump(x) - 0.4 * (x - 0.5).max(0.0);
    let whole = measured(60, |x| 2.5 - 1.5 * x, twice);
    assert!(is_overfitting(&whole[..24]), "on the way up it does: {}", judge(&whole[..24]));
    assert!(!is_overfitting(&whole[..32]), "on the way down it is open: {}", judge(&whole[..32]));
    assert!(!judge(&whole).verdict.is_overfitting(), "{}", judge(&whole));
}

#[test]
fn a_training_that_falls_apart_is_unstable_and_not_overfitting() {
    let apart = |x: f64| 2.0 + 4.0 * (x - 0.5).max(0.0);
    let told = judge(&measured(40, apart, apart));
    assert_eq!(told.verdict, Verdict::Unclear { reason: Reason::BothRise }, "{told}");
}

#[test]
fn what_says_nothing_is_unclear() {
    let few = judge(&measured(LEAST - 1, |x| 2.0 - x, |x| 2.0 + x));
    assert_eq!(few.verdict, Verdict::Unclear { reason: Reason::FewMeasurements });
    assert_eq!(judge(&[]).verdict, few.verdict);
    let flat = judge(&measured(30, |_| 2.0, |_| 2.0));
    assert_eq!(flat.verdict, Verdict::Unclear { reason: Reason::NothingMoved });
    let broken = judge(&measured(30, |_| f64::NAN, |_| 2.0));
    assert_eq!(broken.verdict, Verdict::Unclear { reason: Reason::NotFinite });
}

#[test]
fn one_spike_is_no_overfitting_even_at_the_end() {
    let mut points = measured(30, falling(1.9), falling(2.0));
    points[29].held_out = 9.0;
    assert_eq!(judge(&points).verdict, Verdict::Fits);
}

#[test]
fn nearly_nothing_lost_may_double() {
    let told = judge(&measured(40, falling(0.000_1), |x| falling(0.000_2)(x) + 0.000_4 * (x - 0.5).max(0.0)));
    assert!(!told.verdict.is_overfitting(), "{told}");
}

#[test]
fn a_verdict_is_read_as_it_was_written() {
    for told in [judge(&measured(40, falling(1.9), rising(0.4, 1.5))), judge(&[])] {
        let text = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<Overfitting>(&text).unwrap(), told, "{text}");
    }
}

proptest! {
    #[test]
    fn what_falls_to_its_end_never_overfits(
        n in 1..200usize, floor in 0.01..5.0f64, height in 0.0..9.0f64, speed in 0.5..20.0f64, gap in 0.0..0.2f64,
    ) {
        let loss = |floor: f64| move |x: f64| floor + height * (-speed * x).exp();
        prop_assert!(!is_overfitting(&measured(n, loss(floor), loss(floor * (1.0 + gap)))));
    }

    #[test]
    fn another_unit_of_the_loss_changes_no_verdict(seed in any::<u64>(), factor in 0.01..100.0f64, slope in 0.0..2.0f64) {
        let points = Noise(seed).on(measured(50, falling(1.9), rising(0.4, slope)), 0.02, 0.0);
        let scaled = points.iter().map(|point| Measured { train: point.train * factor, held_out: point.held_out * factor, ..*point });
        // Where a number lies on a bound, rounding may decide.
        let near = judge(&points).evidence.is_some_and(|told| (told.rise_percent - told.bound_percent).abs() < 1e-6);
        prop_assume!(!near);
        prop_assert_eq!(judge(&scaled.collect::<Vec<_>>()).verdict, judge(&points).verdict);
    }

    #[test]
    fn any_numbers_have_a_verdict(values in prop::collection::vec((any::<f64>(), any::<f64>()), 0..60)) {
        let points: Vec<Measured> =
            values.iter().zip(1..).map(|((train, held_out), step)| Measured { step, train: *train, held_out: *held_out }).collect();
        prop_assert!(!judge(&points).to_string().is_empty());
    }
}
