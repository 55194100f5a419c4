//! What a training reports, written down.

use super::*;

/// Hears everything, and asks to stop at a step.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) metrics: Vec<(String, u64, f64)>,
    pub(super) notes: Vec<String>,
    pub(super) resumed: Option<u64>,
    pub(super) saved: Vec<CheckpointRecord>,
    pub(super) stop_at: Option<u64>,
}

impl Heard {
    /// Returns the values of a metric, in the order of their steps.
    pub(super) fn losses(&self, name: &str) -> Vec<f64> {
        self.metrics.iter().filter(|(metric, ..)| metric == name).map(|(.., value)| *value).collect()
    }
}

impl Reporter for Heard {
    fn metric(&mut self, name: &str, step: u64, value: f64) -> Result<(), EngineError> {
        if !name.ends_with("-per-second") {
            self.metrics.push((name.to_owned(), step, value));
        }
        Ok(())
    }
    fn progress(&mut self, _: Progress) -> Result<(), EngineError> {
        Ok(())
    }
    fn resumed(&mut self, step: u64) -> Result<(), EngineError> {
        self.resumed = Some(step);
        Ok(())
    }
    fn checkpoint(&mut self, record: CheckpointRecord) -> Result<(), EngineError> {
        self.saved.push(record);
        Ok(())
    }
    fn note(&mut self, message: String) -> Result<(), EngineError> {
        self.notes.push(message);
        Ok(())
    }
    fn is_stopping(&self) -> bool {
        let last = self.metrics.last().map_or(0, |(_, step, _)| *step);
        self.stop_at.is_some_and(|stop| last >= stop)
    }
}
