//! Runs in which something goes wrong.

use super::succeeding::{good_workers, lineage};
use super::*;
use crate::error::Exit;
use crate::execute::executor::{Outcome, ProcessExecutor, ScriptedExecutor};
use crate::record::{FailureClass, RunStatus};

fn fails(class: FailureClass) -> Outcome {
    Outcome::Fail { class, message: "no such file".to_owned() }
}

#[test]
fn a_stage_that_fails_leaves_the_independent_ones_running() {
    block_on(async {
        let world = World::new();
        let mut executor = good_workers().with(id("evaluate:general/ppl"), fails(FailureClass::BadInput));
        let outcome = world.run(&mut executor, &lineage()).await;
        assert_eq!((outcome.status, outcome.exit()), (RunStatus::Failed, Exit::BadInput));
        let expected = expected(&[
            ("dataset:prose", StageStatus::Finished),
            ("evaluate:general/ppl", StageStatus::Failed),
            ("evaluate:industry/ppl", StageStatus::Finished),
            ("gate:industry/ppl", StageStatus::Skipped),
            ("sample:hello", StageStatus::Finished),
        ]);
        assert_eq!(ends(&outcome), expected);
        assert_eq!(world.statuses().await, expected);
        let store = world.store().await;
        let why = store.run(world.run).await.unwrap().explanation;
        assert_eq!(why.as_deref(), Some("`evaluate:general/ppl`: no such file"));
        store.close().await;
    });
}

#[test]
fn a_worker_that_dies_is_tried_again_in_a_new_attempt() {
    block_on(async {
        let world = World::new();
        let dies = |executor: ScriptedExecutor| executor.with(id("dataset:prose"), Outcome::Die);
        let mut executor = dies(dies(good_workers()));
        let outcome = world.run(&mut executor, &lineage()).await;
        assert_eq!(outcome.status, RunStatus::Succeeded, "{outcome:?}");
        assert_eq!(executor.started()[..3], [1, 2, 3].map(|attempt| (id("dataset:prose"), attempt)));
        let store = world.store().await;
        let attempts = store.attempts_of(world.run, &id("dataset:prose")).await.unwrap();
        assert_eq!(attempts.len(), 3);
        assert_eq!(attempts[0].failure, Some(FailureClass::Infrastructure), "a death is recorded as a failure");
        store.close().await;
    });
}

#[test]
fn a_worker_that_dies_too_often_fails_its_stage() {
    block_on(async {
        let world = World::new();
        let mut executor = ScriptedExecutor::default();
        for _ in 0..3 {
            executor = executor.with(id("sample:hello"), Outcome::Die);
        }
        let outcome = world.run(&mut executor, &lineage()).await;
        assert_eq!(outcome.exit(), Exit::Failed);
        assert_eq!(ends(&outcome)[4].1, StageStatus::Failed);
    });
}

#[test]
fn an_output_that_is_not_what_its_worker_told_is_refused() {
    block_on(async {
        let world = World::new();
        let mut executor = good_workers().with(id("sample:hello"), Outcome::Lie);
        let outcome = world.run(&mut executor, &lineage()).await;
        assert_eq!(outcome.exit(), Exit::Integrity);
        assert!(outcome.stages[4].explanation.as_ref().unwrap().contains("digest"), "{outcome:?}");
    });
}

#[test]
fn a_gate_that_is_broken_fails_the_run_and_says_by_how_much() {
    block_on(async {
        let world = World::new();
        let worse = ScriptedExecutor::default().with(id("evaluate:industry/ppl"), Outcome::Finish { value: 12.0 });
        let outcome = world.run(&mut { worse }, &lineage()).await;
        assert_eq!((outcome.status, outcome.exit()), (RunStatus::Failed, Exit::Failed));
        let gate = &outcome.stages[3];
        assert_eq!(gate.explanation.as_deref(), Some("12 is 20.0 % worse than general's 10, required: less"));
        assert_eq!(ends(&outcome)[4].1, StageStatus::Finished);
        let store = world.store().await;
        assert!(!store.gates_of_run(world.run).await.unwrap()[0].result.passed);
        store.close().await;
        let judged = world.judge(&lineage()).await;
        assert!(!judged.stages[3].is_fresh(), "a broken gate is judged again");
    });
}

#[test]
fn without_an_engine_nothing_is_begun() {
    block_on(async {
        let world = World::new();
        let mut executor = ProcessExecutor::new(Some("/nowhere/pedigree-engine".into()));
        let error = world.run_with(&mut executor, &lineage(), world.beginning(), |_| {}).await.unwrap_err();
        assert_eq!(crate::error::Explain::exit(&error), Exit::BadInput);
        let store = world.store().await;
        assert!(store.runs(10).await.unwrap().is_empty());
        store.close().await;
    });
}
