//! Table `samples`: what did the models of a run write?

use serde::Serialize;

use crate::id::{Name, RunId, StageId};
use crate::record::report::SampleReport;
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::{Store, commit};
use crate::store::row::{Reader, collect, to_integer, to_json};

/// What a model wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SampleRow {
    /// The stage that let it write.
    pub stage: StageId,
    /// The model.
    pub model: Name,
    /// What it wrote.
    pub report: SampleReport,
}

impl Store {
    /// Records what a model wrote, in place of what was recorded before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_sample(&self, run: RunId, row: &SampleRow) -> Result<()> {
        let SampleRow { stage, model, report } = row;
        let SampleReport { prompt, text, tokens, sampling } = report;
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert or replace into samples (run, stage, model, prompt, text, tokens, sampling)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(run.to_string())
        .bind(stage.to_string())
        .bind(model.as_str())
        .bind(prompt)
        .bind(text)
        .bind(to_integer(*tokens))
        .bind(to_json(sampling))
        .execute(&mut *transaction)
        .await
        .map_err(sqlite("record a sample"))?;
        commit(transaction).await
    }

    /// Returns what the models of a run wrote, in the order of the plan.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn samples_of_run(&self, run: RunId) -> Result<Vec<SampleRow>> {
        let rows = sqlx::query(
            "select m.* from samples m join stage_runs s using (run, stage) where run = ?1 order by s.position",
        )
        .bind(run.to_string())
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list samples"))?;
        collect("samples", &rows, read)
    }
}

fn read(row: Reader<'_>) -> Result<SampleRow> {
    let report = SampleReport {
        prompt: row.get("prompt")?,
        text: row.get("text")?,
        tokens: row.count("tokens")?,
        sampling: row.json("sampling")?,
    };
    Ok(SampleRow { stage: row.parse("stage")?, model: row.parse("model")?, report })
}
