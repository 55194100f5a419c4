//! Table `gates`: which requirements did a run meet?

use serde::Serialize;

use crate::id::{RunId, StageId};
use crate::recipe::evaluation::Gate;
use crate::record::GateResult;
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::{Store, commit};
use crate::store::row::{Reader, collect, to_json};

/// What came out of a gate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GateRow {
    /// The gate's stage.
    pub stage: StageId,
    /// What came out.
    pub result: GateResult,
}

impl Store {
    /// Records what came out of a gate, in place of what was recorded before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_gate(&self, run: RunId, row: &GateRow) -> Result<()> {
        let GateRow { stage, result } = row;
        let GateResult { gate: Gate { model, evaluation, rule }, value, reference, passed, explanation, repeats } =
            result;
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert or replace into gates (run, stage, model, evaluation, rule, value, reference, passed, explanation, repeats)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )
        .bind(run.to_string())
        .bind(stage.to_string())
        .bind(model.as_str())
        .bind(evaluation.as_str())
        .bind(to_json(rule))
        .bind(value)
        .bind(reference)
        .bind(passed)
        .bind(explanation)
        .bind(repeats.as_ref().map(to_json))
        .execute(&mut *transaction)
        .await
        .map_err(sqlite("record a gate"))?;
        commit(transaction).await
    }

    /// Returns what came out of the gates of a run, in the order of the plan.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn gates_of_run(&self, run: RunId) -> Result<Vec<GateRow>> {
        let rows = sqlx::query(
            "select g.* from gates g join stage_runs s using (run, stage) where run = ?1 order by s.position",
        )
        .bind(run.to_string())
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list gates"))?;
        collect("gates", &rows, read)
    }
}

fn read(row: Reader<'_>) -> Result<GateRow> {
    let gate = Gate { model: row.parse("model")?, evaluation: row.parse("evaluation")?, rule: row.json("rule")? };
    let result = GateResult {
        gate,
        value: row.get("value")?,
        reference: row.get("reference")?,
        passed: row.get("passed")?,
        explanation: row.get("explanation")?,
        repeats: row.json_some("repeats")?,
    };
    Ok(GateRow { stage: row.parse("stage")?, result })
}
