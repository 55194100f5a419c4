//! Runs whose trainings are repeated: means are judged, and a repeat that fails takes nothing with it that does not need it.

use super::*;
use crate::error::Exit;
use crate::execute::executor::{Outcome, ScriptedExecutor};
use crate::plan::{Sources, build};
use crate::recipe::fixture::recipe;
use crate::record::{FailureClass, RunStatus};

fn twice() -> Plan {
    build(&recipe("run.repeats=2"), &Sources::new())
}

fn measuring(values: &[(&str, f64)]) -> ScriptedExecutor {
    values.iter().fold(ScriptedExecutor::default(), |executor, (stage, value)| {
        executor.with(id(stage), Outcome::Finish { value: *value })
    })
}

#[test]
fn a_gate_judges_the_means_of_all_repeats_and_the_card_tells_them() {
    block_on(async {
        let world = World::new();
        // The first repeat of industry alone would break the gate.
        let mut executor = measuring(&[
            ("evaluate:general/loss", 10.0),
            ("evaluate:general/loss/2", 12.0),
            ("evaluate:industry/loss", 11.5),
            ("evaluate:industry/loss/2", 8.5),
        ]);
        let outcome = world.run(&mut executor, &twice()).await;
        assert_eq!(outcome.status, RunStatus::Succeeded, "{outcome:?}");
        let store = world.store().await;
        let gates = store.gates_of_run(world.run).await.unwrap();
        let gate = gates.into_iter().find(|row| row.stage == id("gate:industry/loss")).unwrap().result;
        insta::assert_snapshot!(gate.explanation, @"10 ± 2.1 over 2 runs is 9.1 % better than general's 11 ± 1.4, required: less");
        let repeats = gate.repeats.unwrap();
        assert_eq!((repeats.value.values, repeats.reference.unwrap().values), (vec![11.5, 8.5], vec![10.0, 12.0]));
        let rows = store.evaluations_of_run(world.run).await.unwrap();
        let of = |stage: &str| rows.iter().find(|row| row.stage == id(stage)).unwrap();
        assert_eq!(of("evaluate:industry/loss/2").report.value, 8.5);
        assert_eq!(of("evaluate:industry/loss").model, of("evaluate:industry/loss/2").model);
        let versions = store.models().await.unwrap();
        assert_eq!(versions.len(), 3, "only the first repeats are published");
        store.close().await;
        let rows = world.rows().await;
        let row = |stage: &str| rows.iter().find(|row| row.stage == id(stage)).unwrap();
        let industry = versions.iter().find(|version| version.model.as_str() == "industry").unwrap();
        assert_eq!(industry.fingerprint, row("train:industry").fingerprint);
        let card = ArtifactStore::new(&world.workspace).read(row("card:industry").outputs["README.md"].digest).unwrap();
        let card = String::from_utf8(card).unwrap();
        assert!(
            card.contains("| loss | 10.00 ± 2.1 (95 %: ± 19.06) | 11.00 ± 1.4 (95 %: ± 12.71) | 11.50 |"),
            "{card}"
        );
        assert!(card.contains("Every training was done 2 times, with the seeds 1 to 2"), "{card}");
    });
}

#[test]
fn a_repeat_that_fails_takes_with_it_only_what_needs_it() {
    block_on(async {
        let world = World::new();
        let failing = Outcome::Fail { class: FailureClass::Work, message: "the loss is NaN".to_owned() };
        let mut executor = ScriptedExecutor::default().with(id("train:industry/2"), failing);
        let outcome = world.run(&mut executor, &twice()).await;
        assert_eq!((outcome.status, outcome.exit()), (RunStatus::Failed, Exit::Failed));
        let statuses = world.statuses().await;
        let status = |stage: &str| statuses.iter().find(|(found, _)| found == stage).unwrap().1;
        for done in [
            "train:vertical",
            "evaluate:vertical/ppl",
            "train:general/2",
            "evaluate:general/ppl/2",
            "sample:story",
            "card:general",
        ] {
            assert_eq!(status(done), StageStatus::Finished, "{done}");
        }
        assert_eq!(status("train:industry/2"), StageStatus::Failed);
        for skipped in [
            "train:vertical/2",
            "evaluate:industry/loss/2",
            "gate:industry/loss",
            "gate:vertical/ppl",
            "card:industry",
            "publish:tree",
        ] {
            assert_eq!(status(skipped), StageStatus::Skipped, "{skipped}");
        }
    });
}
