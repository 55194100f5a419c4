//! Table `evaluations`: how good is each model of a run on each evaluation?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{Name, RunId, StageId};
use crate::recipe::evaluation::Metric;
use crate::record::Interval;
use crate::record::report::{EvaluationReport, RobustnessReport};
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::{Store, commit};
use crate::store::row::{Reader, collect, to_integer, to_json};

/// A model's value on an evaluation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct EvaluationRow {
    /// The stage that measured it.
    pub stage: StageId,
    /// The model.
    pub model: Name,
    /// The evaluation.
    pub evaluation: Name,
    /// What was measured.
    pub report: EvaluationReport,
}

/// What else a report says, as one column.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Details {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interval: Option<Interval>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    records: Option<u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    numbers: BTreeMap<Metric, f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    robustness: Option<RobustnessReport>,
}

impl Store {
    /// Records what was measured, in place of what was recorded before; also for measurements taken from an earlier run.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_evaluation(&self, run: RunId, row: &EvaluationRow) -> Result<()> {
        let EvaluationRow { stage, model, evaluation, report } = row;
        // The classes stand in `metrics.json`.
        let EvaluationReport { metric, value, loss, tokens, classification: _, interval, records, numbers, robustness } =
            report;
        let (interval, robustness) = (*interval, *robustness);
        let details = to_json(&Details { interval, records: *records, numbers: numbers.clone(), robustness });
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert or replace into evaluations (run, stage, model, evaluation, metric, value, loss, tokens, details)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .bind(run.to_string())
        .bind(stage.to_string())
        .bind(model.as_str())
        .bind(evaluation.as_str())
        .bind(metric.word())
        .bind(value)
        .bind(loss)
        .bind(to_integer(*tokens))
        .bind(details)
        .execute(&mut *transaction)
        .await
        .map_err(sqlite("record an evaluation"))?;
        commit(transaction).await
    }

    /// Returns what was measured in a run, in the order of the plan.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn evaluations_of_run(&self, run: RunId) -> Result<Vec<EvaluationRow>> {
        let rows = sqlx::query(
            "select e.* from evaluations e join stage_runs s using (run, stage) where run = ?1 order by s.position",
        )
        .bind(run.to_string())
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list evaluations"))?;
        collect("evaluations", &rows, read)
    }
}

fn read(row: Reader<'_>) -> Result<EvaluationRow> {
    let Details { interval, records, numbers, robustness } = row.json_some("details")?.unwrap_or_default();
    let report = EvaluationReport {
        metric: row.word("metric")?,
        value: row.get("value")?,
        loss: row.get("loss")?,
        tokens: row.count("tokens")?,
        classification: None,
        interval,
        records,
        numbers,
        robustness,
    };
    Ok(EvaluationRow {
        stage: row.parse("stage")?,
        model: row.parse("model")?,
        evaluation: row.parse("evaluation")?,
        report,
    })
}
