//! Executors: how a worker is started, stopped and found dead.
//!
//! What a worker does is told by its event log alone; an executor only knows whether it lives.

pub mod process;
pub mod scripted;
mod death;
mod engine;
mod signal;

pub use engine::{EngineMissing, find_engine};
pub use process::ProcessExecutor;
pub use scripted::{Outcome, ScriptedExecutor};

use std::path::PathBuf;

use crate::error::{Exit, Explain, exit_of_io};
use crate::execute::task_folder::Attempt;
use crate::id::StageId;
use crate::plan::Spec;
use crate::record::FailureClass;

/// Something that runs workers.
///
/// No call waits for a worker.
pub trait Executor: Send {
    /// Makes sure that workers can be started at all; called once before the first.
    ///
    /// # Errors
    /// When a worker cannot be started here.
    fn prepare(&mut self) -> Result<(), StartError>;

    /// Starts a worker on an attempt whose spec is written.
    ///
    /// # Errors
    /// When the worker cannot be started.
    fn start(&mut self, attempt: &Attempt, spec: &Spec) -> Result<(), StartError>;

    /// Watches a worker that an earlier manager started; `pid` is what its log says, where it says so.
    fn adopt(&mut self, attempt: &Attempt, pid: Option<u32>);

    /// Asks a worker to save and end; one that does not in time is ended.
    fn stop(&mut self, stage: &StageId);

    /// Ends a worker at once.
    fn kill(&mut self, stage: &StageId);

    /// Returns the workers that have ended since the last call, and how.
    fn ended(&mut self) -> Vec<(StageId, Death)>;
}

/// How a worker left, as seen from outside; counts only where its log does not end with a last event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    /// Whose fault it is.
    pub class: FailureClass,
    /// What is known of it.
    pub message: String,
    /// What a person can do about it.
    pub hint: Option<String>,
}

/// A worker that cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no engine.
    #[error(transparent)]
    Missing(#[from] EngineMissing),
    /// The system will not start it.
    #[error("cannot start `{}`", path.display())]
    Spawn {
        /// What was to be started, or the file its talk was to go into.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
}

impl Explain for StartError {
    fn exit(&self) -> Exit {
        match self {
            Self::Missing(error) => error.exit(),
            Self::Spawn { source, .. } => exit_of_io(source),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Missing(error) => error.hint(),
            Self::Spawn { .. } => Some("`pedigree doctor` looks for the cause".to_owned()),
        }
    }
}
