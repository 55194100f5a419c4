//! Puts right what a manager that died could not: its run is still called running.

use crate::execute::lock::ManagerLock;
use crate::execute::now_ms;
use crate::id::RunId;
use crate::record::{RunStatus, StageStatus};
use crate::store::{Result, RunSummary, Store};

/// Records runs whose manager died as interrupted, and returns them; `resumed` is about to go on and left alone.
///
/// The lock proves that no manager is at work, so whatever is called running is not. Workers of a dead manager
/// may still be alive: the next run that needs their stages adopts them.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn recover(store: &Store, _lock: &ManagerLock, resumed: Option<RunId>) -> Result<Vec<RunSummary>> {
    const WHY: &str = "its manager died";
    let runs = store.unfinished_runs().await?.into_iter();
    let dead: Vec<_> = runs.filter(|run| run.status == RunStatus::Running && Some(run.id) != resumed).collect();
    for run in &dead {
        for row in store.stages_of_run(run.id).await? {
            if row.status == StageStatus::Running {
                store.set_stage_status(run.id, &row.stage, StageStatus::Interrupted, now_ms(), Some(WHY)).await?;
            }
        }
        store.end_run(run.id, RunStatus::Interrupted, now_ms(), Some(WHY)).await?;
        tracing::info!(run.id = %run.id, "Run `{}` was left behind by a manager that died", run.id.short());
    }
    Ok(dead)
}
