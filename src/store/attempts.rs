//! Table `attempts`: on which machine, by which process, was each attempt at a stage made, and how did it end?

use serde::Serialize;
use sqlx::{Sqlite, Transaction};

use crate::id::{RunId, StageId};
use crate::record::{Event, EventKind, FailureClass, Machine};
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::Store;
use crate::store::row::{Reader, collect, to_json, to_word};

/// An attempt at a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AttemptRow {
    /// The stage.
    pub stage: StageId,
    /// Its number, from 1.
    pub attempt: u32,
    /// The worker's process id.
    pub pid: Option<u32>,
    /// What the work was done on.
    pub machine: Option<Machine>,
    /// How it ended: `finished`, `interrupted` or `failed`.
    pub outcome: Option<String>,
    /// Whose fault a failure was.
    pub failure: Option<FailureClass>,
    /// What went wrong.
    pub message: Option<String>,
    /// What a person can do about it.
    pub hint: Option<String>,
    /// When it began, in milliseconds since 1970 UTC.
    pub started_at_ms: Option<i64>,
    /// When it ended, in milliseconds since 1970 UTC.
    pub ended_at_ms: Option<i64>,
}

impl Store {
    /// Returns the attempts at a stage, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn attempts_of(&self, run: RunId, stage: &StageId) -> Result<Vec<AttemptRow>> {
        let rows = sqlx::query("select * from attempts where run = ?1 and stage = ?2 order by attempt")
            .bind(run.to_string())
            .bind(stage.to_string())
            .fetch_all(self.reader())
            .await
            .map_err(sqlite("list attempts"))?;
        collect("attempts", &rows, read)
    }
}

impl Store {
    /// Returns what a stage was last computed on, in this run or in the run whose outputs it took.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn machine_of(&self, run: RunId, stage: &StageId) -> Result<Option<Machine>> {
        let row = sqlx::query(
            "select a.machine
             from stage_runs s
             join stage_runs done on done.run = coalesce(s.from_run, s.run) and done.fingerprint = s.fingerprint
                  and (s.from_run is not null or done.stage = s.stage)
             join attempts a on a.run = done.run and a.stage = done.stage
             where s.run = ?1 and s.stage = ?2 and a.machine is not null
             order by a.attempt desc limit 1",
        )
        .bind(run.to_string())
        .bind(stage.to_string())
        .fetch_optional(self.reader())
        .await
        .map_err(sqlite("find a machine"))?;
        row.map(|row| Reader::new("attempts", &row).json("machine")).transpose()
    }
}

/// Stores what the events tell of attempts.
pub(super) async fn insert(transaction: &mut Transaction<'static, Sqlite>, run: RunId, events: &[Event]) -> Result<()> {
    for event in events {
        match &event.kind {
            EventKind::Started { pid, machine } => started(transaction, run, event, *pid, machine).await?,
            EventKind::Finished => ended(transaction, run, event, "finished", None).await?,
            EventKind::Interrupted => ended(transaction, run, event, "interrupted", None).await?,
            EventKind::Failed { class, message, hint } => {
                ended(transaction, run, event, "failed", Some((*class, message, hint.as_deref()))).await?;
            }
            EventKind::Resumed { .. }
            | EventKind::Progress(_)
            | EventKind::Metric { .. }
            | EventKind::Checkpoint(_)
            | EventKind::Output { .. }
            | EventKind::Note { .. } => {}
        }
    }
    Ok(())
}

async fn started(
    transaction: &mut Transaction<'static, Sqlite>,
    run: RunId,
    event: &Event,
    pid: u32,
    machine: &Machine,
) -> Result<()> {
    sqlx::query(
        "insert into attempts (run, stage, attempt, pid, machine, started_at_ms) values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict do update set pid = excluded.pid, machine = excluded.machine, started_at_ms = excluded.started_at_ms",
    )
    .bind(run.to_string())
    .bind(event.stage.to_string())
    .bind(event.attempt)
    .bind(pid)
    .bind(to_json(machine))
    .bind(event.at_ms)
    .execute(&mut **transaction)
    .await
    .map_err(sqlite("store an attempt"))?;
    Ok(())
}

async fn ended(
    transaction: &mut Transaction<'static, Sqlite>,
    run: RunId,
    event: &Event,
    outcome: &str,
    failure: Option<(FailureClass, &String, Option<&str>)>,
) -> Result<()> {
    sqlx::query(
        "insert into attempts (run, stage, attempt, outcome, failure, message, hint, ended_at_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         on conflict do update set
             outcome = excluded.outcome,
             failure = excluded.failure,
             message = excluded.message,
             hint = excluded.hint,
             ended_at_ms = excluded.ended_at_ms",
    )
    .bind(run.to_string())
    .bind(event.stage.to_string())
    .bind(event.attempt)
    .bind(outcome)
    .bind(failure.map(|(class, _, _)| to_word(&class)))
    .bind(failure.map(|(_, message, _)| message))
    .bind(failure.and_then(|(_, _, hint)| hint))
    .bind(event.at_ms)
    .execute(&mut **transaction)
    .await
    .map_err(sqlite("store an attempt"))?;
    Ok(())
}

fn read(row: Reader<'_>) -> Result<AttemptRow> {
    let machine: Option<&str> = row.get("machine")?;
    Ok(AttemptRow {
        stage: row.parse("stage")?,
        attempt: row.count("attempt")?,
        pid: row.get("pid")?,
        machine: machine.map(|_| row.json("machine")).transpose()?,
        outcome: row.get("outcome")?,
        failure: row.word_some("failure")?,
        message: row.get("message")?,
        hint: row.get("hint")?,
        started_at_ms: row.get("started_at_ms")?,
        ended_at_ms: row.get("ended_at_ms")?,
    })
}
