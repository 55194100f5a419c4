//! How fast and how long stages were, for estimates: tables `stage_runs`, `attempts` and `metrics`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::id::{Name, RunId, StageId};
use crate::plan::estimate::known::{PastDuration, PastTraining};
use crate::record::Machine;
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::Store;
use crate::store::row::{Reader, collect};

const TABLE: &str = "stage_runs";

/// The median speed of the steps of a training `s`, in tokens a second, or in records where there are no tokens; nothing where no step was measured.
const MEDIAN_SPEED: &str = "(select avg(value) from (
    select m.value, row_number() over (order by m.value) as n, count(*) over () as n_all
    from metrics m where m.run = s.run and m.stage = s.stage and m.name in ('tokens-per-second', 'records-per-second')
  ) where n in ((n_all + 1) / 2, (n_all + 2) / 2))";

impl Store {
    /// Returns the trainings that the newest runs finished themselves, the newest first; those of another time are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn past_trainings(&self, n_runs: u32, most: u32) -> Result<Vec<PastTraining>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "select s.run, s.stage, s.key, a.machine, {MEDIAN_SPEED} as speed
             from (select id, started_at_ms from runs order by started_at_ms desc, id desc limit ?1) r
             join stage_runs s on s.run = r.id and s.stage >= 'train:' and s.stage < 'train;' and s.status = 'finished'
             join attempts a on a.run = s.run and a.stage = s.stage and a.outcome = 'finished' and a.machine is not null
             order by r.started_at_ms desc, r.id desc, s.position
             limit ?2"
        ));
        let rows = sqlx::query(sql)
            .bind(n_runs)
            .bind(most)
            .fetch_all(self.reader())
            .await
            .map_err(sqlite("list past trainings"))?;
        let read = |row: Reader<'_>| {
            let (run, stage): (RunId, StageId) = (row.parse("run")?, row.parse("stage")?);
            let (key, machine): (Value, Machine) = (row.json("key")?, row.json("machine")?);
            let speed = row.get::<Option<f64>>("speed")?.filter(|speed| *speed > 0.0);
            Ok(speed.and_then(|speed| PastTraining::of_key(run, stage, &key, machine, speed)))
        };
        Ok(collect(TABLE, &rows, read)?.into_iter().flatten().collect())
    }

    /// Returns how long every stage of a recipe took when one of its newest runs last did it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn past_durations(&self, recipe: &Name, n_runs: u32) -> Result<BTreeMap<StageId, PastDuration>> {
        // SQLite takes the bare columns from the row with the maximum.
        let rows = sqlx::query(
            "select s.stage, s.run, (s.ended_at_ms - s.started_at_ms) / 1000.0 as seconds,
                    max(printf('%020d', r.started_at_ms) || r.id)
             from (select id, started_at_ms from runs where recipe = ?1 order by started_at_ms desc limit ?2) r
             join stage_runs s on s.run = r.id
             where s.status = 'finished' and s.started_at_ms is not null and s.ended_at_ms is not null
             group by s.stage",
        )
        .bind(recipe.as_str())
        .bind(n_runs)
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list how long stages took"))?;
        let read = |row: Reader<'_>| {
            let seconds = row.get::<f64>("seconds")?.max(0.0);
            Ok((row.parse("stage")?, PastDuration { run: row.parse("run")?, seconds }))
        };
        Ok(collect(TABLE, &rows, read)?.into_iter().collect())
    }

    /// Returns the median speed of the steps of every training that a run finished itself, in tokens a second.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn speeds_of_run(&self, run: RunId) -> Result<BTreeMap<StageId, f64>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "select s.stage, {MEDIAN_SPEED} as speed from stage_runs s
             where s.run = ?1 and s.stage >= 'train:' and s.stage < 'train;' and s.status = 'finished'"
        ));
        let rows = sqlx::query(sql)
            .bind(run.to_string())
            .fetch_all(self.reader())
            .await
            .map_err(sqlite("list the speeds of a run"))?;
        let speeds = collect(TABLE, &rows, |row| Ok((row.parse("stage")?, row.get::<Option<f64>>("speed")?)))?;
        Ok(speeds.into_iter().filter_map(|(stage, speed)| Some((stage, speed?))).collect())
    }

    /// Returns the most a number came to in every stage of a run that measured it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn peaks_of_run(&self, run: RunId, name: &str) -> Result<BTreeMap<StageId, f64>> {
        let rows =
            sqlx::query("select stage, max(value) as peak from metrics where run = ?1 and name = ?2 group by stage")
                .bind(run.to_string())
                .bind(name)
                .fetch_all(self.reader())
                .await
                .map_err(sqlite("list metrics"))?;
        Ok(collect(TABLE, &rows, |row| Ok((row.parse("stage")?, row.get("peak")?)))?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Outputs, Work, build};
    use crate::recipe::fixture::recipe;
    use crate::record::{Event, EventKind};
    use crate::store::StageRow;
    use crate::store::fixture::{block_on, stage_row, store_with_run};

    #[test]
    fn a_finished_training_tells_its_network_and_the_median_of_its_speed() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let plan = build(&recipe(""), &crate::plan::Sources::new());
            let stage: StageId = "train:general".parse().unwrap();
            let planned = plan.stage(&stage).unwrap();
            let row = StageRow { key: planned.key.clone(), ..stage_row("train:general", 1) };
            store.insert_stages(run, &[row]).await.unwrap();
            store.set_stage_status(run, &stage, crate::record::StageStatus::Running, 1000, None).await.unwrap();
            let mut kinds = vec![EventKind::Started { pid: 1, machine: Box::default() }];
            for (step, value) in [10.0, 900.0, 20.0, 30.0].into_iter().enumerate() {
                kinds.push(EventKind::Metric { name: "tokens-per-second".into(), step: step as u64, value });
            }
            kinds.push(EventKind::Metric { name: "peak-memory-bytes".into(), step: 4, value: 5e8 });
            kinds.push(EventKind::Finished);
            let event = |(sequence, kind)| {
                let stage = stage.clone();
                Event { version: Event::VERSION, stage, attempt: 1, sequence, at_ms: 1000, kind }
            };
            let events: Vec<_> = (0..).zip(kinds).map(event).collect();
            store.append_events(run, &events).await.unwrap();
            assert_eq!(store.past_trainings(9, 9).await.unwrap(), [], "it has not finished");
            store.finish_stage(run, &stage, &Outputs::new(), 3500).await.unwrap();
            let past = store.past_trainings(9, 9).await.unwrap();
            let Work::Train(work) = &planned.work else { unreachable!() };
            assert_eq!((past.len(), past[0].tokens_per_second), (1, 25.0));
            assert_eq!((&past[0].architecture, past[0].vocab_size), (&work.architecture, 300));
            assert_eq!(store.speeds_of_run(run).await.unwrap()[&stage], 25.0);
            assert_eq!(store.peaks_of_run(run, "peak-memory-bytes").await.unwrap()[&stage], 5e8);
            let durations = store.past_durations(&"rust-coder".parse().unwrap(), 9).await.unwrap();
            assert_eq!(durations, BTreeMap::from([(stage, PastDuration { run, seconds: 2.5 })]));
            store.close().await;
        });
    }
}
