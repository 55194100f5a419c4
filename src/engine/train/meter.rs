//! How fast a training is, and when it will be done.

use std::time::{Duration, Instant};

use crate::engine::checkpoint::State;
use crate::engine::error::EngineError;
use crate::engine::report::Reporter;
use crate::engine::train::learner::Taken;
use crate::record::Progress;

/// The time between two progress events.
const EVERY: Duration = Duration::from_millis(500);

/// How much of the old speed stays in the new one.
const SMOOTHING: f64 = 0.9;

/// Tells metrics every step, and progress about twice a second.
#[derive(Debug)]
pub struct Meter {
    total_steps: u64,
    /// Whether records are counted, where there are no tokens.
    is_of_records: bool,
    last_told: Option<Instant>,
    step_seconds: Option<f64>,
    step_tokens: Option<f64>,
}

impl Meter {
    /// Starts to measure.
    pub fn new(total_steps: u64, is_of_records: bool) -> Self {
        Self { total_steps, is_of_records, last_told: None, step_seconds: None, step_tokens: None }
    }

    /// Tells what came out of a step of so many tokens, or of records where there are none, that took so long.
    ///
    /// # Errors
    /// When the listener cannot go on.
    pub fn tell(
        &mut self,
        state: &State,
        taken: &Taken,
        n_tokens: u64,
        duration: Duration,
        reporter: &mut dyn Reporter,
    ) -> Result<(), EngineError> {
        let seconds = duration.as_secs_f64().max(1e-9);
        let smooth = |old: Option<f64>, new: f64| old.map_or(new, |old| SMOOTHING * old + (1.0 - SMOOTHING) * new);
        let step_seconds = *self.step_seconds.insert(smooth(self.step_seconds, seconds));
        let step_tokens = *self.step_tokens.insert(smooth(self.step_tokens, n_tokens as f64));
        reporter.metric("train/loss", state.step, taken.loss)?;
        if let Some(accuracy) = taken.accuracy {
            reporter.metric("train/accuracy", state.step, accuracy)?;
        }
        if let Some(loss) = taken.critic_loss {
            reporter.metric("train/critic-loss", state.step, loss)?;
        }
        reporter.metric("learning-rate", state.step, taken.learning_rate)?;
        reporter.metric("gradient-norm", state.step, taken.gradient_norm)?;
        let speed = if self.is_of_records { "records-per-second" } else { "tokens-per-second" };
        reporter.metric(speed, state.step, n_tokens as f64 / seconds)?;
        if self.last_told.is_some_and(|last| last.elapsed() < EVERY) && state.step < self.total_steps {
            return Ok(());
        }
        self.last_told = Some(Instant::now());
        let left_steps = self.total_steps.saturating_sub(state.step);
        reporter.progress(Progress {
            done: state.step,
            total: self.total_steps,
            unit: "steps".into(),
            loss: Some(taken.loss),
            tokens_per_second: (!self.is_of_records).then_some(step_tokens / step_seconds),
            records_per_second: self.is_of_records.then_some(step_tokens / step_seconds),
            left_ms: Some((left_steps as f64 * step_seconds * 1000.0) as u64),
        })
    }
}
