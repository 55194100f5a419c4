//! Runs that are stopped, and runs whose manager dies.

use super::succeeding::{good_workers, lineage};
use super::*;
use crate::error::Exit;
use crate::execute::executor::{Outcome, ScriptedExecutor};
use crate::execute::recover::recover;
use crate::execute::task_folder::TaskFolder;
use crate::record::{Event, EventKind, RunStatus};

fn hangs() -> ScriptedExecutor {
    good_workers().with(id("dataset:prose"), Outcome::Hang)
}

/// Runs until the dataset is on its way, then wishes for an end.
async fn stopped(world: &World, wish: StopWish) -> RunOutcome {
    let sender = world.wish.clone();
    let react = move |line: &str| {
        if line == "started dataset:prose 1" {
            sender.send_replace(wish);
        }
    };
    world.run_with(&mut hangs(), &lineage(), world.beginning(), react).await.unwrap()
}

#[test]
fn a_run_that_is_stopped_is_interrupted_and_goes_on_as_the_same_run() {
    block_on(async {
        let world = World::new();
        let outcome = stopped(&world, StopWish::Gracefully).await;
        assert_eq!((outcome.status, outcome.exit()), (RunStatus::Interrupted, Exit::Interrupted));
        let statuses: Vec<_> = world.statuses().await.into_iter().map(|(_, status)| status).collect();
        assert_eq!(statuses[0], StageStatus::Interrupted);
        assert!(statuses[1..].iter().all(|status| *status == StageStatus::Skipped));
        let outcome = world.resume(&mut good_workers(), &lineage()).await;
        assert_eq!(outcome.status, RunStatus::Succeeded);
        assert!(world.has_heard("started dataset:prose 2"));
        let rows = world.rows().await;
        assert_eq!(rows.len(), 5, "the stages are the same rows");
        assert!(rows.iter().all(|row| row.status == StageStatus::Finished && row.explanation.is_none()));
    });
}

#[test]
fn a_second_wish_ends_workers_at_once_and_they_can_go_on_too() {
    block_on(async {
        let world = World::new();
        let outcome = stopped(&world, StopWish::Now).await;
        assert_eq!(outcome.status, RunStatus::Interrupted);
        assert_eq!(ends(&outcome)[0].1, StageStatus::Interrupted);
    });
}

#[test]
fn a_run_whose_budget_is_spent_is_interrupted_for_want_of_time_and_goes_on_with_a_new_one() {
    block_on(async {
        let mut world = World::new();
        // Spent as soon as anybody looks; what was begun by then saves and stops.
        world.budget = Budget::beginning(Instant::now(), 0.0);
        let outcome = world.run(&mut hangs(), &lineage()).await;
        assert_eq!((outcome.status, outcome.exit()), (RunStatus::Interrupted, Exit::Resources));
        assert!(world.has_heard("stopping: the recipe's 0 hours are spent"));
        let store = world.store().await;
        let row = store.run(world.run).await.unwrap();
        store.close().await;
        assert_eq!(row.explanation.as_deref(), Some("the recipe's 0 hours are spent"));
        let rows = world.rows().await;
        assert_eq!(rows[0].status, StageStatus::Interrupted);
        assert!(rows[1..].iter().all(|row| row.explanation.as_deref() == Some("the recipe's 0 hours are spent")));
        world.budget = Budget::beginning(Instant::now(), 1.0);
        let outcome = world.resume(&mut good_workers(), &lineage()).await;
        assert_eq!((outcome.status, outcome.exit()), (RunStatus::Succeeded, Exit::Done));
        assert!(world.has_heard("started dataset:prose 2") && !world.has_heard("stopping: the recipe's hour is spent"));
    });
}

#[test]
fn whoever_wishes_for_an_end_before_the_budget_is_spent_is_the_one_who_stopped_the_run() {
    block_on(async {
        let mut world = World::new();
        world.budget = Budget::beginning(Instant::now(), 0.0);
        world.wish.send_replace(StopWish::Gracefully);
        let outcome = world.run(&mut hangs(), &lineage()).await;
        assert_eq!((outcome.status, outcome.exit()), (RunStatus::Interrupted, Exit::Interrupted));
        assert!(!world.has_heard("stopping: the recipe's 0 hours are spent"));
    });
}

#[test]
fn a_second_wish_counts_after_the_budget_is_spent() {
    block_on(async {
        let mut world = World::new();
        world.budget = Budget::beginning(Instant::now(), 0.0);
        let sender = world.wish.clone();
        let react = move |line: &str| {
            if line.starts_with("stopping") {
                sender.send_replace(StopWish::Now);
            }
        };
        let outcome = world.run_with(&mut hangs(), &lineage(), world.beginning(), react).await.unwrap();
        assert_eq!((outcome.status, outcome.exit()), (RunStatus::Interrupted, Exit::Resources));
    });
}

#[test]
fn a_resumed_run_does_not_do_again_what_it_has_done() {
    block_on(async {
        let world = World::new();
        let sender = world.wish.clone();
        let react = move |line: &str| {
            if line == "started sample:hello 1" {
                sender.send_replace(StopWish::Gracefully);
            }
        };
        let mut executor = good_workers().with(id("sample:hello"), Outcome::Hang);
        world.run_with(&mut executor, &lineage(), world.beginning(), react).await.unwrap();
        let mut again = good_workers();
        let outcome = world.resume(&mut again, &lineage()).await;
        assert_eq!(outcome.status, RunStatus::Succeeded);
        assert!(again.started().iter().all(|(stage, _)| *stage != id("dataset:prose")));
        assert!(world.rows().await.iter().all(|row| row.status == StageStatus::Finished));
    });
}

#[test]
fn the_next_manager_calls_the_run_of_a_dead_one_interrupted() {
    block_on(async {
        let world = World::new();
        world.die_after(&mut hangs(), &lineage(), "started dataset:prose 1").await;
        let lock = ManagerLock::take(&world.workspace, RunId::from_bits(2)).unwrap();
        let store = world.store().await;
        assert!(recover(&store, &lock, Some(world.run)).await.unwrap().is_empty(), "a resumed run is left alone");
        assert_eq!(recover(&store, &lock, None).await.unwrap().len(), 1);
        let row = store.run(world.run).await.unwrap();
        assert_eq!((row.status, row.explanation.as_deref()), (RunStatus::Interrupted, Some("its manager died")));
        assert_eq!(store.stages_of_run(world.run).await.unwrap()[0].status, StageStatus::Interrupted);
        store.close().await;
    });
}

#[test]
fn a_dead_worker_of_a_dead_manager_is_followed_by_a_new_attempt() {
    block_on(async {
        let world = World::new();
        world.die_after(&mut hangs(), &lineage(), "started dataset:prose 1").await;
        let outcome = world.resume(&mut good_workers(), &lineage()).await;
        assert_eq!(outcome.status, RunStatus::Succeeded);
        assert!(world.has_heard("started dataset:prose 2"));
    });
}

#[test]
fn what_was_finished_while_no_manager_watched_is_taken() {
    block_on(async {
        let world = World::new();
        let plan = lineage();
        world.die_after(&mut hangs(), &plan, "started dataset:prose 1").await;
        finish_by_hand(&world, &plan);
        let mut executor = good_workers();
        let outcome = world.resume(&mut executor, &plan).await;
        assert_eq!(outcome.status, RunStatus::Succeeded, "{outcome:?}");
        assert!(executor.started().iter().all(|(stage, _)| *stage != id("dataset:prose")));
        assert_eq!(world.rows().await[0].outputs["train.parquet"].digest, Digest::of(b"text"));
    });
}

#[test]
fn what_somebody_asked_for_is_done_from_the_beginning() {
    block_on(async {
        let mut world = World::new();
        world.die_after(&mut hangs(), &lineage(), "started dataset:prose 1").await;
        finish_by_hand(&world, &lineage());
        let task = |plan: &Plan| {
            TaskFolder::new(&world.workspace.tasks(), &plan.stages[0].id, &plan.stages[0].fingerprint).checkpoints()
        };
        let checkpoints = task(&lineage());
        std::fs::create_dir_all(&checkpoints).unwrap();
        let mut plan = lineage();
        plan.stages[0].freshness = Freshness::Stale { reason: StaleReason::Forced };
        world.run = RunId::from_bits(2);
        let seen = Arc::new(Mutex::new(None));
        let react = {
            let seen = seen.clone();
            move |line: &str| {
                if line == "started dataset:prose 2" {
                    *seen.lock().unwrap() = Some(checkpoints.exists());
                }
            }
        };
        let outcome = world.run_with(&mut good_workers(), &plan, world.beginning(), react).await.unwrap();
        assert_eq!(outcome.status, RunStatus::Succeeded);
        assert_eq!(*seen.lock().unwrap(), Some(false), "the second attempt finds no checkpoints");
    });
}

/// Does what a worker does that outlives its manager.
fn finish_by_hand(world: &World, plan: &Plan) {
    use std::io::Write as _;
    let attempt = TaskFolder::new(&world.workspace.tasks(), &plan.stages[0].id, &plan.stages[0].fingerprint).attempt(1);
    std::fs::create_dir_all(attempt.outputs()).unwrap();
    let path = attempt.outputs().join("train.parquet");
    std::fs::write(&path, b"text").unwrap();
    let output = EventKind::Output { name: "train.parquet".into(), path, digest: Digest::of(b"text"), bytes: 4 };
    let told = attempt.tail().read().unwrap().len() as u64;
    let mut log = std::fs::OpenOptions::new().append(true).open(attempt.events()).unwrap();
    for (sequence, kind) in (told..).zip([output, EventKind::Finished]) {
        let event = Event { version: 1, stage: id("dataset:prose"), attempt: 1, sequence, at_ms: 0, kind };
        writeln!(log, "{}", serde_json::to_string(&event).unwrap()).unwrap();
    }
}
