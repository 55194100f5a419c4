//! Table `stage_runs`: what did a run consist of, why did each part of it run, how did it end?

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::id::{Digest, RunId, StageId};
use crate::plan::Outputs;
use crate::record::StageStatus;
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::{Store, commit};
use crate::store::row::{Reader, collect};

const TABLE: &str = "stage_runs";

/// A stage of a run that begins.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRow {
    /// The stage.
    pub stage: StageId,
    /// Its place in the plan, from 0.
    pub position: u32,
    /// The digest of everything that can change its outputs.
    pub fingerprint: Digest,
    /// What the digest is of.
    pub key: Value,
    /// Its state: mostly waiting or cached.
    pub status: StageStatus,
    /// Why it is stale, in words.
    pub reason: Option<String>,
    /// The run whose outputs are taken.
    pub from_run: Option<RunId>,
}

/// A stage of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageRunRow {
    /// The stage.
    pub stage: StageId,
    /// Its place in the plan, from 0.
    pub position: u32,
    /// The digest of everything that can change its outputs.
    pub fingerprint: Digest,
    /// Its state.
    pub status: StageStatus,
    /// Why it was stale, in words.
    pub reason: Option<String>,
    /// The run whose outputs were taken.
    pub from_run: Option<RunId>,
    /// How it ended, in words.
    pub explanation: Option<String>,
    /// When it began, in milliseconds since 1970 UTC.
    pub started_at_ms: Option<i64>,
    /// When it ended, in milliseconds since 1970 UTC.
    pub ended_at_ms: Option<i64>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// The number of attempts at it.
    pub attempts: u32,
    /// What came out: its own outputs, or those it took.
    pub outputs: Outputs,
}

impl Store {
    /// Records the stages of a run; of a run that goes on, the stages it still has to do are recorded anew.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_stages(&self, run: RunId, stages: &[StageRow]) -> Result<()> {
        let mut transaction = self.begin().await?;
        for row in stages {
            let StageRow { stage, position, fingerprint, key, status, reason, from_run } = row;
            sqlx::query(
                "insert into stage_runs (run, stage, position, fingerprint, key, status, reason, from_run)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 on conflict (run, stage) do update set
                     position = excluded.position,
                     fingerprint = excluded.fingerprint,
                     key = excluded.key,
                     status = excluded.status,
                     reason = excluded.reason,
                     from_run = excluded.from_run,
                     explanation = null,
                     started_at_ms = null,
                     ended_at_ms = null
                 where not (stage_runs.status = 'finished' and excluded.status = 'cached'
                            and stage_runs.fingerprint = excluded.fingerprint)",
            )
            .bind(run.to_string())
            .bind(stage.to_string())
            .bind(position)
            .bind(fingerprint.to_string())
            .bind(key.to_string())
            .bind(status.word())
            .bind(reason)
            .bind(from_run.map(|run| run.to_string()))
            .execute(&mut *transaction)
            .await
            .map_err(sqlite("record a stage"))?;
        }
        commit(transaction).await
    }

    /// Records the state of a stage: running sets when it began, waiting forgets it, and every other state sets when it ended.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_stage_status(
        &self,
        run: RunId,
        stage: &StageId,
        status: StageStatus,
        at_ms: i64,
        explanation: Option<&str>,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        set_status(&mut transaction, run, stage, status, at_ms, explanation).await?;
        commit(transaction).await
    }

    /// Returns the stages of a run in the order of the plan.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn stages_of_run(&self, run: RunId) -> Result<Vec<StageRunRow>> {
        let rows = sqlx::query(
            "select s.*,
                    (select count(*) from attempts a where a.run = s.run and a.stage = s.stage) as n_attempts
             from stage_runs s where s.run = ?1 order by s.position, s.stage",
        )
        .bind(run.to_string())
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list the stages of a run"))?;
        let mut outputs = self.outputs_of_run(run).await?;
        let mut stages = collect(TABLE, &rows, read)?;
        for stage in &mut stages {
            stage.outputs = outputs.remove(&stage.stage).unwrap_or_default();
        }
        Ok(stages)
    }

    /// Returns what the fingerprint of every stage of a run is the digest of.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn keys_of_run(&self, run: RunId) -> Result<BTreeMap<StageId, Value>> {
        let rows = sqlx::query("select stage, key from stage_runs where run = ?1")
            .bind(run.to_string())
            .fetch_all(self.reader())
            .await
            .map_err(sqlite("list the keys of a run"))?;
        Ok(collect(TABLE, &rows, |row| Ok((row.parse("stage")?, row.json("key")?)))?.into_iter().collect())
    }
}

/// Sets the state of a stage within a transaction.
pub(super) async fn set_status(
    transaction: &mut sqlx::Transaction<'static, sqlx::Sqlite>,
    run: RunId,
    stage: &StageId,
    status: StageStatus,
    at_ms: i64,
    explanation: Option<&str>,
) -> Result<()> {
    let sql = match status {
        StageStatus::Waiting => {
            "update stage_runs set status = ?3, explanation = ?5, started_at_ms = null, ended_at_ms = null
             where run = ?1 and stage = ?2 and ?4 is not null"
        }
        StageStatus::Running => {
            "update stage_runs set status = ?3, explanation = ?5, started_at_ms = coalesce(started_at_ms, ?4), ended_at_ms = null
             where run = ?1 and stage = ?2"
        }
        StageStatus::Finished
        | StageStatus::Cached
        | StageStatus::Failed
        | StageStatus::Interrupted
        | StageStatus::Skipped => {
            "update stage_runs set status = ?3, explanation = ?5, ended_at_ms = ?4 where run = ?1 and stage = ?2"
        }
    };
    sqlx::query(sql)
        .bind(run.to_string())
        .bind(stage.to_string())
        .bind(status.word())
        .bind(at_ms)
        .bind(explanation)
        .execute(&mut **transaction)
        .await
        .map_err(sqlite("record the state of a stage"))?;
    Ok(())
}

fn read(row: Reader<'_>) -> Result<StageRunRow> {
    let started_at_ms: Option<i64> = row.get("started_at_ms")?;
    let ended_at_ms: Option<i64> = row.get("ended_at_ms")?;
    let duration_ms = started_at_ms.zip(ended_at_ms).and_then(|(start, end)| u64::try_from(end - start).ok());
    Ok(StageRunRow {
        stage: row.parse("stage")?,
        position: row.count("position")?,
        fingerprint: row.parse("fingerprint")?,
        status: row.word("status")?,
        reason: row.get("reason")?,
        from_run: row.parse_some("from_run")?,
        explanation: row.get("explanation")?,
        started_at_ms,
        ended_at_ms,
        duration_ms,
        attempts: row.count("n_attempts")?,
        outputs: Outputs::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{block_on, stage_row, store_with_run};

    #[test]
    fn a_stage_knows_when_it_ran_and_how_it_ended() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let stage: StageId = "train:general".parse().unwrap();
            store.set_stage_status(run, &stage, StageStatus::Running, 10, None).await.unwrap();
            store.set_stage_status(run, &stage, StageStatus::Failed, 35, Some("loss is NaN")).await.unwrap();
            let stages = store.stages_of_run(run).await.unwrap();
            let train = stages.iter().find(|row| row.stage == stage).unwrap();
            assert_eq!((train.status, train.duration_ms), (StageStatus::Failed, Some(25)));
            assert_eq!(train.explanation.as_deref(), Some("loss is NaN"));
            store.close().await;
        });
    }

    #[test]
    fn a_run_that_goes_on_keeps_what_it_finished() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let stage: StageId = "dataset:prose".parse().unwrap();
            store.set_stage_status(run, &stage, StageStatus::Finished, 35, None).await.unwrap();
            let again = StageRow { status: StageStatus::Cached, from_run: Some(run), ..stage_row("dataset:prose", 0) };
            store.insert_stages(run, &[again]).await.unwrap();
            let rows = store.stages_of_run(run).await.unwrap();
            assert_eq!((rows[0].status, rows[0].ended_at_ms), (StageStatus::Finished, Some(35)));
            store.close().await;
        });
    }
}
