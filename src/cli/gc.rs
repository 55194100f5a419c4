//! `pedigree gc`: deletes the artifacts no run and no model needs.

use crate::cli::arguments::GcArgs;
use crate::cli::format::{bytes, plural};
use crate::cli::session::Session;
use crate::error::Exit;
use crate::execute::ManagerLock;
use crate::id::RunId;

/// Deletes what nothing needs.
///
/// # Errors
/// When a run is under way, or something cannot be deleted.
pub async fn run(session: &Session, arguments: &GcArgs) -> anyhow::Result<Exit> {
    let (workspace, store, artifacts) = session.reading().await?;
    // A run under way may need what it has not recorded yet.
    let _lock = ManagerLock::take(&workspace, RunId::generate())?;
    let keep = store.artifact_digests_in_use().await?;
    store.close().await;
    let report = artifacts.gc(&keep, arguments.dry_run)?;
    session.printer.answer(&report, || {
        let verb = if arguments.dry_run { "would go" } else { "went" };
        format!("{} {verb} ({}), {} stay", plural(report.removed.len(), "artifact"), bytes(report.bytes), report.kept)
    });
    Ok(Exit::Done)
}
