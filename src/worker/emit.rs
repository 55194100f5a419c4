//! The worker's voice: events, appended to `events.jsonl` one line each.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::id::{Digest, StageId};
use crate::record::{CheckpointRecord, Event, EventKind, Progress};
use crate::worker::failure::Failure;

/// Appends events to `events.jsonl`, numbered from 0.
pub struct Emitter {
    file: File,
    path: PathBuf,
    stage: StageId,
    attempt: u32,
    sequence: u64,
}

impl Emitter {
    /// Opens the event log of an attempt.
    ///
    /// # Errors
    /// When the file cannot be created, or exists: an attempt is made once.
    pub fn create(path: &Path, stage: StageId, attempt: u32) -> Result<Self, Failure> {
        let file =
            OpenOptions::new().append(true).create_new(true).open(path).map_err(|error| Failure::io(path, &error))?;
        Ok(Self { file, path: path.to_owned(), stage, attempt, sequence: 0 })
    }

    /// Appends an event; what must survive a power cut is synced by the caller's choice of kind.
    ///
    /// # Errors
    /// When the line cannot be written.
    pub fn emit(&mut self, kind: EventKind) -> Result<(), Failure> {
        let must_last = matches!(kind, EventKind::Checkpoint(_) | EventKind::Output { .. }) || kind.is_last();
        let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as i64);
        let event = Event {
            version: Event::VERSION,
            stage: self.stage.clone(),
            attempt: self.attempt,
            sequence: self.sequence,
            at_ms,
            kind,
        };
        let mut line = serde_json::to_vec(&event).expect("an event serializes");
        line.push(b'\n');
        let written = self.file.write_all(&line).and_then(|()| if must_last { self.file.sync_data() } else { Ok(()) });
        written.map_err(|error| Failure::io(&self.path, &error))?;
        self.sequence += 1;
        Ok(())
    }

    /// Tells how far the work is; this is also the heartbeat.
    ///
    /// # Errors
    /// When the line cannot be written.
    pub fn progress(&mut self, progress: Progress) -> Result<(), Failure> {
        self.emit(EventKind::Progress(progress))
    }

    /// Tells a measured number.
    ///
    /// # Errors
    /// When the line cannot be written.
    pub fn metric(&mut self, name: &str, step: u64, value: f64) -> Result<(), Failure> {
        self.emit(EventKind::Metric { name: name.to_owned(), step, value })
    }

    /// Tells of a saved checkpoint.
    ///
    /// # Errors
    /// When the line cannot be written.
    pub fn checkpoint(&mut self, record: CheckpointRecord) -> Result<(), Failure> {
        self.emit(EventKind::Checkpoint(record))
    }

    /// Tells of a finished output.
    ///
    /// # Errors
    /// When the line cannot be written.
    pub fn output(&mut self, name: &str, path: &Path, digest: Digest, bytes: u64) -> Result<(), Failure> {
        self.emit(EventKind::Output { name: name.to_owned(), path: path.to_owned(), digest, bytes })
    }

    /// Tells something a person may want to know.
    ///
    /// # Errors
    /// When the line cannot be written.
    pub fn note(&mut self, message: impl Into<String>) -> Result<(), Failure> {
        self.emit(EventKind::Note { message: message.into() })
    }
}
