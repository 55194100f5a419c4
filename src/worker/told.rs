//! What the preparation of data tells becomes progress events, whichever thread tells it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::data::prepare::Watch;
use crate::worker::dataset::progress;
use crate::worker::failure::Failure;
use crate::worker::task::Task;

/// The least time between two events.
const PAUSE: Duration = Duration::from_millis(250);
const MEGABYTE: u64 = 1_000_000;

/// A task that listens to several threads.
pub(super) struct Told<'a>(Mutex<State<'a>>);

struct State<'a> {
    task: &'a mut Task,
    last: Option<(Instant, &'static str)>,
    told: Result<(), Failure>,
}

impl<'a> Told<'a> {
    pub(super) fn new(task: &'a mut Task) -> Self {
        Self(Mutex::new(State { task, last: None, told: Ok(()) }))
    }

    /// Returns what kept an event from being told.
    pub(super) fn finish(self) -> Result<(), Failure> {
        self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).told
    }
}

impl Watch for Told<'_> {
    fn go_on(&self, what: &'static str, done: u64, total: u64) -> bool {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_due = state.last.is_none_or(|(at, last)| last != what || at.elapsed() >= PAUSE);
        if is_due && state.told.is_ok() {
            state.last = Some((Instant::now(), what));
            let unit = format!("MB {what}");
            state.told = progress(state.task, done / MEGABYTE, total / MEGABYTE, &unit);
        }
        state.told.is_ok() && !state.task.is_stopping()
    }
}
