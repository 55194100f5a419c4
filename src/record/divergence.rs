//! Whether a training loss runs away while it still is a number.
//!
//! The loss, smoothed exponentially, runs away where for [`PATIENCE`] steps in a row it lies above twice its lowest and has lost
//! more than half of all it had gained, or lies above three times where it began. A spike that is overcome, which large trainings
//! know (Chowdhery et al. 2022, "PaLM", section 5.1), is too short for that.

use serde::{Deserialize, Serialize};

/// How many steps in a row a loss lies high before that is told, in steps.
pub const PATIENCE: u32 = 20;

/// How much of the old level stays in the new one.
const SMOOTHING: f64 = 0.9;

/// Watches the losses of a training, step by step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Watch {
    /// Where the loss began, and what the level is now.
    levels: Option<(f64, f64)>,
    /// The lowest level, and its step.
    lowest: Option<(f64, u64)>,
    /// How many steps in a row the level lies high.
    high: u32,
    /// The step since which it does, once that is long enough; it stays until the loss comes back.
    pub since: Option<u64>,
}

impl Watch {
    /// Sees the loss of a step; returns the step since which it runs away, where that is to be told now.
    pub fn see(&mut self, step: u64, loss: f64) -> Option<u64> {
        let (first, level) =
            self.levels.map_or((loss, loss), |(first, level)| (first, SMOOTHING * level + (1.0 - SMOOTHING) * loss));
        self.levels = Some((first, level));
        let (lowest, lowest_step) = self.lowest.filter(|(lowest, _)| *lowest <= level).unwrap_or((level, step));
        self.lowest = Some((lowest, lowest_step));
        let has_lost = level > 2.0 * lowest && level - lowest > 0.5 * (first - lowest);
        if !(lowest > 0.0 && (has_lost && first > lowest || level > 3.0 * first)) {
            (self.high, self.since) = (0, None);
            return None;
        }
        self.high = self.high.saturating_add(1);
        if self.high != PATIENCE {
            return None;
        }
        self.since = Some(step + 1 - u64::from(PATIENCE));
        self.since
    }

    /// Returns what to tell of a loss that runs away since a step.
    pub fn words(&self, since: u64) -> String {
        let (_, level) = self.levels.unwrap_or_default();
        let (lowest, lowest_step) = self.lowest.unwrap_or_default();
        format!(
            "the training loss runs away: about {level:.3} since step {since}, after {lowest:.3} at step {lowest_step}; lower `learning-rate` or `clip-norm`, lengthen `warmup-steps`, or look at the data of these steps"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns when losses are said to run away, and since when.
    fn told(losses: impl IntoIterator<Item = f64>) -> Vec<(u64, u64)> {
        let mut watch = Watch::default();
        let steps = (1..).zip(losses);
        steps.filter_map(|(step, loss)| Some((step, watch.see(step, loss)?))).collect()
    }

    fn then(losses: &[(usize, f64)]) -> Vec<f64> {
        losses.iter().flat_map(|(n, loss)| std::iter::repeat_n(*loss, *n)).collect()
    }

    #[test]
    fn a_loss_that_stays_far_above_its_lowest_is_told_once() {
        let [(step, since)] = told(then(&[(5, 6.0), (100, 2.0), (60, 9.0)])).try_into().unwrap();
        assert!(since > 105 && step == since + u64::from(PATIENCE) - 1, "{since} {step}");
    }

    #[test]
    fn a_spike_that_is_overcome_is_not_told() {
        assert_eq!(told(then(&[(5, 6.0), (100, 2.0), (3, 30.0), (60, 2.0)])), []);
    }

    #[test]
    fn what_is_nearly_nothing_may_grow_and_what_never_fell_is_no_fall_back() {
        assert_eq!(told(then(&[(5, 6.0), (100, 0.01), (100, 0.1)])), []);
        assert_eq!(told(then(&[(100, 2.0), (100, 2.5)])), []);
        assert_eq!(told(then(&[(50, 2.0), (100, 9.0)])).len(), 1, "three times where it began is far");
    }

    #[test]
    fn a_training_that_goes_on_from_its_state_tells_the_same() {
        let losses = then(&[(5, 6.0), (50, 2.0), (60, 9.0)]);
        let mut watch = Watch::default();
        let mut resumed = watch;
        for (step, loss) in (1..).zip(losses) {
            resumed = serde_json::from_str(&serde_json::to_string(&resumed).unwrap()).unwrap();
            assert_eq!(watch.see(step, loss), resumed.see(step, loss));
        }
        assert_eq!(watch, resumed);
        assert!(watch.since.is_some() && watch.words(50).contains("since step 50"));
    }
}
