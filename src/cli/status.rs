//! `pedigree status`: how a run stands.

use crate::cli::accuracy;
use crate::cli::arguments::RunRef;
use crate::cli::format::{duration, table};
use crate::cli::report::{self, RunView};
use crate::cli::session::Session;
use crate::error::Exit;
use crate::store::StageRunRow;

/// Shows a run.
///
/// # Errors
/// When there is no such run, or the database cannot be read.
pub async fn run(session: &Session, arguments: &RunRef) -> anyhow::Result<Exit> {
    let (workspace, store, artifacts) = session.reading().await?;
    let row = store.run_by_prefix(&arguments.run).await?;
    let view = RunView::load(&workspace, &store, &artifacts, row).await?;
    store.close().await;
    session.printer.answer(&view, || {
        let rows: Vec<Vec<String>> = view.stages.iter().map(stage).collect();
        let stages = table(&["stage", "state", "took", "why"], &rows, &[2]);
        let expected = view.accuracy.as_ref().map(|accuracy| format!("\n\n{}", accuracy::trainings(accuracy)));
        format!("{stages}{}\n\n{}", expected.unwrap_or_default(), report::human(&session.printer, &view))
    });
    Ok(Exit::Done)
}

fn stage(stage: &StageRunRow) -> Vec<String> {
    let took = stage.duration_ms.map(duration).unwrap_or_default();
    let why = stage.explanation.clone().or_else(|| stage.from_run.map(|run| format!("taken from run {}", run.short())));
    vec![
        stage.stage.to_string(),
        stage.status.word().to_owned(),
        took,
        why.or_else(|| stage.reason.clone()).unwrap_or_default(),
    ]
}
