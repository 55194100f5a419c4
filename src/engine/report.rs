//! Whom the engine tells what happens.

use crate::engine::error::EngineError;
use crate::record::{CheckpointRecord, Progress};

/// Whom the engine tells what happens, and asks whether to go on.
pub trait Reporter {
    /// Tells a measured number.
    ///
    /// # Errors
    /// When the listener cannot go on.
    fn metric(&mut self, name: &str, step: u64, value: f64) -> Result<(), EngineError>;

    /// Tells how far the work is.
    ///
    /// # Errors
    /// When the listener cannot go on.
    fn progress(&mut self, progress: Progress) -> Result<(), EngineError>;

    /// Tells that training goes on from a checkpoint at `step`.
    ///
    /// # Errors
    /// When the listener cannot go on.
    fn resumed(&mut self, step: u64) -> Result<(), EngineError>;

    /// Tells of a checkpoint that is on disk, whole and synced.
    ///
    /// # Errors
    /// When the listener cannot go on.
    fn checkpoint(&mut self, record: CheckpointRecord) -> Result<(), EngineError>;

    /// Tells something a person may want to know.
    ///
    /// # Errors
    /// When the listener cannot go on.
    fn note(&mut self, message: String) -> Result<(), EngineError>;

    /// Returns whether the work is to save its state and end.
    fn is_stopping(&self) -> bool;
}
