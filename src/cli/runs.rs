//! `pedigree runs`: the runs of this workspace, the newest first.

use crate::cli::accuracy;
use crate::cli::arguments::RunsArgs;
use crate::cli::format::{duration, table, time};
use crate::cli::session::Session;
use crate::error::Exit;
use crate::store::RunSummary;

/// Lists the runs.
///
/// # Errors
/// When there is no workspace, or the database cannot be read.
pub async fn run(session: &Session, arguments: &RunsArgs) -> anyhow::Result<Exit> {
    if arguments.estimates {
        return accuracy::runs(session, arguments.limit).await;
    }
    let (_, store, _) = session.reading().await?;
    let runs = store.runs(arguments.limit).await?;
    store.close().await;
    session.printer.answer(&runs, || match runs.is_empty() {
        true => "no runs yet: `pedigree run recipes/…` begins one".to_owned(),
        false => table(&["run", "recipe", "state", "stages", "began (UTC)", "took"], &rows(&runs), &[5]),
    });
    Ok(Exit::Done)
}

fn rows(runs: &[RunSummary]) -> Vec<Vec<String>> {
    let row = |run: &RunSummary| {
        let took = run.ended_at_ms.map(|end| duration((end - run.started_at_ms).max(0) as u64)).unwrap_or_default();
        let stages = match run.stages_cached {
            0 => format!("{}/{}", run.stages_finished, run.stages),
            cached => format!("{}/{} ({cached} cached)", run.stages_finished, run.stages - cached),
        };
        vec![
            run.id.short(),
            run.recipe.to_string(),
            run.status.word().to_owned(),
            stages,
            time(run.started_at_ms),
            took,
        ]
    };
    runs.iter().map(row).collect()
}
