//! Table `metrics`: how did a number develop?

use serde::Serialize;
use sqlx::{QueryBuilder, Sqlite, Transaction};

use crate::id::{RunId, StageId};
use crate::record::{Event, EventKind};
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::Store;
use crate::store::row::{Reader, collect, to_integer};

const TABLE: &str = "metrics";

/// A measured number.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MetricPoint {
    /// Its name: `train/loss`.
    pub name: String,
    /// The optimizer step it belongs to, in steps.
    pub step: u64,
    /// The number.
    pub value: f64,
    /// When it was measured, in milliseconds since 1970 UTC.
    pub at_ms: i64,
}

impl Store {
    /// Returns how a number of a stage developed, by step.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn series(&self, run: RunId, stage: &StageId, name: &str) -> Result<Vec<MetricPoint>> {
        let rows = sqlx::query(
            "select name, step, value, at_ms from metrics where run = ?1 and stage = ?2 and name = ?3 order by step",
        )
        .bind(run.to_string())
        .bind(stage.to_string())
        .bind(name)
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list metrics"))?;
        collect(TABLE, &rows, read)
    }

    /// Returns the last value of every number of a stage, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_metrics(&self, run: RunId, stage: &StageId) -> Result<Vec<MetricPoint>> {
        // SQLite takes the bare columns from the row with the maximum.
        let rows = sqlx::query(
            "select name, max(step) as step, value, at_ms from metrics where run = ?1 and stage = ?2
             group by name order by name",
        )
        .bind(run.to_string())
        .bind(stage.to_string())
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list metrics"))?;
        collect(TABLE, &rows, read)
    }
}

/// Stores the numbers among the events; where a step was done twice, the later attempt stays.
pub(super) async fn insert(transaction: &mut Transaction<'static, Sqlite>, run: RunId, events: &[Event]) -> Result<()> {
    let mut points = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Metric { name, step, value } => Some((event, name, *step, *value)),
            EventKind::Started { .. }
            | EventKind::Resumed { .. }
            | EventKind::Progress(_)
            | EventKind::Checkpoint(_)
            | EventKind::Output { .. }
            | EventKind::Note { .. }
            | EventKind::Finished
            | EventKind::Interrupted
            | EventKind::Failed { .. } => None,
        })
        .peekable();
    if points.peek().is_none() {
        return Ok(());
    }
    let run = run.to_string();
    let mut query =
        QueryBuilder::<Sqlite>::new("insert into metrics (run, stage, name, step, value, attempt, sequence, at_ms) ");
    query.push_values(points, |mut row, (event, name, step, value)| {
        row.push_bind(run.clone())
            .push_bind(event.stage.to_string())
            .push_bind(name.clone())
            .push_bind(to_integer(step))
            .push_bind(value)
            .push_bind(event.attempt)
            .push_bind(to_integer(event.sequence))
            .push_bind(event.at_ms);
    });
    query.push(
        " on conflict (run, stage, name, step) do update set
              value = excluded.value,
              attempt = excluded.attempt,
              sequence = excluded.sequence,
              at_ms = excluded.at_ms
          where (excluded.attempt, excluded.sequence) > (metrics.attempt, metrics.sequence)",
    );
    query.build().execute(&mut **transaction).await.map_err(sqlite("store metrics"))?;
    Ok(())
}

fn read(row: Reader<'_>) -> Result<MetricPoint> {
    Ok(MetricPoint {
        name: row.get("name")?,
        step: row.count("step")?,
        value: row.get("value")?,
        at_ms: row.get("at_ms")?,
    })
}
