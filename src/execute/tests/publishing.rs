//! Runs that end with cards and models in the zoo.

use super::*;
use crate::execute::executor::{Outcome, ScriptedExecutor};
use crate::recipe::evaluation::GateRule;
use crate::recipe::run::DeviceChoice;
use crate::record::RunStatus;
use crate::schedule::scheduler::samples::{
    card, dataset, evaluate_of, gate, name, plan, publish_both, stage, tokenizer, train,
};

const TRAINS: [&str; 2] = ["train:general", "train:industry"];
const EVALUATIONS: [&str; 2] = ["evaluate:general/ppl", "evaluate:industry/ppl"];

/// Two models, the second trained from the first; a gate on it; cards for both; both published.
fn lineage() -> Plan {
    let evaluate = |model| evaluate_of(model, 1, DeviceChoice::Cpu);
    let rule = GateRule::MinBetterPercent { percent: 30.0, than: name("general") };
    plan(vec![
        stage("dataset:prose", dataset(), &[]),
        stage("tokenizer:bpe", tokenizer(), &["dataset:prose"]),
        stage(TRAINS[0], train("general", None), &["dataset:prose"]),
        stage(TRAINS[1], train("industry", Some("general")), &["dataset:prose", TRAINS[0]]),
        stage(EVALUATIONS[0], evaluate("general"), &[TRAINS[0]]),
        stage(EVALUATIONS[1], evaluate("industry"), &[TRAINS[1]]),
        stage("gate:industry/ppl", gate("industry", rule), &EVALUATIONS),
        stage("card:general", card("general"), &["dataset:prose", "tokenizer:bpe", TRAINS[0], EVALUATIONS[0]]),
        stage(
            "card:industry",
            card("industry"),
            &[
                "dataset:prose",
                "tokenizer:bpe",
                TRAINS[0],
                TRAINS[1],
                EVALUATIONS[0],
                EVALUATIONS[1],
                "gate:industry/ppl",
            ],
        ),
        stage(
            "publish:coder",
            publish_both(),
            &[TRAINS[0], TRAINS[1], "tokenizer:bpe", "card:general", "card:industry", "gate:industry/ppl"],
        ),
    ])
}

fn measures(industry: f64) -> ScriptedExecutor {
    ScriptedExecutor::default().with(id(EVALUATIONS[1]), Outcome::Finish { value: industry })
}

#[test]
fn models_that_pass_their_gates_are_in_the_zoo_with_cards_and_parents() {
    block_on(async {
        let world = World::new();
        let outcome = world.run(&mut measures(6.5), &lineage()).await;
        assert_eq!(outcome.status, RunStatus::Succeeded, "{outcome:?}");
        let store = world.store().await;
        let champion = store.model_by_reference("coder@champion").await.unwrap();
        assert_eq!(champion.reference(), "coder-industry@v1");
        assert_eq!(champion.parents, ["coder-general@v1"]);
        assert_eq!((champion.license.as_deref(), champion.run), (Some("apache-2.0"), world.run));
        let card = String::from_utf8(store.artifacts().read(champion.card.digest).unwrap()).unwrap();
        for said in ["A small coder.", "coder-general", "6.5", "35.0 % better than general's 10"] {
            assert!(card.contains(said), "`{said}` is missing in:\n{card}");
        }
        store.close().await;
    });
}

#[test]
fn a_broken_gate_keeps_everything_out_of_the_zoo() {
    block_on(async {
        let world = World::new();
        let outcome = world.run(&mut measures(9.0), &lineage()).await;
        assert_eq!(outcome.status, RunStatus::Failed);
        let status = |stage: &str| ends(&outcome).into_iter().find(|(id, _)| id == stage).unwrap().1;
        assert_eq!(status("card:general"), StageStatus::Finished);
        assert_eq!(status("publish:coder"), StageStatus::Skipped);
        let store = world.store().await;
        assert!(store.models().await.unwrap().is_empty());
        store.close().await;
    });
}

#[test]
fn the_same_models_are_published_once() {
    block_on(async {
        let mut world = World::new();
        world.run(&mut measures(6.5), &lineage()).await;
        world.run = RunId::from_bits(2);
        let outcome = world.run(&mut measures(6.5), &lineage()).await;
        assert_eq!(outcome.status, RunStatus::Succeeded, "{outcome:?}");
        let store = world.store().await;
        assert_eq!(store.models().await.unwrap().len(), 2);
        store.close().await;
    });
}
