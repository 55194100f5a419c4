//! What the tests of this folder begin with: real files in a folder of their own.

use serde_json::json;
use tempfile::TempDir;

use crate::artifact::Workspace;
use crate::id::{Digest, RunId};
use crate::record::StageStatus;
use crate::store::{NewRun, StageRow, Store};

/// Runs a test that waits.
pub(crate) fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// Returns a new database.
pub(crate) async fn store() -> (TempDir, Store) {
    let project = tempfile::tempdir().unwrap();
    let store = Store::open(&Workspace::create(project.path()).unwrap()).await.unwrap();
    (project, store)
}

/// Returns a new database with a run of two stages.
pub(crate) async fn store_with_run() -> (TempDir, Store, RunId) {
    let (project, store) = store().await;
    let run = RunId::from_bits(1);
    store.insert_run(&new_run(run, 1)).await.unwrap();
    store.insert_stages(run, &[stage_row("dataset:prose", 0), stage_row("train:general", 1)]).await.unwrap();
    (project, store, run)
}

/// Returns a run that begins.
pub(crate) fn new_run(id: RunId, started_at_ms: i64) -> NewRun {
    NewRun {
        id,
        recipe: "rust-coder".parse().unwrap(),
        recipe_file: "recipes/rust-coder.yaml".into(),
        recipe_typed: "version: 1\n".into(),
        recipe_resolved: json!({ "version": 1 }),
        plan: json!({ "stages": [] }),
        overrides: vec!["run.seed=7".into()],
        provenance: json!({}),
        reproduces: None,
        started_at_ms,
    }
}

/// Returns a stage that waits.
pub(crate) fn stage_row(stage: &str, position: u32) -> StageRow {
    let key = json!({ "stage": stage });
    StageRow {
        stage: stage.parse().unwrap(),
        position,
        fingerprint: Digest::of_json(&key),
        key,
        status: StageStatus::Waiting,
        reason: Some("never done before".into()),
        from_run: None,
    }
}
