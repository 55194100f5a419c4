//! Tables `artifacts` and `stage_outputs`: which files did a stage make, and which files does anything need?

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Sqlite, Transaction};

use crate::id::{Digest, RunId, StageId};
use crate::plan::Outputs;
use crate::record::{ArtifactRef, StageStatus};
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::{Store, commit};
use crate::store::row::{Reader, collect, to_integer};
use crate::store::stage_runs::set_status;

const TABLE: &str = "stage_outputs";

impl Store {
    /// Records what came out of a stage, in place of what was recorded before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn record_outputs(&self, run: RunId, stage: &StageId, outputs: &Outputs, at_ms: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        replace_outputs(&mut transaction, run, stage, outputs, at_ms).await?;
        commit(transaction).await
    }

    /// Records what came out of a stage, and that it is finished, both or neither.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn finish_stage(&self, run: RunId, stage: &StageId, outputs: &Outputs, at_ms: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        replace_outputs(&mut transaction, run, stage, outputs, at_ms).await?;
        set_status(&mut transaction, run, stage, StageStatus::Finished, at_ms, None).await?;
        commit(transaction).await
    }

    /// Returns what came out of a stage: its own outputs, or those it took from an earlier run.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outputs_of(&self, run: RunId, stage: &StageId) -> Result<Outputs> {
        Ok(self.outputs_of_run(run).await?.remove(stage).unwrap_or_default())
    }

    /// Returns what came out of every stage of a run: its own outputs, or those it took from an earlier run.
    ///
    /// The stage of the earlier run did the same work, and may have been called otherwise there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outputs_of_run(&self, run: RunId) -> Result<BTreeMap<StageId, Outputs>> {
        let rows = sqlx::query(
            "select s.stage, o.name, o.digest, a.bytes
             from stage_runs s
             join stage_runs done on done.run = coalesce(s.from_run, s.run) and done.fingerprint = s.fingerprint
                  and (s.from_run is not null or done.stage = s.stage)
             join stage_outputs o on o.run = done.run and o.stage = done.stage
             join artifacts a on a.digest = o.digest
             where s.run = ?1",
        )
        .bind(run.to_string())
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list the outputs of a run"))?;
        let mut outputs = BTreeMap::<StageId, Outputs>::new();
        for row in rows {
            let row = Reader::new(TABLE, &row);
            outputs.entry(row.parse("stage")?).or_default().insert(row.get("name")?, self.artifact(&row)?);
        }
        Ok(outputs)
    }

    /// Returns the artifact a row speaks of: columns `digest` and `bytes`.
    pub(super) fn artifact(&self, row: &Reader<'_>) -> Result<ArtifactRef> {
        let digest: Digest = row.parse("digest")?;
        Ok(ArtifactRef { path: self.artifacts().path(digest), digest, bytes: row.count("bytes")? })
    }

    /// Returns every artifact that a run or the zoo needs.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn artifact_digests_in_use(&self) -> Result<BTreeSet<Digest>> {
        let rows = sqlx::query(
            "select digest from stage_outputs
             union select weights from model_versions
             union select tokenizer from model_versions
             union select card from model_versions",
        )
        .fetch_all(self.reader())
        .await
        .map_err(sqlite("list the artifacts in use"))?;
        Ok(collect(TABLE, &rows, |row| row.parse("digest"))?.into_iter().collect())
    }
}

async fn replace_outputs(
    transaction: &mut Transaction<'static, Sqlite>,
    run: RunId,
    stage: &StageId,
    outputs: &Outputs,
    at_ms: i64,
) -> Result<()> {
    sqlx::query("delete from stage_outputs where run = ?1 and stage = ?2")
        .bind(run.to_string())
        .bind(stage.to_string())
        .execute(&mut **transaction)
        .await
        .map_err(sqlite("record outputs"))?;
    for (name, artifact) in outputs {
        insert_artifact(transaction, artifact.digest, artifact.bytes, at_ms).await?;
        sqlx::query("insert into stage_outputs (run, stage, name, digest) values (?1, ?2, ?3, ?4)")
            .bind(run.to_string())
            .bind(stage.to_string())
            .bind(name)
            .bind(artifact.digest.to_string())
            .execute(&mut **transaction)
            .await
            .map_err(sqlite("record outputs"))?;
    }
    Ok(())
}

/// Records that a file was made; a file that was made before stays as it is.
pub(super) async fn insert_artifact(
    transaction: &mut Transaction<'static, Sqlite>,
    digest: Digest,
    bytes: u64,
    at_ms: i64,
) -> Result<()> {
    sqlx::query("insert into artifacts (digest, bytes, created_at_ms) values (?1, ?2, ?3) on conflict do nothing")
        .bind(digest.to_string())
        .bind(to_integer(bytes))
        .bind(at_ms)
        .execute(&mut **transaction)
        .await
        .map_err(sqlite("record an artifact"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StageRow;
    use crate::store::fixture::{block_on, new_run, stage_row, store_with_run};

    #[test]
    fn a_cached_stage_shows_the_outputs_it_took() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let stage: StageId = "dataset:prose".parse().unwrap();
            let artifact = store.artifacts().put_bytes(b"{}").unwrap();
            let outputs = Outputs::from([("report.json".to_owned(), artifact.clone())]);
            store.finish_stage(run, &stage, &outputs, 3).await.unwrap();
            store.finish_stage(run, &stage, &outputs, 3).await.unwrap();
            let later = RunId::from_bits(2);
            store.insert_run(&new_run(later, 2)).await.unwrap();
            let cached = StageRow { status: StageStatus::Cached, from_run: Some(run), ..stage_row("dataset:prose", 0) };
            store.insert_stages(later, &[cached]).await.unwrap();
            assert_eq!(store.outputs_of(later, &stage).await.unwrap(), outputs);
            assert_eq!(store.stages_of_run(later).await.unwrap()[0].outputs, outputs);
            assert_eq!(store.artifact_digests_in_use().await.unwrap(), BTreeSet::from([artifact.digest]));
            store.close().await;
        });
    }
}
