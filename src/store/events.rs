//! Table `events`: what did a stage tell while it worked? Metrics, checkpoints and attempts are read off it on the way in.
//!
//! Storing the same events again, in any order, changes nothing: the log of a stage may be read twice.

use sqlx::{QueryBuilder, Sqlite, Transaction};

use crate::id::{RunId, StageId};
use crate::record::Event;
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::{Store, commit};
use crate::store::row::{Reader, collect, to_integer, to_json};
use crate::store::{attempts, checkpoints, metrics};

/// The most rows of one statement; SQLite takes 32,766 values.
pub(super) const N_ROWS: usize = 500;

impl Store {
    /// Stores events of a run, and what they tell of attempts, metrics and checkpoints, all or nothing.
    ///
    /// # Errors
    /// When the run has no such stage, and when the database cannot be written.
    pub async fn append_events(&self, run: RunId, events: &[Event]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        for events in events.chunks(N_ROWS) {
            insert(&mut transaction, run, events).await?;
            metrics::insert(&mut transaction, run, events).await?;
            checkpoints::insert(&mut transaction, run, events).await?;
            attempts::insert(&mut transaction, run, events).await?;
        }
        commit(transaction).await
    }

    /// Returns what a stage told, in order; of all attempts.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn events_of(&self, run: RunId, stage: &StageId) -> Result<Vec<Event>> {
        let rows = sqlx::query("select event from events where run = ?1 and stage = ?2 order by attempt, sequence")
            .bind(run.to_string())
            .bind(stage.to_string())
            .fetch_all(self.reader())
            .await
            .map_err(sqlite("list events"))?;
        collect("events", &rows, |row: Reader<'_>| row.json("event"))
    }

    /// Returns how many events of an attempt are stored without a gap: the sequence number to go on from.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_sequence(&self, run: RunId, stage: &StageId, attempt: u32) -> Result<u64> {
        let next: i64 = sqlx::query_scalar(
            "select coalesce(max(sequence) + 1, 0) from events where run = ?1 and stage = ?2 and attempt = ?3",
        )
        .bind(run.to_string())
        .bind(stage.to_string())
        .bind(attempt)
        .fetch_one(self.reader())
        .await
        .map_err(sqlite("count events"))?;
        Ok(u64::try_from(next).unwrap_or(0))
    }
}

async fn insert(transaction: &mut Transaction<'static, Sqlite>, run: RunId, events: &[Event]) -> Result<()> {
    let run = run.to_string();
    let mut query = QueryBuilder::<Sqlite>::new("insert into events (run, stage, attempt, sequence, at_ms, event) ");
    query.push_values(events, |mut row, event| {
        row.push_bind(run.clone())
            .push_bind(event.stage.to_string())
            .push_bind(event.attempt)
            .push_bind(to_integer(event.sequence))
            .push_bind(event.at_ms)
            .push_bind(to_json(event));
    });
    query.push(" on conflict do nothing");
    query.build().execute(&mut **transaction).await.map_err(sqlite("store events"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{CheckpointRecord, EventKind, Machine, Progress};
    use crate::store::fixture::{block_on, store_with_run};

    fn event(attempt: u32, sequence: u64, kind: EventKind) -> Event {
        let stage = "train:general".parse().unwrap();
        Event { version: Event::VERSION, stage, attempt, sequence, at_ms: 1000 + sequence as i64, kind }
    }

    fn log(attempt: u32, values: &[f64]) -> Vec<Event> {
        let started = EventKind::Started { pid: attempt, machine: Box::new(Machine::default()) };
        let mut kinds = vec![started];
        for (step, value) in values.iter().enumerate() {
            let step = step as u64;
            kinds.push(EventKind::Metric { name: "train/loss".into(), step, value: *value });
            kinds.push(EventKind::Progress(Progress::default()));
            let digest = crate::id::Digest::of(&value.to_be_bytes());
            let path = format!("checkpoints/step-{step:06}").into();
            kinds.push(EventKind::Checkpoint(CheckpointRecord { step, path, digest, bytes: 1, is_best: step == 0 }));
        }
        kinds.push(EventKind::Interrupted);
        kinds.into_iter().enumerate().map(|(sequence, kind)| event(attempt, sequence as u64, kind)).collect()
    }

    async fn signature(store: &Store, run: RunId) -> String {
        let stage = "train:general".parse().unwrap();
        format!(
            "{:?}\n{:?}\n{:?}\n{:?}",
            store.events_of(run, &stage).await.unwrap(),
            store.series(run, &stage, "train/loss").await.unwrap(),
            store.checkpoints_of(run, &stage).await.unwrap(),
            store.attempts_of(run, &stage).await.unwrap(),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn events_stored_twice_and_in_any_order_leave_what_storing_them_once_leaves(
            first in prop::collection::vec(-1e300..1e300f64, 0..5),
            second in prop::collection::vec(-1e300..1e300f64, 0..5),
            order in any::<prop::sample::Index>(),
            cut in any::<prop::sample::Index>(),
        ) {
            block_on(async {
                let mut events = log(1, &first);
                events.extend(log(2, &second));
                let (_one, once, run) = store_with_run().await;
                once.append_events(run, &events).await.unwrap();
                let (_two, twice, run) = store_with_run().await;
                let (early, late) = events.split_at(cut.index(events.len()));
                twice.append_events(run, late).await.unwrap();
                twice.append_events(run, early).await.unwrap();
                let middle = order.index(events.len());
                twice.append_events(run, &events[middle..]).await.unwrap();
                twice.append_events(run, &events[..middle]).await.unwrap();
                assert_eq!(signature(&once, run).await, signature(&twice, run).await);
                let n = second.len();
                let series = once.series(run, &"train:general".parse().unwrap(), "train/loss").await.unwrap();
                let expected: Vec<f64> = second.iter().chain(first.iter().skip(n)).copied().collect();
                assert_eq!(series.iter().map(|point| point.value).collect::<Vec<_>>(), expected);
                once.close().await;
                twice.close().await;
            });
        }
    }

    #[test]
    fn events_of_a_stage_the_run_does_not_have_are_refused_whole() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let mut events = log(1, &[0.5]);
            events.last_mut().unwrap().stage = "train:other".parse().unwrap();
            assert!(store.append_events(run, &events).await.is_err());
            assert!(store.events_of(run, &"train:general".parse().unwrap()).await.unwrap().is_empty());
            assert_eq!(store.next_sequence(run, &"train:general".parse().unwrap(), 1).await.unwrap(), 0);
            store.close().await;
        });
    }

    #[test]
    fn twenty_thousand_metrics_are_all_stored() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let metric = |n| event(1, n, EventKind::Metric { name: "train/loss".into(), step: n, value: n as f64 });
            let events: Vec<_> = (0..20_000).map(metric).collect();
            for batch in events.chunks(500) {
                store.append_events(run, batch).await.unwrap();
            }
            let series = store.series(run, &"train:general".parse().unwrap(), "train/loss").await.unwrap();
            assert_eq!(series.len(), 20_000);
            store.close().await;
        });
    }
}
