//! Events on their way into the database: in batches, and never lost behind the end of a stage.

use std::time::{Duration, Instant};

use crate::id::RunId;
use crate::record::Event;
use crate::store::{Store, StoreError};

/// After how long waiting events are stored.
const PATIENCE: Duration = Duration::from_millis(250);

/// How many waiting events are stored at once.
const BATCH: usize = 500;

/// Events that wait to be stored.
#[derive(Debug)]
pub(super) struct Mailbox {
    run: RunId,
    waiting: Vec<Event>,
    since: Instant,
}

impl Mailbox {
    pub(super) fn new(run: RunId) -> Self {
        Self { run, waiting: Vec::new(), since: Instant::now() }
    }

    pub(super) fn put(&mut self, event: Event) {
        if self.waiting.is_empty() {
            self.since = Instant::now();
        }
        self.waiting.push(event);
    }

    /// Stores what waits, where it has waited long enough or is enough.
    pub(super) async fn flush_if_due(&mut self, store: &Store) -> Result<(), StoreError> {
        let is_due = self.waiting.len() >= BATCH || self.since.elapsed() >= PATIENCE;
        if is_due { self.flush(store).await } else { Ok(()) }
    }

    /// Stores what waits.
    pub(super) async fn flush(&mut self, store: &Store) -> Result<(), StoreError> {
        if !self.waiting.is_empty() {
            store.append_events(self.run, &self.waiting).await?;
            self.waiting.clear();
        }
        Ok(())
    }
}
