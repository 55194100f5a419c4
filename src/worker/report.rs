//! What the engine tells becomes events.

use crate::engine::{EngineError, Reporter};
use crate::error::Explain as _;
use crate::record::{CheckpointRecord, EventKind, Progress};
use crate::worker::failure::Failure;
use crate::worker::task::Task;

/// A task that listens to the engine.
pub struct Told<'a>(pub &'a mut Task);

impl Reporter for Told<'_> {
    fn metric(&mut self, name: &str, step: u64, value: f64) -> Result<(), EngineError> {
        Ok(self.0.emit.metric(name, step, value)?)
    }

    fn progress(&mut self, progress: Progress) -> Result<(), EngineError> {
        Ok(self.0.emit.progress(progress)?)
    }

    fn resumed(&mut self, step: u64) -> Result<(), EngineError> {
        Ok(self.0.emit.emit(EventKind::Resumed { step })?)
    }

    fn checkpoint(&mut self, record: CheckpointRecord) -> Result<(), EngineError> {
        Ok(self.0.emit.checkpoint(record)?)
    }

    fn note(&mut self, message: String) -> Result<(), EngineError> {
        Ok(self.0.emit.note(message)?)
    }

    fn is_stopping(&self) -> bool {
        self.0.is_stopping()
    }
}

impl From<Failure> for EngineError {
    fn from(failure: Failure) -> Self {
        let Failure { class, message, hint } = failure;
        Self::Listener { class, message, hint }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let message = match std::error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
        Self { class: error.class(), message, hint: error.hint() }
    }
}
