//! How near the estimates of runs came: what was expected beside what it took.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use crate::cli::format::{bytes, seconds, table};
use crate::cli::session::Session;
use crate::error::Exit;
use crate::id::RunId;
use crate::plan::Estimate;
use crate::plan::estimate::accuracy::{Actual, Compared, Pair, compare, median_ratio, sum};
use crate::record::StageStatus;
use crate::record::event::PEAK_MEMORY;
use crate::store::{RunRow, StageRunRow, Store};

/// What was expected of a run beside what it took.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunAccuracy {
    /// The run.
    pub run: RunId,
    /// The recipe's name.
    pub recipe: String,
    /// All stages the run did itself, in seconds.
    pub seconds: Pair,
    /// Those stages.
    pub stages: Vec<Compared>,
}

/// Returns what was expected of a run beside what it took; nothing where nothing was recorded or done.
///
/// # Errors
/// When the database cannot be read, and when the recorded estimate cannot be.
pub async fn of_run(store: &Store, run: &RunRow, stages: &[StageRunRow]) -> anyhow::Result<Option<RunAccuracy>> {
    let Some(estimate) = run.plan.get("estimate").filter(|estimate| !estimate.is_null()) else { return Ok(None) };
    let estimate = read(estimate).with_context(|| format!("the estimate recorded with run {}", run.id.short()))?;
    let (speeds, peaks) = (store.speeds_of_run(run.id).await?, store.peaks_of_run(run.id, PEAK_MEMORY).await?);
    let done = stages.iter().filter(|stage| stage.status == StageStatus::Finished);
    let actual = done.filter_map(|row| {
        Some(Actual {
            stage: row.stage.clone(),
            seconds: row.duration_ms? as f64 / 1000.0,
            tokens_per_second: speeds.get(&row.stage).copied(),
            memory: peaks.get(&row.stage).copied(),
        })
    });
    let stages = compare(&estimate, &actual.collect::<Vec<_>>());
    let accuracy = RunAccuracy { run: run.id, recipe: run.recipe.to_string(), seconds: sum(&stages), stages };
    Ok((!accuracy.stages.is_empty()).then_some(accuracy))
}

fn read(estimate: &Value) -> serde_json::Result<Estimate> {
    serde_json::from_value(estimate.clone())
}

/// Returns the trainings of a run as a table: expected, then actual.
pub fn trainings(accuracy: &RunAccuracy) -> String {
    let trainings: Vec<&Compared> =
        accuracy.stages.iter().filter(|stage| stage.tokens_per_second.is_some() || stage.memory.is_some()).collect();
    let row = |stage: &&Compared| {
        let pair = |pair: Option<Pair>, shown: &dyn Fn(f64) -> String| match pair {
            Some(Pair { estimate, actual }) => [shown(estimate), shown(actual)],
            None => ["–".to_owned(), "–".to_owned()],
        };
        let [expected, took] = pair(Some(stage.seconds), &seconds);
        let speed = |speed: f64| format!("{speed:.0} tokens/s");
        let [expected_speed, speed] = pair(stage.tokens_per_second, &speed);
        let [expected_memory, memory] = pair(stage.memory, &|size| bytes(size as u64));
        vec![stage.stage.to_string(), expected, took, expected_speed, speed, expected_memory, memory]
    };
    let mut rows: Vec<Vec<String>> = trainings.iter().map(row).collect();
    let Pair { estimate, actual } = accuracy.seconds;
    rows.push(vec!["all stages".to_owned(), seconds(estimate), seconds(actual)]);
    let header = ["training", "expected", "took", "expected", "speed", "expected", "memory"];
    table(&header, &rows, &[1, 2, 3, 4, 5, 6])
}

/// Holds the estimates of the newest runs beside what they took.
///
/// # Errors
/// When there is no workspace, or the database cannot be read.
pub async fn runs(session: &Session, limit: u32) -> anyhow::Result<Exit> {
    let (_, store, _) = session.reading().await?;
    let mut all = Vec::new();
    for summary in store.runs(limit).await? {
        let (run, stages) = (store.run(summary.id).await?, store.stages_of_run(summary.id).await?);
        all.extend(of_run(&store, &run, &stages).await?);
    }
    store.close().await;
    let kinds = medians(&all);
    let whole = median_ratio(all.iter().map(|run| run.seconds));
    let answer = serde_json::json!({ "runs": all, "median-ratio": whole, "median-ratio-by-kind": kinds });
    session.printer.answer(&answer, || human(&all, whole, &kinds));
    Ok(Exit::Done)
}

/// Returns by which factor stages of each kind took longer than expected, in the median.
fn medians(all: &[RunAccuracy]) -> BTreeMap<&'static str, f64> {
    let mut by_kind: BTreeMap<&'static str, Vec<Pair>> = BTreeMap::new();
    for stage in all.iter().flat_map(|run| &run.stages) {
        by_kind.entry(stage.stage.kind().word()).or_default().push(stage.seconds);
    }
    by_kind.into_iter().filter_map(|(kind, pairs)| Some((kind, median_ratio(pairs.into_iter())?))).collect()
}

fn human(all: &[RunAccuracy], whole: Option<f64>, kinds: &BTreeMap<&'static str, f64>) -> String {
    let Some(whole) = whole else {
        return "no run has an estimate to be held against: the next one will".to_owned();
    };
    let ratio = |pair: Pair| pair.ratio().map(|ratio| format!("× {ratio:.2}")).unwrap_or_default();
    let row = |run: &RunAccuracy| {
        let Pair { estimate, actual } = run.seconds;
        vec![run.run.short(), run.recipe.clone(), seconds(estimate), seconds(actual), ratio(run.seconds)]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let kinds: Vec<String> = kinds.iter().map(|(kind, ratio)| format!("{kind} × {ratio:.2}")).collect();
    format!(
        "{}\n\nthe median run took × {whole:.2} of what was expected (by kind of stage: {})",
        table(&["run", "recipe", "expected", "took", "ratio"], &rows, &[2, 3, 4]),
        kinds.join(", ")
    )
}
