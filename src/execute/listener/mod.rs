//! Listeners: those who hear what happens in a run, as it happens.
//!
//! A listener never changes what happens.

mod log;

pub use log::LogListener;

use crate::id::{RunId, StageId};
use crate::plan::Plan;
use crate::record::{Event, RunStatus, StageStatus};

/// Somebody who hears what happens in a run.
pub trait Listener: Send {
    /// Takes note of something.
    fn hear(&mut self, happening: &Happening<'_>);
}

/// Something that happens in a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening<'a> {
    /// The run begins, or goes on.
    RunStarted {
        /// The run.
        run: RunId,
        /// What it does.
        plan: &'a Plan,
        /// Whether it was begun by an earlier manager.
        is_resumed: bool,
    },
    /// A stage begins.
    StageStarted {
        /// The stage.
        stage: &'a StageId,
        /// The attempt within its task folder, from 1; 1 for what the manager does itself.
        attempt: u32,
        /// Whether a worker of an earlier manager is on it.
        adopted: bool,
    },
    /// A worker tells something.
    Event(&'a Event),
    /// An attempt failed, and there will be another.
    StageRetried {
        /// The stage.
        stage: &'a StageId,
        /// What went wrong.
        explanation: &'a str,
    },
    /// A stage ends for good.
    StageEnded {
        /// The stage.
        stage: &'a StageId,
        /// How.
        status: StageStatus,
        /// How long it took, in milliseconds.
        duration_ms: u64,
        /// Why, where it did not finish.
        explanation: Option<&'a str>,
    },
    /// The run is to end before all is done: workers save their state.
    Stopping {
        /// Why.
        explanation: &'a str,
    },
    /// The run ends.
    RunEnded {
        /// How.
        status: RunStatus,
    },
}
