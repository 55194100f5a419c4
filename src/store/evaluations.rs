//! Table `evaluations`: how good is each model of a run on each evaluation?

use serde::Serialize;

use crate::id::{Name, RunId, StageId};
use crate::record::report::EvaluationReport;
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::{Store, commit};
use crate::store::row::{Reader, collect, to_integer};

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

impl Store {
    /// Records what was measured, in place of what was recorded before; also for measurements taken from an earlier run.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_evaluation(&self, run: RunId, row: &EvaluationRow) -> Result<()> {
        let EvaluationRow { stage, model, evaluation, report } = row;
        // The classes stand in `metrics.json`.
        let EvaluationReport { metric, value, loss, tokens, classification: _ } = report;
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert or replace into evaluations (run, stage, model, evaluation, metric, value, loss, tokens)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(run.to_string())
        .bind(stage.to_string())
        .bind(model.as_str())
        .bind(evaluation.as_str())
        .bind(metric.word())
        .bind(value)
        .bind(loss)
        .bind(to_integer(*tokens))
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
    let report = EvaluationReport {
        metric: row.word("metric")?,
        value: row.get("value")?,
        loss: row.get("loss")?,
        tokens: row.count("tokens")?,
        classification: None,
    };
    Ok(EvaluationRow {
        stage: row.parse("stage")?,
        model: row.parse("model")?,
        evaluation: row.parse("evaluation")?,
        report,
    })
}
