//! What a run is given, and what comes out of it.

use std::time::Duration;

use tokio::sync::watch;

use crate::artifact::{ArtifactStore, Workspace};
use crate::error::Exit;
use crate::execute::budget::Budget;
use crate::execute::executor::Executor;
use crate::execute::listener::Listener;
use crate::execute::lock::ManagerLock;
use crate::id::{RunId, StageId};
use crate::record::{FailureClass, RunStatus, StageStatus};
use crate::schedule::{Limits, Policy};
use crate::store::Store;

/// Everything a run works with.
pub struct Context<'a> {
    /// The database, opened for writing; the run closes it.
    pub store: Store,
    /// The files by content.
    pub artifacts: ArtifactStore,
    /// Where everything of the project lies.
    pub workspace: &'a Workspace,
    /// The right to run stages in that workspace.
    pub lock: &'a ManagerLock,
    /// What runs the workers.
    pub executor: &'a mut dyn Executor,
    /// Those who want to hear what happens.
    pub listeners: Vec<Box<dyn Listener + 'a>>,
    /// Whether somebody wants the run to end.
    pub stop: watch::Receiver<StopWish>,
    /// How long the run may take; when that is spent it ends as if somebody wished so.
    pub budget: Option<Budget>,
    /// What a person may set.
    pub settings: Settings,
}

/// What a person may set about how runs are executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How much of the machine there is.
    pub limits: Limits,
    /// How often a stage is tried again.
    pub policy: Policy,
    /// Whether the checkpoints of finished stages are kept.
    pub keeps_checkpoints: bool,
    /// How long a worker may say nothing before a warning is given.
    pub stall_timeout: Duration,
    /// How often event logs are looked at.
    pub poll_interval: Duration,
}

impl Settings {
    /// Returns the settings of a machine with these limits, everything else as it is by default.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            policy: Policy::default(),
            keeps_checkpoints: false,
            stall_timeout: Duration::from_secs(600),
            poll_interval: Duration::from_millis(50),
        }
    }
}

/// Whether somebody wants the run to end: the first Ctrl-C, and the second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum StopWish {
    /// Nobody does.
    #[default]
    GoOn,
    /// Workers save, then end.
    Gracefully,
    /// Workers end at once.
    Now,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOutcome {
    /// The run.
    pub run: RunId,
    /// Its state.
    pub status: RunStatus,
    /// Whether its budget was spent before all was done.
    pub is_spent: bool,
    /// How its stages ended, in the order of the plan.
    pub stages: Vec<StageOutcome>,
}

/// How a stage ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageOutcome {
    /// The stage.
    pub stage: StageId,
    /// Its state.
    pub status: StageStatus,
    /// Whose fault a failure is.
    pub class: Option<FailureClass>,
    /// What happened, in words.
    pub explanation: Option<String>,
    /// What a person can do about it.
    pub hint: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

impl RunOutcome {
    /// Returns the exit code of the run: that of the first stage that failed, where one did.
    pub fn exit(&self) -> Exit {
        match self.status {
            RunStatus::Succeeded => Exit::Done,
            RunStatus::Interrupted if self.is_spent => Exit::Resources,
            RunStatus::Interrupted => Exit::Interrupted,
            RunStatus::Running | RunStatus::Failed => {
                self.stages.iter().find_map(|stage| stage.class).map_or(Exit::Failed, FailureClass::exit)
            }
        }
    }
}
