//! `pedigree fsck`: every artifact against its digest, and every output of every run.

use serde_json::json;

use crate::cli::format::{bytes, plural};
use crate::cli::session::Session;
use crate::error::Exit;

/// Looks for damage; nothing is changed.
///
/// # Errors
/// When the database or a folder cannot be read.
pub async fn run(session: &Session) -> anyhow::Result<Exit> {
    let (_, store, artifacts) = session.reading().await?;
    let report = artifacts.verify_all()?;
    let mut lost = Vec::new();
    for run in store.runs(u32::MAX).await? {
        for stage in store.stages_of_run(run.id).await? {
            for (name, output) in stage.outputs {
                if artifacts.get(output.digest).is_err() {
                    lost.push(json!({ "run": run.id, "stage": stage.stage, "output": name, "digest": output.digest }));
                }
            }
        }
    }
    store.close().await;
    let is_sound = report.is_clean() && lost.is_empty();
    session.printer.answer(&json!({ "artifacts": report, "lost": lost }), || {
        let mut lines =
            vec![format!("{} compared ({})", plural(report.checked as usize, "artifact"), bytes(report.bytes))];
        lines.extend(
            report
                .damaged
                .iter()
                .map(|damage| format!("damaged: {} (found {})", damage.path.display(), damage.found.short())),
        );
        lines.extend(
            report.misnamed.iter().chain(&report.foreign).map(|path| format!("no artifact: {}", path.display())),
        );
        lines.extend(
            lost.iter().map(|lost| format!("missing: {} {} of run {}", lost["stage"], lost["output"], lost["run"])),
        );
        lines.push(if is_sound {
            "everything is as it was written".to_owned()
        } else {
            "delete what is damaged and run the recipe again: its stages are then stale".to_owned()
        });
        lines.join("\n")
    });
    Ok(if is_sound { Exit::Done } else { Exit::Integrity })
}
