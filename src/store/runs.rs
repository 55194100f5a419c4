//! Table `runs`: what was asked for, when, from which recipe and which sources; how did it end?

use serde::Serialize;
use serde_json::Value;

use crate::id::{Name, RunId};
use crate::record::RunStatus;
use crate::store::Result;
use crate::store::error::{StoreError, sqlite};
use crate::store::open::{Store, commit};
use crate::store::row::{Reader, collect, to_json};

const TABLE: &str = "runs";

/// A run that begins.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// Its id.
    pub id: RunId,
    /// The recipe's name.
    pub recipe: Name,
    /// The file the recipe came from, as it was given.
    pub recipe_file: String,
    /// The recipe's text as it was written.
    pub recipe_typed: String,
    /// The recipe as meant.
    pub recipe_resolved: Value,
    /// The plan.
    pub plan: Value,
    /// The values that were set on the command line.
    pub overrides: Vec<String>,
    /// Where the recipe and the program came from.
    pub provenance: Value,
    /// The run this one does again.
    pub reproduces: Option<RunId>,
    /// When it began, in milliseconds since 1970 UTC.
    pub started_at_ms: i64,
}

/// A run, whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// The recipe's name.
    pub recipe: Name,
    /// The file the recipe came from, as it was given.
    pub recipe_file: String,
    /// The recipe's text as it was written.
    pub recipe_typed: String,
    /// The recipe as meant.
    pub recipe_resolved: Value,
    /// The plan.
    pub plan: Value,
    /// The values that were set on the command line.
    pub overrides: Vec<String>,
    /// Where the recipe and the program came from.
    pub provenance: Value,
    /// The run this one does again.
    pub reproduces: Option<RunId>,
    /// Its state.
    pub status: RunStatus,
    /// How it ended, in words.
    pub explanation: Option<String>,
    /// When it began, in milliseconds since 1970 UTC.
    pub started_at_ms: i64,
    /// When it ended, in milliseconds since 1970 UTC.
    pub ended_at_ms: Option<i64>,
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunSummary {
    /// Its id.
    pub id: RunId,
    /// The recipe's name.
    pub recipe: Name,
    /// The file the recipe came from, as it was given.
    pub recipe_file: String,
    /// Its state.
    pub status: RunStatus,
    /// How it ended, in words.
    pub explanation: Option<String>,
    /// The run this one does again.
    pub reproduces: Option<RunId>,
    /// The number of its stages.
    pub stages: u64,
    /// How many of them did their work in this run.
    pub stages_finished: u64,
    /// How many of them took the outputs of an earlier run.
    pub stages_cached: u64,
    /// When it began, in milliseconds since 1970 UTC.
    pub started_at_ms: i64,
    /// When it ended, in milliseconds since 1970 UTC.
    pub ended_at_ms: Option<i64>,
}

const SUMMARY: &str = "
select id, recipe, recipe_file, status, explanation, reproduces, started_at_ms, ended_at_ms,
       (select count(*) from stage_runs where run = id) as stages,
       (select count(*) from stage_runs where run = id and status = 'finished') as stages_finished,
       (select count(*) from stage_runs where run = id and status = 'cached') as stages_cached
from runs";

impl Store {
    /// Records that a run begins.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_run(&self, run: &NewRun) -> Result<()> {
        let NewRun {
            id,
            recipe,
            recipe_file,
            recipe_typed,
            recipe_resolved,
            plan,
            overrides,
            provenance,
            reproduces,
            started_at_ms,
        } = run;
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert into runs (id, short_id, recipe, recipe_file, recipe_typed, recipe_resolved, plan, overrides,
                               provenance, reproduces, status, started_at_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'running', ?11)",
        )
        .bind(id.to_string())
        .bind(id.short())
        .bind(recipe.as_str())
        .bind(recipe_file)
        .bind(recipe_typed)
        .bind(recipe_resolved.to_string())
        .bind(plan.to_string())
        .bind(to_json(overrides))
        .bind(provenance.to_string())
        .bind(reproduces.map(|run| run.to_string()))
        .bind(started_at_ms)
        .execute(&mut *transaction)
        .await
        .map_err(sqlite("record a run"))?;
        commit(transaction).await
    }

    /// Records how a run ended.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_run(&self, run: RunId, status: RunStatus, at_ms: i64, explanation: Option<&str>) -> Result<()> {
        self.set_run(run, status, Some(at_ms), explanation).await
    }

    /// Records that an interrupted or failed run goes on.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn reopen_run(&self, run: RunId) -> Result<()> {
        self.set_run(run, RunStatus::Running, None, None).await
    }

    async fn set_run(&self, run: RunId, status: RunStatus, at_ms: Option<i64>, why: Option<&str>) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query("update runs set status = ?2, ended_at_ms = ?3, explanation = ?4 where id = ?1")
            .bind(run.to_string())
            .bind(status.word())
            .bind(at_ms)
            .bind(why)
            .execute(&mut *transaction)
            .await
            .map_err(sqlite("record how a run ended"))?;
        commit(transaction).await
    }

    /// Returns the newest runs, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn runs(&self, limit: u32) -> Result<Vec<RunSummary>> {
        let sql = sqlx::AssertSqlSafe(format!("{SUMMARY} order by started_at_ms desc, id desc limit ?1"));
        let rows = sqlx::query(sql).bind(limit).fetch_all(self.reader()).await.map_err(sqlite("list runs"))?;
        collect(TABLE, &rows, summary)
    }

    /// Returns the runs that did not end or can go on, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unfinished_runs(&self) -> Result<Vec<RunSummary>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "{SUMMARY} where status in ('running', 'interrupted') order by started_at_ms desc, id desc"
        ));
        let rows = sqlx::query(sql).fetch_all(self.reader()).await.map_err(sqlite("list runs"))?;
        collect(TABLE, &rows, summary)
    }

    /// Returns the newest run of a recipe.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn latest_run_of(&self, recipe: &Name) -> Result<Option<RunRow>> {
        let row = sqlx::query("select * from runs where recipe = ?1 order by started_at_ms desc, id desc limit 1")
            .bind(recipe.as_str())
            .fetch_optional(self.reader())
            .await
            .map_err(sqlite("find a run"))?;
        row.map(|row| whole(Reader::new(TABLE, &row))).transpose()
    }

    /// Returns the run with this id.
    ///
    /// # Errors
    /// When there is none.
    pub async fn run(&self, id: RunId) -> Result<RunRow> {
        self.run_by_prefix(&id.to_string()).await
    }

    /// Returns the run a person means: a whole id, the short id (its last 8 digits), the beginning of either, or `latest`.
    ///
    /// # Errors
    /// When there is none, and when there is more than one.
    pub async fn run_by_prefix(&self, text: &str) -> Result<RunRow> {
        let plain: String = text.trim().to_ascii_lowercase();
        let is_hex = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let sql = match plain.as_str() {
            "latest" => "select * from runs where ?1 <> '' order by started_at_ms desc, id desc limit 1",
            // A prefix is compared as a range, which an index answers; `g` comes after every hexadecimal digit.
            _ if is_hex => {
                "select * from runs where short_id >= ?1 and short_id < ?1 || 'g'
                 union select * from runs where id >= ?1 and id < ?1 || 'g' order by started_at_ms desc limit 10"
            }
            _ => "select * from runs where ?1 <> ?1",
        };
        let rows = sqlx::query(sql).bind(&plain).fetch_all(self.reader()).await.map_err(sqlite("find a run"))?;
        match rows.as_slice() {
            [row] => whole(Reader::new(TABLE, row)),
            [] => Err(StoreError::UnknownRun { text: text.to_owned(), newest: self.newest_short_ids().await? }),
            several => {
                let candidates = collect(TABLE, several, |row| Ok(row.parse::<RunId>("id")?.short()))?;
                Err(StoreError::AmbiguousRun { text: text.to_owned(), candidates })
            }
        }
    }

    async fn newest_short_ids(&self) -> Result<Vec<String>> {
        sqlx::query_scalar("select short_id from runs order by started_at_ms desc, id desc limit 3")
            .fetch_all(self.reader())
            .await
            .map_err(sqlite("list runs"))
    }
}

fn summary(row: Reader<'_>) -> Result<RunSummary> {
    Ok(RunSummary {
        id: row.parse("id")?,
        recipe: row.parse("recipe")?,
        recipe_file: row.get("recipe_file")?,
        status: row.word("status")?,
        explanation: row.get("explanation")?,
        reproduces: row.parse_some("reproduces")?,
        stages: row.count("stages")?,
        stages_finished: row.count("stages_finished")?,
        stages_cached: row.count("stages_cached")?,
        started_at_ms: row.get("started_at_ms")?,
        ended_at_ms: row.get("ended_at_ms")?,
    })
}

fn whole(row: Reader<'_>) -> Result<RunRow> {
    Ok(RunRow {
        id: row.parse("id")?,
        recipe: row.parse("recipe")?,
        recipe_file: row.get("recipe_file")?,
        recipe_typed: row.get("recipe_typed")?,
        recipe_resolved: row.json("recipe_resolved")?,
        plan: row.json("plan")?,
        overrides: row.json("overrides")?,
        provenance: row.json("provenance")?,
        reproduces: row.parse_some("reproduces")?,
        status: row.word("status")?,
        explanation: row.get("explanation")?,
        started_at_ms: row.get("started_at_ms")?,
        ended_at_ms: row.get("ended_at_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Exit, Explain as _};
    use crate::store::fixture::{block_on, new_run, store};

    #[test]
    fn a_run_is_found_by_its_id_its_short_id_and_as_the_latest() {
        block_on(async {
            let (_project, store) = store().await;
            let run = RunId::from_bits(0x0190_0000_0000_7000_8000_0000_abcd_1234);
            store.insert_run(&new_run(run, 5)).await.unwrap();
            for text in [run.to_string().as_str(), "abcd1234", "abcd", "ABCD1234", "latest", "01900000"] {
                assert_eq!(store.run_by_prefix(text).await.unwrap().id, run, "{text}");
            }
            store.end_run(run, RunStatus::Failed, 9, Some("a gate was broken")).await.unwrap();
            let row = store.run(run).await.unwrap();
            assert_eq!((row.status, row.ended_at_ms), (RunStatus::Failed, Some(9)));
            assert_eq!(row.explanation.as_deref(), Some("a gate was broken"));
            store.close().await;
        });
    }

    #[test]
    fn an_unknown_run_names_the_newest_and_an_ambiguous_one_its_candidates() {
        block_on(async {
            let (_project, store) = store().await;
            let (one, two) = (RunId::from_bits(0xaa01), RunId::from_bits(0xbb02));
            store.insert_run(&new_run(one, 1)).await.unwrap();
            store.insert_run(&new_run(two, 2)).await.unwrap();
            for text in ["ffff", "%", "", "x' or 1=1 --"] {
                let error = store.run_by_prefix(text).await.unwrap_err();
                assert_eq!(error.exit(), Exit::BadInput);
                assert!(error.hint().unwrap().contains("`0000bb02`, `0000aa01`"), "{text}: {:?}", error.hint());
            }
            let error = store.run_by_prefix("0000").await.unwrap_err();
            assert!(
                matches!(error, StoreError::AmbiguousRun { ref candidates, .. } if candidates.len() == 2),
                "{error}"
            );
            assert_eq!(store.runs(1).await.unwrap()[0].id, two);
            assert_eq!(store.unfinished_runs().await.unwrap().len(), 2);
            store.close().await;
        });
    }
}
