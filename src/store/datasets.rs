//! Which datasets were prepared, and where the newest preparation of each stands: tables `stage_runs` and `runs`.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::id::{Digest, Name, RunId, StageId};
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::Store;
use crate::store::row::{Reader, collect};

const TABLE: &str = "stage_runs";

/// A dataset that was prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PreparedDataset {
    /// The recipe.
    pub recipe: Name,
    /// The stage: `dataset:prose`.
    pub stage: StageId,
    /// The run it belongs to.
    pub run: RunId,
    /// The run that did the work, where it was taken from an earlier one.
    pub from_run: Option<RunId>,
    /// The digest of everything that could change it.
    pub fingerprint: Digest,
    /// When the work ended, in milliseconds since 1970 UTC.
    pub prepared_at_ms: Option<i64>,
}

/// The finished dataset stages; a stage that was taken from an earlier run ended when its work did.
const PREPARED: &str = "
select r.recipe, s.stage, s.run, s.from_run, s.fingerprint, r.started_at_ms,
       (select max(done.ended_at_ms) from stage_runs done
        where done.run = coalesce(s.from_run, s.run) and done.fingerprint = s.fingerprint) as prepared_at_ms
from stage_runs s
join runs r on r.id = s.run
where s.stage >= 'dataset:' and s.stage < 'dataset;' and s.status in ('finished', 'cached')";

/// The fingerprints of preparations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preparations {
    /// Of every preparation that any run has planned.
    pub all: BTreeSet<Digest>,
    /// Of the newest of each dataset of each recipe, and of the newest that was finished.
    pub newest: BTreeSet<Digest>,
}

impl Store {
    /// Returns the fingerprints of all preparations, and which of them are the newest.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn preparations(&self) -> Result<Preparations> {
        let rows = sqlx::query(
            "select s.fingerprint,
                    row_number() over (partition by r.recipe, s.stage order by r.started_at_ms desc, r.id desc) = 1
                    or row_number() over (partition by r.recipe, s.stage, s.status in ('finished', 'cached')
                                          order by r.started_at_ms desc, r.id desc) = 1
                       and s.status in ('finished', 'cached') as is_newest
             from stage_runs s
             join runs r on r.id = s.run
             where s.stage >= 'dataset:' and s.stage < 'dataset;'",
        )
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list preparations"))?;
        let mut preparations = Preparations::default();
        for (fingerprint, is_newest) in
            collect(TABLE, &rows, |row| Ok((row.parse("fingerprint")?, row.get::<bool>("is_newest")?)))?
        {
            preparations.all.insert(fingerprint);
            if is_newest {
                preparations.newest.insert(fingerprint);
            }
        }
        Ok(preparations)
    }

    /// Returns the newest preparation of every dataset of every recipe, by recipe and name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn datasets(&self) -> Result<Vec<PreparedDataset>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "select * from (
                select *, row_number() over (partition by recipe, stage order by started_at_ms desc, run desc) as newest
                from ({PREPARED})
             ) where newest = 1 order by recipe, stage"
        ));
        let rows = sqlx::query(sql).fetch_all(self.reader()).await.map_err(sqlite("list datasets"))?;
        collect(TABLE, &rows, dataset)
    }

    /// Returns the datasets a run has prepared or taken, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn datasets_of_run(&self, run: RunId) -> Result<Vec<PreparedDataset>> {
        let sql = sqlx::AssertSqlSafe(format!("{PREPARED} and s.run = ?1 order by s.stage"));
        let rows = sqlx::query(sql).bind(run.to_string()).fetch_all(self.reader()).await;
        collect(TABLE, &rows.map_err(sqlite("list the datasets of a run"))?, dataset)
    }
}

fn dataset(row: Reader<'_>) -> Result<PreparedDataset> {
    Ok(PreparedDataset {
        recipe: row.parse("recipe")?,
        stage: row.parse("stage")?,
        run: row.parse("run")?,
        from_run: row.parse_some("from_run")?,
        fingerprint: row.parse("fingerprint")?,
        prepared_at_ms: row.get("prepared_at_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::StageStatus;
    use crate::store::StageRow;
    use crate::store::fixture::{block_on, new_run, stage_row, store_with_run};

    #[test]
    fn the_newest_preparation_of_a_dataset_is_found_and_tells_when_the_work_was_done() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let stage: StageId = "dataset:prose".parse().unwrap();
            assert_eq!(store.datasets().await.unwrap(), []);
            let fingerprint = stage_row("dataset:prose", 0).fingerprint;
            let only = BTreeSet::from([fingerprint]);
            assert_eq!(store.preparations().await.unwrap(), Preparations { all: only.clone(), newest: only.clone() });
            store.finish_stage(run, &stage, &crate::plan::Outputs::new(), 30).await.unwrap();
            let later = RunId::from_bits(2);
            store.insert_run(&new_run(later, 50)).await.unwrap();
            let cached = StageRow { status: StageStatus::Cached, from_run: Some(run), ..stage_row("dataset:prose", 0) };
            store.insert_stages(later, &[cached]).await.unwrap();
            let [found] = store.datasets().await.unwrap().try_into().unwrap();
            assert_eq!((found.run, found.from_run, found.prepared_at_ms), (later, Some(run), Some(30)));
            let [first] = store.datasets_of_run(run).await.unwrap().try_into().unwrap();
            assert_eq!((first.run, first.from_run, first.stage), (run, None, stage.clone()));
            // A preparation that began later and a finished one are both needed, and none in between.
            for (i, name) in [b"cut", b"new"].into_iter().enumerate() {
                let run = RunId::from_bits(3 + i as u128);
                store.insert_run(&new_run(run, 60 + i as i64)).await.unwrap();
                let row = StageRow { fingerprint: Digest::of(name), ..stage_row("dataset:prose", 0) };
                store.insert_stages(run, &[row]).await.unwrap();
            }
            let found = store.preparations().await.unwrap();
            assert_eq!(found.newest, BTreeSet::from([fingerprint, Digest::of(b"new")]));
            assert_eq!(found.all, BTreeSet::from([fingerprint, Digest::of(b"cut"), Digest::of(b"new")]));
            store.close().await;
        });
    }
}
