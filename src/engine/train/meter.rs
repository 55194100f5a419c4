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
    tokens_per_step: u64,
    last_told: Option<Instant>,
    step_seconds: Option<f64>,
}

impl Meter {
    /// Starts to measure.
    pub fn new(total_steps: u64, tokens_per_step: u64) -> Self {
        Self { total_steps, tokens_per_step, last_told: None, step_seconds: None }
    }

    /// Tells what came out of a step that took so long.
    ///
    /// # Errors
    /// When the listener cannot go on.
    pub fn tell(
        &mut self,
        state: &State,
        taken: &Taken,
        duration: Duration,
        reporter: &mut dyn Reporter,
    ) -> Result<(), EngineError> {
        let seconds = duration.as_secs_f64().max(1e-9);
        let smooth = self.step_seconds.map_or(seconds, |old| SMOOTHING * old + (1.0 - SMOOTHING) * seconds);
        self.step_seconds = Some(smooth);
        reporter.metric("train/loss", state.step, taken.loss)?;
        reporter.metric("learning-rate", state.step, taken.learning_rate)?;
        reporter.metric("gradient-norm", state.step, taken.gradient_norm)?;
        reporter.metric("tokens-per-second", state.step, self.tokens_per_step as f64 / seconds)?;
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
            tokens_per_second: Some(self.tokens_per_step as f64 / smooth),
            left_ms: Some((left_steps as f64 * smooth * 1000.0) as u64),
        })
    }
}
