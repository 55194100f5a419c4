//! Which datasets were prepared, and where the newest preparation of each stands: tables `stage_runs` and `runs`.

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

impl Store {
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
            store.finish_stage(run, &stage, &crate::plan::Outputs::new(), 30).await.unwrap();
            let later = RunId::from_bits(2);
            store.insert_run(&new_run(later, 50)).await.unwrap();
            let cached = StageRow { status: StageStatus::Cached, from_run: Some(run), ..stage_row("dataset:prose", 0) };
            store.insert_stages(later, &[cached]).await.unwrap();
            let [found] = store.datasets().await.unwrap().try_into().unwrap();
            assert_eq!((found.run, found.from_run, found.prepared_at_ms), (later, Some(run), Some(30)));
            let [first] = store.datasets_of_run(run).await.unwrap().try_into().unwrap();
            assert_eq!((first.run, first.from_run, first.stage), (run, None, stage));
            store.close().await;
        });
    }
}
