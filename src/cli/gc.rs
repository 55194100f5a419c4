//! `pedigree gc`: deletes the artifacts no run and no model needs, and what can be made or fetched again and nothing needs.

use serde::Serialize;

use crate::artifact::GcReport;
use crate::cli::arguments::GcArgs;
use crate::cli::format::{bytes, plural};
use crate::cli::session::Session;
use crate::data::prepare;
use crate::error::Exit;
use crate::execute::ManagerLock;
use crate::fetch::gc::{self as fetched, Which};
use crate::id::{Digest, RunId};
use crate::record::Swept;

/// What went, or would go.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    removed: Vec<Digest>,
    bytes: u64,
    kept: u64,
    /// Files that preparations of datasets keep for the next one.
    prepared: Swept,
    /// Data that was fetched.
    sources: Swept,
}

/// Deletes what nothing needs.
///
/// # Errors
/// When a run is under way, or something cannot be deleted.
pub async fn run(session: &Session, arguments: &GcArgs) -> anyhow::Result<Exit> {
    let (workspace, store, artifacts) = session.reading().await?;
    // A run under way may need what it has not recorded yet.
    let _lock = ManagerLock::take_idle(&workspace, RunId::generate())?;
    let (keep, preparations) = (store.artifact_digests_in_use().await?, store.preparations().await?);
    store.close().await;
    let dry_run = arguments.dry_run;
    let which = if arguments.sources { Which::All } else { Which::Unused };
    let GcReport { removed, bytes, kept } = artifacts.gc(&keep, dry_run)?;
    let prepared = prepare::sweep(&workspace.prepared(), &preparations.newest, dry_run)?;
    let sources = fetched::sweep(&workspace.sources(), &preparations.all, which, dry_run)?;
    let report = Report { removed, bytes, kept, prepared, sources };
    session.printer.answer(&report, || told(&report, if dry_run { "would go" } else { "went" }));
    Ok(Exit::Done)
}

/// Folders that are not there are not told of.
fn told(report: &Report, verb: &str) -> String {
    let line = |n: u64, of: &str, size: u64, kept: u64| {
        format!("{} {verb} ({}), {kept} stay", plural(n as usize, of), bytes(size))
    };
    let mut lines = vec![line(report.removed.len() as u64, "artifact", report.bytes, report.kept)];
    for (swept, of) in [(report.prepared, "preparation file"), (report.sources, "fetched source")] {
        if swept != Swept::default() {
            lines.push(line(swept.removed, of, swept.bytes, swept.kept));
        }
    }
    lines.join("\n")
}
