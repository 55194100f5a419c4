//! Runs in which everything goes well.

use super::*;
use crate::execute::executor::{Outcome, ScriptedExecutor};
use crate::recipe::evaluation::GateRule;
use crate::recipe::run::DeviceChoice;
use crate::record::{Event, EventKind, RunStatus};
use crate::schedule::scheduler::samples::{dataset, evaluate_of, gate, name, plan, sample, stage};

/// A dataset, two evaluations of it, a gate between them, and a sample.
pub(super) fn lineage() -> Plan {
    let evaluate = |model| evaluate_of(model, 1, DeviceChoice::Cpu);
    plan(vec![
        stage("dataset:prose", dataset(), &[]),
        stage("evaluate:general/ppl", evaluate("general"), &["dataset:prose"]),
        stage("evaluate:industry/ppl", evaluate("industry"), &["dataset:prose"]),
        stage(
            "gate:industry/ppl",
            gate("industry", GateRule::LessThan { than: name("general") }),
            &["evaluate:general/ppl", "evaluate:industry/ppl"],
        ),
        stage("sample:hello", sample(), &["dataset:prose"]),
    ])
}

/// Workers that measure the industry model as better than the general one.
pub(super) fn good_workers() -> ScriptedExecutor {
    ScriptedExecutor::default().with(id("evaluate:industry/ppl"), Outcome::Finish { value: 7.5 })
}

#[test]
fn a_run_does_every_stage_and_records_what_came_out() {
    block_on(async {
        let world = World::new();
        let mut executor = good_workers();
        let outcome = world.run(&mut executor, &lineage()).await;
        assert_eq!(outcome.status, RunStatus::Succeeded, "{outcome:?}");
        assert!(ends(&outcome).iter().all(|(_, status)| *status == StageStatus::Finished));
        let store = world.store().await;
        assert_eq!(store.run(world.run).await.unwrap().status, RunStatus::Succeeded);
        let evaluations = store.evaluations_of_run(world.run).await.unwrap();
        assert_eq!(evaluations.iter().map(|row| row.report.value).collect::<Vec<_>>(), [10.0, 7.5]);
        let gates = store.gates_of_run(world.run).await.unwrap();
        assert!(gates[0].result.passed);
        assert_eq!(store.samples_of_run(world.run).await.unwrap().len(), 1);
        let events: Vec<Event> = store.events_of(world.run, &id("dataset:prose")).await.unwrap();
        assert_eq!(events.last().map(|event| &event.kind), Some(&EventKind::Finished));
        store.close().await;
        for row in world.rows().await {
            assert!(!row.outputs.is_empty(), "{}", row.stage);
            let task = crate::execute::TaskFolder::new(&world.workspace.tasks(), &row.stage, &row.fingerprint);
            assert!(!task.attempt(1).outputs().exists(), "the outputs of `{}` are swept", row.stage);
        }
    });
}

#[test]
fn what_an_earlier_run_did_is_taken_and_not_done_again() {
    block_on(async {
        let mut world = World::new();
        world.run(&mut good_workers(), &lineage()).await;
        let (first, second) = (world.run, RunId::from_bits(2));
        let plan = world.judge(&lineage()).await;
        world.run = second;
        let mut executor = ScriptedExecutor::default();
        let outcome = world.run(&mut executor, &plan).await;
        assert_eq!(outcome.status, RunStatus::Succeeded);
        assert_eq!(executor.started(), []);
        let rows = world.rows().await;
        assert!(rows.iter().all(|row| row.status == StageStatus::Cached && row.from_run == Some(first)));
        let store = world.store().await;
        assert_eq!(store.evaluations_of_run(second).await.unwrap().len(), 2);
        assert_eq!(store.gates_of_run(second).await.unwrap().len(), 1);
        store.close().await;
    });
}

#[test]
fn a_stage_is_given_the_outputs_of_those_it_needs() {
    block_on(async {
        let world = World::new();
        world.run(&mut good_workers(), &lineage()).await;
        let rows = world.rows().await;
        let task = crate::execute::TaskFolder::new(&world.workspace.tasks(), &rows[1].stage, &rows[1].fingerprint);
        let spec = std::fs::read(task.attempt(1).folder.join("spec.json")).unwrap();
        let spec: crate::plan::Spec = serde_json::from_slice(&spec).unwrap();
        assert_eq!(spec.inputs[&id("dataset:prose")], rows[0].outputs);
        assert_eq!(spec.run, world.run);
    });
}
