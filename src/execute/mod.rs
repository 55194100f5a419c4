//! The manager's side of a run: starts workers, hears what they tell, takes their outputs, records everything.
//!
//! **Invariants:** never imports `engine` or `data`; a stage never has two workers; the workspace never has two managers.

pub mod driver;
pub mod context;
pub mod budget;
pub mod executor;
pub mod listener;
pub mod inline;
pub mod lock;
pub mod task_folder;
pub mod tail;
pub mod task_gc;
mod error;
mod intake;
mod mailbox;
mod recover;
mod watched;

pub use budget::Budget;
pub use context::{Context, RunOutcome, Settings, StageOutcome, StopWish};
pub use driver::{Beginning, run};
pub use error::ExecuteError;
pub use executor::{Executor, Outcome, ProcessExecutor, ScriptedExecutor, find_engine};
pub use inline::gate::judge;
pub use listener::{Happening, Listener, LogListener};
pub use lock::{LockError, ManagerLock};
pub use recover::recover;
pub use task_folder::TaskFolder;

/// Returns the time in milliseconds since 1970 UTC.
fn now_ms() -> i64 {
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    time.map_or(0, |time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
