//! Runs with real processes, which outlive a manager that dies; a script stands for the engine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::*;
use crate::execute::executor::ProcessExecutor;
use crate::record::{EventKind, FailureClass, Machine, RunStatus};
use crate::schedule::scheduler::samples::{dataset, plan, stage};

/// Holds the lock, tells that it began, works until `go` is there, and makes one output.
const WORKER: &str = r#"#!/bin/sh
here=$(dirname "$0")
number=${1##*-}
exec 9>"$1/../worker.lock"
flock -n 9 || exit 4
tell() { sed -e "s/4242424/$$/" -e "s/\"attempt\":1,/\"attempt\":$number,/" -e "s|/OUTPUTS|$1/outputs|" "$here/$2.json" >>"$1/events.jsonl"; }
trap 'tell "$1" interrupted; exit 130' TERM
tell "$1" started
while [ ! -e "$here/go" ]; do sleep 0.01; done
mkdir -p "$1/outputs"
printf text >"$1/outputs/train.parquet"
tell "$1" finished
"#;

struct Engine {
    folder: TempDir,
}

impl Engine {
    fn new() -> Self {
        let engine = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(engine.path(), WORKER).unwrap();
        fs::set_permissions(engine.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let started = EventKind::Started { pid: 4_242_424, machine: Box::new(Machine::default()) };
        let (path, digest) = ("/OUTPUTS/train.parquet".into(), Digest::of(b"text"));
        let output = EventKind::Output { name: "train.parquet".into(), path, digest, bytes: 4 };
        engine.write("started", vec![started]);
        engine.write("finished", vec![output, EventKind::Finished]);
        engine.write("interrupted", vec![EventKind::Interrupted]);
        engine
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("pedigree-engine")
    }

    fn write(&self, name: &str, kinds: Vec<EventKind>) {
        let first = u64::from(name != "started");
        let line = |(sequence, kind)| {
            let event =
                crate::record::Event { version: 1, stage: id("dataset:prose"), attempt: 1, sequence, at_ms: 0, kind };
            serde_json::to_string(&event).unwrap() + "\n"
        };
        let lines: String = (first..).zip(kinds).map(line).collect();
        fs::write(self.folder.path().join(format!("{name}.json")), lines).unwrap();
    }

    fn executor(&self) -> ProcessExecutor {
        ProcessExecutor::new(Some(self.path()))
    }

    fn let_go(&self) {
        fs::write(self.folder.path().join("go"), "").unwrap();
    }
}

fn one_stage() -> Plan {
    plan(vec![stage("dataset:prose", dataset(), &[])])
}

fn log(world: &World, attempt: u32) -> PathBuf {
    let plan = one_stage();
    let stage = &plan.stages[0];
    crate::execute::TaskFolder::new(&world.workspace.tasks(), &stage.id, &stage.fingerprint).attempt(attempt).events()
}

/// Begins the stage under a manager that dies once its worker is at work.
async fn orphan(world: &World, engine: &Engine) {
    let mut executor = engine.executor();
    let plan = one_stage();
    let worker_is_on_it = async {
        while !fs::read_to_string(log(world, 1)).is_ok_and(|text| text.ends_with('\n')) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        outcome = world.run_with(&mut executor, &plan, world.beginning(), |_| {}) => panic!("it ended: {outcome:?}"),
        () = worker_is_on_it => {}
    }
}

#[test]
fn a_worker_does_its_work_and_its_output_is_stored() {
    block_on(async {
        let (world, engine) = (World::new(), Engine::new());
        engine.let_go();
        let outcome = world.run(&mut engine.executor(), &one_stage()).await;
        assert_eq!(outcome.status, RunStatus::Succeeded, "{outcome:?}");
        assert_eq!(world.rows().await[0].outputs["train.parquet"].digest, Digest::of(b"text"));
    });
}

#[test]
fn a_worker_that_outlives_its_manager_is_adopted_and_never_doubled() {
    block_on(async {
        let (world, engine) = (World::new(), Engine::new());
        orphan(&world, &engine).await;
        let mut executor = engine.executor();
        let go = engine.folder.path().join("go");
        let react = move |line: &str| {
            if line == "adopted dataset:prose 1" {
                fs::write(&go, "").unwrap();
            }
        };
        let resumed = Beginning::Resumed(world.run);
        let outcome = world.run_with(&mut executor, &one_stage(), resumed, react).await.unwrap();
        assert_eq!(outcome.status, RunStatus::Succeeded, "{outcome:?}");
        assert!(!log(&world, 2).exists());
        let store = world.store().await;
        assert_eq!(store.events_of(world.run, &id("dataset:prose")).await.unwrap().len(), 3);
        store.close().await;
    });
}

#[test]
fn a_worker_that_finds_another_one_at_work_leaves_it_the_stage() {
    block_on(async {
        let (world, engine) = (World::new(), Engine::new());
        // Every worker but the first looks for the lock only when it is told to.
        let late = r#"[ "$number" = 1 ] || while [ ! -e "$here/look" ]; do sleep 0.01; done"#;
        fs::write(engine.path(), WORKER.replace("exec 9>", &format!("{late}\nexec 9>"))).unwrap();
        orphan(&world, &engine).await;
        // The new manager sees no lock, as if the first worker had not come to take it yet.
        let lock = log(&world, 1).parent().unwrap().parent().unwrap().join("worker.lock");
        let hidden = lock.with_extension("hidden");
        fs::rename(&lock, &hidden).unwrap();
        let (go, look) = (engine.folder.path().join("go"), engine.folder.path().join("look"));
        let react = move |line: &str| match line {
            "started dataset:prose 2" => {
                fs::rename(&hidden, &lock).unwrap();
                fs::write(&look, "").unwrap();
            }
            "adopted dataset:prose 1" => fs::write(&go, "").unwrap(),
            _ => {}
        };
        let resumed = Beginning::Resumed(world.run);
        let outcome = world.run_with(&mut engine.executor(), &one_stage(), resumed, react).await.unwrap();
        assert_eq!(outcome.status, RunStatus::Succeeded, "{outcome:?}");
        assert!(world.has_heard("adopted dataset:prose 1") && !log(&world, 2).exists());
    });
}

#[test]
fn an_adopted_worker_can_be_stopped() {
    block_on(async {
        let (world, engine) = (World::new(), Engine::new());
        orphan(&world, &engine).await;
        let sender = world.wish.clone();
        let react = move |line: &str| {
            if line.starts_with("adopted") {
                sender.send_replace(StopWish::Gracefully);
            }
        };
        let resumed = Beginning::Resumed(world.run);
        let outcome = world.run_with(&mut engine.executor(), &one_stage(), resumed, react).await.unwrap();
        assert_eq!(outcome.status, RunStatus::Interrupted);
        assert!(fs::read_to_string(log(&world, 1)).unwrap().contains("interrupted"));
    });
}

#[test]
fn an_engine_that_dies_without_a_word_fails_its_stage_after_three_attempts() {
    block_on(async {
        let (world, engine) = (World::new(), Engine::new());
        fs::write(engine.path(), "#!/bin/sh\necho out of luck >&2\nkill -9 $$\n").unwrap();
        let outcome = world.run(&mut engine.executor(), &one_stage()).await;
        assert_eq!(outcome.stages[0].class, Some(FailureClass::Infrastructure));
        let why = outcome.stages[0].explanation.as_deref().unwrap();
        assert_eq!(why, "the worker was killed by SIGKILL; its last words: out of luck");
        assert!(outcome.stages[0].hint.as_ref().unwrap().contains("memory"));
        assert!(log(&world, 3).parent().unwrap().exists() && !log(&world, 4).parent().unwrap().exists());
    });
}
