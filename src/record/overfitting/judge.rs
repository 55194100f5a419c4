//! The rules: which curves are which verdict.
//!
//! ```text
//! overfits, held-out rises   held-out(end) − lowest  >  noise bound, 1 % of the loss, 2 × what comes and goes
//!                            and the training loss did not rise since
//! overfits, gap widens       over the last third: held-out stands still, training falls by over 5 % of it, gap(end) ≥ 25 % of it
//! underfits                  over the last fifth: both fall by more than their noise, held-out by over 3 %
//! fits                       held-out fell by more than its noise, and lies at its lowest
//! ```

use crate::record::overfitting::curve::Curve;
use crate::record::overfitting::{Evidence, Measured, Overfitting, Reason, Sign, Verdict};

/// The fewest measurements a verdict is told by.
pub const LEAST: usize = 7;

/// The smallest rise that matters, as a share of the loss.
const RISE: f64 = 0.01;

/// The rise below which noise needs no mention, as a share of the loss.
const DOUBTFUL: f64 = 0.03;

/// How many times what comes and goes a rise has to be.
const BEYOND_WANDER: f64 = 2.0;

/// Judges the curves of a training, its measurements in order.
pub fn judge(measured: &[Measured]) -> Overfitting {
    let measurements = measured.len();
    let unclear = |reason| Overfitting { verdict: Verdict::Unclear { reason }, measurements, evidence: None };
    if measured.iter().any(|point| !point.train.is_finite() || !point.held_out.is_finite()) {
        return unclear(Reason::NotFinite);
    }
    if measurements < LEAST {
        return unclear(Reason::FewMeasurements);
    }
    let curves = Curves::of(measured);
    Overfitting { verdict: curves.verdict(), measurements, evidence: Some(curves.evidence()) }
}

/// Both curves of a training.
struct Curves {
    /// The step in the middle of every window.
    steps: Vec<u64>,
    train: Curve,
    held_out: Curve,
    /// Where the held-out loss is lowest.
    lowest: usize,
    /// What shares are taken of: the lowest loss, or a tenth of the first where almost nothing is left.
    scale: f64,
}

impl Curves {
    fn of(measured: &[Measured]) -> Self {
        let train = Curve::of(&measured.iter().map(|point| point.train).collect::<Vec<_>>());
        let held_out = Curve::of(&measured.iter().map(|point| point.held_out).collect::<Vec<_>>());
        let steps = measured.windows(held_out.window).map(|window| window[window.len() / 2].step).collect();
        let lowest = held_out.lowest();
        let scale = held_out.levels[lowest].abs().max(0.1 * held_out.levels[0].abs()).max(f64::MIN_POSITIVE);
        Self { steps, train, held_out, lowest, scale }
    }

    fn rise(&self) -> f64 {
        self.held_out.last() - self.held_out.levels[self.lowest]
    }

    /// Returns the rise from which on the held-out loss has risen.
    fn bound(&self) -> f64 {
        let wander = BEYOND_WANDER * self.held_out.wander(self.lowest);
        self.held_out.bound().max(RISE * self.scale).max(wander)
    }

    fn verdict(&self) -> Verdict {
        let rise = self.rise();
        if rise > self.bound() {
            let began = self.began();
            let is_rising = self.train.last() - self.train.levels[began] > self.train.bound().max(RISE * self.scale);
            return match is_rising {
                true => Verdict::Unclear { reason: Reason::BothRise },
                false => Verdict::Overfits { since_step: self.steps[began], sign: Sign::HeldOutRises },
            };
        }
        if let Some(since) = self.widens() {
            return Verdict::Overfits { since_step: self.steps[since], sign: Sign::GapWidens };
        }
        if self.held_out.wander(self.lowest) > self.held_out.bound().max(DOUBTFUL * self.scale)
            && rise > RISE * self.scale
        {
            return Verdict::Unclear { reason: Reason::Wanders };
        }
        if rise > DOUBTFUL * self.scale {
            return Verdict::Unclear { reason: Reason::Noise };
        }
        if self.still_falls() {
            return Verdict::Underfits;
        }
        let fell = |curve: &Curve| curve.levels[0] - curve.last() > curve.bound().max(RISE * self.scale);
        match fell(&self.held_out) || fell(&self.train) {
            true => Verdict::Fits,
            false => Verdict::Unclear { reason: Reason::NothingMoved },
        }
    }

    /// Returns where the rise began: the last place that is as low as the lowest, as far as noise lets that be told.
    fn began(&self) -> usize {
        let low = self.held_out.levels[self.lowest] + 2.0 * self.held_out.level_noise();
        self.held_out.levels.iter().rposition(|level| *level <= low).unwrap_or(self.lowest)
    }

    /// Returns since when only the training loss falls, where the gap is wide and still widens.
    fn widens(&self) -> Option<usize> {
        let third = self.held_out.before_end(1.0 / 3.0);
        let (held_out, train) = (&self.held_out, &self.train);
        let end = held_out.last();
        let still = held_out.bound().max(RISE / 2.0 * self.scale);
        let stands = (held_out.levels[third] - end).abs() <= still && still <= DOUBTFUL * self.scale;
        let falls = train.levels[third] - train.last() > train.bound().max(0.05 * end.abs());
        let is_wide = end - train.last() >= 0.25 * end.abs();
        let began = || held_out.levels.iter().position(|level| *level <= end + still);
        (stands && falls && is_wide).then(began).flatten()
    }

    fn still_falls(&self) -> bool {
        let fifth = self.held_out.before_end(0.2);
        let fall = |curve: &Curve| curve.levels[fifth] - curve.last();
        let is_more = |curve: &Curve, least: f64| fall(curve) > curve.bound().max(least);
        is_more(&self.held_out, 0.03 * self.held_out.last().abs()) && is_more(&self.train, 0.0)
    }

    fn evidence(&self) -> Evidence {
        let lowest = self.held_out.levels[self.lowest];
        let percent = |change: f64| 100.0 * change / lowest.abs().max(f64::MIN_POSITIVE);
        Evidence {
            train: self.train.last(),
            held_out: self.held_out.last(),
            gap: self.held_out.last() - self.train.last(),
            gap_at_lowest: lowest - self.train.levels[self.lowest],
            lowest,
            lowest_step: self.steps[self.lowest],
            rise_percent: percent(self.rise()),
            bound_percent: percent(self.bound()),
            noise: self.held_out.noise,
        }
    }
}
