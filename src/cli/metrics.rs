//! `pedigree metrics`: the numbers of a run.

use std::collections::BTreeSet;

use serde_json::json;

use crate::cli::arguments::MetricsArgs;
use crate::cli::failure::Complaint;
use crate::cli::format::{metric, table};
use crate::cli::logs::known;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::id::{RunId, StageId, StageKind};
use crate::recipe::problem::{listed, nearest};
use crate::record::report::TrainingReport;
use crate::store::Store;

/// Prints the last value of every metric, or every value of one.
///
/// # Errors
/// When there is no such run, stage or metric.
pub async fn run(session: &Session, arguments: &MetricsArgs) -> anyhow::Result<Exit> {
    let (_, store, artifacts) = session.reading().await?;
    let run = store.run_by_prefix(&arguments.run).await?.id;
    let mut rows = Vec::new();
    let mut answer = Vec::new();
    let mut verdicts = Vec::new();
    let all = store.stages_of_run(run).await?;
    for stage in stages(&all, arguments)? {
        let row = all.iter().find(|row| row.stage == stage);
        if let (None, Some(output)) = (&arguments.name, row.and_then(|row| row.outputs.get("training.json"))) {
            let report: TrainingReport = serde_json::from_slice(&artifacts.read(output.digest)?)?;
            verdicts.extend(report.overfitting.map(|told| format!("{stage} {told}")));
        }
        let points = match &arguments.name {
            Some(name) => store.series(run, &stage, name).await?,
            None => store.last_metrics(run, &stage).await?,
        };
        for point in points {
            rows.push(vec![stage.to_string(), point.name.clone(), point.step.to_string(), metric(point.value)]);
            answer.push(json!({ "stage": stage, "name": point.name, "step": point.step, "value": point.value, "at-ms": point.at_ms }));
        }
    }
    if let Some(name) = arguments.name.as_ref().filter(|_| rows.is_empty()) {
        return Err(no_such(&store, run, arguments, name).await?.into());
    }
    store.close().await;
    session.printer.answer(&answer, || {
        let numbers = table(&["stage", "metric", "step", "value"], &rows, &[2, 3]);
        if verdicts.is_empty() { numbers } else { format!("{numbers}\n\n{}", verdicts.join("\n")) }
    });
    Ok(Exit::Done)
}

/// Complains of a metric no stage has measured.
async fn no_such(store: &Store, run: RunId, arguments: &MetricsArgs, name: &str) -> anyhow::Result<Complaint> {
    let mut measured = BTreeSet::new();
    for stage in stages(&store.stages_of_run(run).await?, arguments)? {
        measured.extend(store.last_metrics(run, &stage).await?.into_iter().map(|point| point.name));
    }
    let hint = match nearest(name, measured.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("what was measured is {}", listed(measured.iter().map(String::as_str))),
    };
    Ok(Complaint::input(format!("nothing called `{name}` was measured"), hint))
}

fn stages(rows: &[crate::store::StageRunRow], arguments: &MetricsArgs) -> Result<Vec<StageId>, Complaint> {
    let hint = "`pedigree status` lists the stages of a run";
    let Some(text) = &arguments.stage else {
        let with_numbers = |kind| matches!(kind, StageKind::Train | StageKind::Evaluate);
        return Ok(rows.iter().map(|row| row.stage.clone()).filter(|stage| with_numbers(stage.kind())).collect());
    };
    let stage: StageId =
        text.parse().map_err(|error: crate::id::StageIdError| Complaint::input(error.to_string(), hint))?;
    known(rows, &stage)?;
    Ok(vec![stage])
}
