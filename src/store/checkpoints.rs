//! Table `checkpoints`: from which states could a training go on?

use serde::Serialize;
use sqlx::{Sqlite, Transaction};

use crate::id::{RunId, StageId};
use crate::record::{CheckpointRecord, Event, EventKind};
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::Store;
use crate::store::row::{Reader, collect, to_integer};

/// A checkpoint that was saved; it may have been thinned out since.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CheckpointRow {
    /// The stage.
    pub stage: StageId,
    /// The attempt that saved it.
    pub attempt: u32,
    /// When it was saved, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// What was saved.
    pub record: CheckpointRecord,
}

impl Store {
    /// Returns the checkpoints of a stage, by step.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn checkpoints_of(&self, run: RunId, stage: &StageId) -> Result<Vec<CheckpointRow>> {
        let rows = sqlx::query("select * from checkpoints where run = ?1 and stage = ?2 order by step")
            .bind(run.to_string())
            .bind(stage.to_string())
            .fetch_all(self.reader())
            .await
            .map_err(sqlite("list checkpoints"))?;
        collect("checkpoints", &rows, read)
    }
}

/// Stores the checkpoints among the events; where a step was done twice, the later attempt stays.
pub(super) async fn insert(transaction: &mut Transaction<'static, Sqlite>, run: RunId, events: &[Event]) -> Result<()> {
    for event in events {
        let EventKind::Checkpoint(record) = &event.kind else { continue };
        let CheckpointRecord { step, path, digest, bytes, is_best } = record;
        sqlx::query(
            "insert into checkpoints (run, stage, step, path, digest, bytes, is_best, attempt, sequence, at_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             on conflict (run, stage, step) do update set
                 path = excluded.path,
                 digest = excluded.digest,
                 bytes = excluded.bytes,
                 is_best = excluded.is_best,
                 attempt = excluded.attempt,
                 sequence = excluded.sequence,
                 at_ms = excluded.at_ms
             where (excluded.attempt, excluded.sequence) > (checkpoints.attempt, checkpoints.sequence)",
        )
        .bind(run.to_string())
        .bind(event.stage.to_string())
        .bind(to_integer(*step))
        .bind(path.to_string_lossy().into_owned())
        .bind(digest.to_string())
        .bind(to_integer(*bytes))
        .bind(is_best)
        .bind(event.attempt)
        .bind(to_integer(event.sequence))
        .bind(event.at_ms)
        .execute(&mut **transaction)
        .await
        .map_err(sqlite("store a checkpoint"))?;
    }
    Ok(())
}

fn read(row: Reader<'_>) -> Result<CheckpointRow> {
    let record = CheckpointRecord {
        step: row.count("step")?,
        path: row.get::<String>("path")?.into(),
        digest: row.parse("digest")?,
        bytes: row.count("bytes")?,
        is_best: row.get("is_best")?,
    };
    Ok(CheckpointRow { stage: row.parse("stage")?, attempt: row.count("attempt")?, at_ms: row.get("at_ms")?, record })
}
