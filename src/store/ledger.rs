//! What earlier runs left, for the planner: tables `stage_runs` and `stage_outputs` held against the artifact store.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Digest, Name, RunId, StageId};
use crate::plan::{Done, Ledger, Outputs};
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::Store;
use crate::store::row::{Reader, collect, to_json};

const TABLE: &str = "stage_runs";

impl Store {
    /// Returns what earlier runs left of work with these fingerprints, and the newest of every stage of this recipe.
    ///
    /// Work counts as done when every file it made is still in the artifact store with its size. Where all of it is done, the
    /// newest of every stage is not asked for: there is no change to be told.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn ledger(&self, recipe: &Name, fingerprints: &[Digest]) -> Result<Ledger> {
        let mut ledger = Ledger::default();
        let found = self.done_with(fingerprints).await?;
        let recorded = self.outputs_of_all(&found).await?;
        for (stage, done) in found {
            if ledger.done.contains_key(&done.fingerprint) {
                continue;
            }
            let outputs = recorded.get(&(done.run, stage)).cloned().unwrap_or_default();
            match outputs.iter().find(|(_, artifact)| !self.artifacts().holds(artifact.digest, artifact.bytes)) {
                None if outputs.is_empty() => {}
                None => {
                    ledger.gone.remove(&done.fingerprint);
                    ledger.done.insert(done.fingerprint, Done { outputs, ..done });
                }
                Some((name, _)) => {
                    ledger.gone.entry(done.fingerprint).or_insert_with(|| name.clone());
                }
            }
        }
        if fingerprints.is_empty() || fingerprints.iter().any(|fingerprint| !ledger.done.contains_key(fingerprint)) {
            let newest = self.newest_of(recipe).await?;
            let recorded = self.outputs_of_all(&newest).await?;
            let newest = newest.into_iter().map(|(stage, done)| {
                let outputs = recorded.get(&(done.run, stage.clone())).cloned().unwrap_or_default();
                (stage, Done { outputs, ..done })
            });
            ledger.newest = newest.collect();
        }
        Ok(ledger)
    }

    /// Returns the work with one of these fingerprints, the newest first, without outputs.
    ///
    /// What says something of a machine (how long a request takes) counts only where it was done on this one.
    async fn done_with(&self, fingerprints: &[Digest]) -> Result<Vec<(StageId, Done)>> {
        let fingerprints: BTreeSet<_> = fingerprints.iter().collect();
        let rows = sqlx::query(
            "select s.stage, s.run, s.key, s.fingerprint
             from stage_runs s
             join runs r on r.id = s.run
             where s.fingerprint in (select value from json_each(?1)) and s.status = 'finished'
             and (
                 s.key ->> 'of-machine' is null
                 or exists (
                     select 1 from attempts a
                     where a.run = s.run and a.stage = s.stage and a.machine ->> 'host' = ?2
                 )
             )
             order by r.started_at_ms desc, r.id desc",
        )
        .bind(to_json(&fingerprints))
        .bind(host())
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list what was done"))?;
        collect(TABLE, &rows, read)
    }

    /// Returns what the newest run of a recipe that did a stage left of it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn newest_outputs(&self, recipe: &Name, stage: &StageId) -> Result<Option<Outputs>> {
        match self.newest_of(recipe).await?.into_iter().find(|(id, _)| id == stage) {
            Some((_, done)) => self.outputs_of(done.run, stage).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the newest work of every stage of a recipe, without outputs.
    async fn newest_of(&self, recipe: &Name) -> Result<Vec<(StageId, Done)>> {
        // SQLite takes the bare columns from the row with the maximum.
        let rows = sqlx::query(
            "select s.stage, coalesce(s.from_run, s.run) as run, s.key, s.fingerprint, max(printf('%020d', r.started_at_ms) || r.id)
             from stage_runs s
             join runs r on r.id = s.run
             where r.recipe = ?1 and s.status in ('finished', 'cached')
             group by s.stage",
        )
        .bind(recipe.as_str())
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list what was done"))?;
        collect(TABLE, &rows, read)
    }

    /// Returns what came out of many stages, in one question.
    async fn outputs_of_all(&self, stages: &[(StageId, Done)]) -> Result<BTreeMap<Place, Outputs>> {
        let places: Vec<(RunId, &StageId)> = stages.iter().map(|(stage, done)| (done.run, stage)).collect();
        let rows = sqlx::query(
            "select o.run, o.stage, o.name, o.digest, a.bytes
             from json_each(?1) place
             cross join stage_outputs o on o.run = place.value ->> 0 and o.stage = place.value ->> 1
             join artifacts a on a.digest = o.digest",
        )
        .bind(to_json(&places))
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list the outputs of stages"))?;
        let one = |row: Reader<'_>| {
            Ok(((row.parse("run")?, row.parse("stage")?), row.get::<String>("name")?, self.artifact(&row)?))
        };
        let mut outputs = BTreeMap::<Place, Outputs>::new();
        for (place, name, artifact) in collect(TABLE, &rows, one)? {
            outputs.entry(place).or_default().insert(name, artifact);
        }
        Ok(outputs)
    }
}

/// Returns what this machine is called, as its workers tell it.
fn host() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    told.map_or_else(|| "unknown".to_owned(), |name| name.trim().to_owned())
}

/// A stage of a run.
type Place = (RunId, StageId);

fn read(row: Reader<'_>) -> Result<(StageId, Done)> {
    let done = Done {
        run: row.parse("run")?,
        key: row.json("key")?,
        fingerprint: row.parse("fingerprint")?,
        outputs: Outputs::new(),
    };
    Ok((row.parse("stage")?, done))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Event, EventKind, Machine, StageStatus};
    use crate::store::StageRow;
    use crate::store::fixture::{block_on, new_run, stage_row, store_with_run};

    #[test]
    fn work_is_done_while_its_outputs_are_there_and_gone_afterwards() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let row = stage_row("dataset:prose", 0);
            let recipe = "rust-coder".parse().unwrap();
            let artifact = store.artifacts().put_bytes(b"data").unwrap();
            let outputs = Outputs::from([("train.parquet".to_owned(), artifact.clone())]);
            assert_eq!(store.ledger(&recipe, &[row.fingerprint]).await.unwrap(), Ledger::default());
            store.finish_stage(run, &row.stage, &outputs, 3).await.unwrap();
            let done = Done { run, key: row.key, fingerprint: row.fingerprint, outputs };
            let ledger = store.ledger(&recipe, &[row.fingerprint]).await.unwrap();
            assert_eq!(ledger.done, BTreeMap::from([(row.fingerprint, done.clone())]));
            assert!(ledger.newest.is_empty(), "nothing is to be explained");
            let other = Digest::of(b"of another plan");
            let ledger = store.ledger(&recipe, &[row.fingerprint, other]).await.unwrap();
            assert_eq!(ledger.newest, BTreeMap::from([(row.stage.clone(), done.clone())]));
            std::fs::remove_file(&artifact.path).unwrap();
            let ledger = store.ledger(&recipe, &[row.fingerprint]).await.unwrap();
            assert_eq!(ledger.gone, BTreeMap::from([(row.fingerprint, "train.parquet".to_owned())]));
            assert!(ledger.done.is_empty());
            assert_eq!(ledger.newest, BTreeMap::from([(row.stage, done)]));
            store.close().await;
        });
    }

    #[test]
    fn what_says_something_of_a_machine_counts_only_where_it_was_measured() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let recipe = "rust-coder".parse().unwrap();
            let key = serde_json::json!({ "metric": "tokens-per-second", "of-machine": true });
            let timed = |stage: &str, run: RunId, key: &serde_json::Value| StageRow {
                fingerprint: Digest::of_json(&(key, run)),
                key: key.clone(),
                ..stage_row(stage, 9)
            };
            let artifact = store.artifacts().put_bytes(b"metrics").unwrap();
            let outputs = Outputs::from([("metrics.json".to_owned(), artifact)]);
            let plain = serde_json::json!({ "metric": "loss" });
            let (here, elsewhere, any) = (host(), "another-machine".to_owned(), "another-machine".to_owned());
            let rows = [
                (timed("evaluate:general/speed", RunId::from_bits(7), &key), here),
                (timed("evaluate:general/latency", RunId::from_bits(8), &key), elsewhere),
                (timed("evaluate:general/loss", RunId::from_bits(9), &plain), any),
            ];
            for (row, host) in &rows {
                store.insert_stages(run, std::slice::from_ref(row)).await.unwrap();
                let machine = Machine { host: host.clone(), ..Machine::default() };
                let kind = EventKind::Started { pid: 1, machine: Box::new(machine) };
                let event = Event { version: 1, stage: row.stage.clone(), attempt: 1, sequence: 0, at_ms: 1, kind };
                store.append_events(run, &[event]).await.unwrap();
                store.finish_stage(run, &row.stage, &outputs, 3).await.unwrap();
            }
            let asked = rows.clone().map(|(row, _)| row.fingerprint);
            let done = store.ledger(&recipe, &asked).await.unwrap().done;
            let found: Vec<bool> = asked.iter().map(|fingerprint| done.contains_key(fingerprint)).collect();
            assert_eq!(
                found,
                [true, false, true],
                "measured here, elsewhere, and a number that is the same everywhere"
            );
            store.close().await;
        });
    }

    #[test]
    fn the_newest_work_of_a_stage_may_have_been_taken_from_an_older_run() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let first = stage_row("dataset:prose", 0);
            let artifact = store.artifacts().put_bytes(b"data").unwrap();
            let outputs = Outputs::from([("train.parquet".to_owned(), artifact)]);
            store.finish_stage(run, &first.stage, &outputs, 3).await.unwrap();
            let (second, third) = (RunId::from_bits(2), RunId::from_bits(3));
            store.insert_run(&new_run(second, 2)).await.unwrap();
            let changed = StageRow { fingerprint: Digest::of(b"changed"), ..first.clone() };
            store.insert_stages(second, std::slice::from_ref(&changed)).await.unwrap();
            store.finish_stage(second, &first.stage, &outputs, 4).await.unwrap();
            let recipe = "rust-coder".parse().unwrap();
            let newest = store.ledger(&recipe, &[]).await.unwrap().newest;
            assert_eq!(newest[&first.stage].fingerprint, changed.fingerprint);
            store.insert_run(&new_run(third, 10)).await.unwrap();
            let cached = StageRow { status: StageStatus::Cached, from_run: Some(run), ..first.clone() };
            store.insert_stages(third, &[cached]).await.unwrap();
            let newest = store.ledger(&recipe, &[]).await.unwrap().newest;
            assert_eq!((newest[&first.stage].fingerprint, newest[&first.stage].run), (first.fingerprint, run));
            store.close().await;
        });
    }
}
