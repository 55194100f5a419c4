//! What repeats promise: the first is what it would be without them, and each of the others keeps to itself.

use std::collections::BTreeSet;

use crate::id::{Digest, StageId, StageKind};
use crate::plan::judge::{force, judge};
use crate::plan::tests::{all_done, fingerprints, plan, stale, with_descendants};
use crate::plan::{Plan, Work};
use crate::recipe::fixture::recipe;

fn repeated(n: u32) -> Plan {
    plan(&recipe(&format!("run.repeats={n}")))
}

/// Returns whether the means of repeats go into a stage.
fn looks_at_repeats(id: &StageId) -> bool {
    match id.kind() {
        StageKind::Gate | StageKind::Analyse | StageKind::Card | StageKind::Publish => true,
        StageKind::Import
        | StageKind::Dataset
        | StageKind::Tokenizer
        | StageKind::Tokens
        | StageKind::Contamination
        | StageKind::Uncontaminated
        | StageKind::Train
        | StageKind::Evaluate
        | StageKind::Sample => false,
    }
}

fn needs<'p>(plan: &'p Plan, id: &str) -> Vec<&'p StageId> {
    plan.stage(&id.parse().unwrap()).unwrap_or_else(|| panic!("there is no {id}")).needs.iter().collect()
}

fn words(ids: Vec<&StageId>) -> String {
    ids.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Whoever changes one of these makes everybody train again: the semantic version of the work is the place to say so.
#[test]
fn the_fingerprints_of_a_recipe_without_repeats_are_those_they_always_were() {
    let known = plan(&recipe(""));
    let shown = ["dataset:prose", "tokens:prose/bytes", "train:general", "train:industry", "evaluate:vertical/ppl"]
        .into_iter()
        .chain(["gate:industry/loss", "sample:story", "card:vertical", "publish:tree"])
        .map(|id| format!("{id} {}", known.stage(&id.parse().unwrap()).unwrap().fingerprint.short()));
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r#"
    dataset:prose 445abdc59ec3
    tokens:prose/bytes 6f0fe320de7f
    train:general c67a40f71950
    train:industry 1f48efdb27b5
    evaluate:vertical/ppl 2f76040726e0
    gate:industry/loss dc38cacb1689
    sample:story 248b1372badf
    card:vertical 6aeb1c31a02d
    publish:tree a90eaca55267
    "#);
}

#[test]
fn done_once_is_what_a_recipe_without_repeats_does() {
    let (plain, once) = (plan(&recipe("")), repeated(1));
    assert_eq!(serde_json::to_string(&once).unwrap(), serde_json::to_string(&plain).unwrap());
    assert!(!serde_json::to_string(&plain).unwrap().contains("repeat"));
}

#[test]
fn the_first_repeat_has_the_stages_and_fingerprints_it_has_alone() {
    let (alone, all) = (plan(&recipe("")), repeated(3));
    let first = |plan: &Plan| -> Vec<(String, Digest)> {
        let stages = plan.stages.iter().filter(|stage| stage.id.repeat() == 1 && !looks_at_repeats(&stage.id));
        stages.map(|stage| (stage.id.to_string(), stage.fingerprint)).collect()
    };
    assert_eq!(first(&all), first(&alone));
    // Three models, each on two evaluations, two times more.
    assert_eq!(all.stages.len(), alone.stages.len() + 2 * (3 + 6));
    let ids = |plan: &Plan| plan.stages.iter().map(|stage| stage.id.clone()).collect::<BTreeSet<_>>();
    assert!(ids(&all).is_superset(&ids(&alone)));
    let distinct: BTreeSet<Digest> = fingerprints(&all).into_values().collect();
    assert_eq!(distinct.len(), all.stages.len(), "two stages have one fingerprint");
}

#[test]
fn a_repeat_goes_on_from_its_own_parents_with_its_own_seed_and_the_same_data() {
    let all = repeated(3);
    assert_eq!(words(needs(&all, "train:general/2")), "tokens:prose/bytes");
    assert_eq!(words(needs(&all, "train:industry/2")), "tokens:prose/bytes tokens:rust/bytes train:general/2");
    assert_eq!(words(needs(&all, "evaluate:vertical/ppl/3")), "train:vertical/3 tokens:prose/bytes");
    for stage in &all.stages {
        match &stage.work {
            Work::Train(work) => {
                assert_eq!((work.repeat, work.seed), (stage.id.repeat(), u64::from(stage.id.repeat())));
            }
            Work::Evaluate(work) => assert_eq!(work.repeat, stage.id.repeat()),
            Work::Dataset(work) => assert_eq!(work.seed, 1, "the split is drawn once"),
            Work::Import(_)
            | Work::Tokenizer(_)
            | Work::Tokens(_)
            | Work::Contamination(_)
            | Work::Uncontaminated(_)
            | Work::Sample(_)
            | Work::Gate(_)
            | Work::Analyse(_)
            | Work::Card(_)
            | Work::Publish(_) => {}
        }
        let trained = stage.needs.iter().filter(|need| need.kind() == StageKind::Train);
        if matches!(stage.id.kind(), StageKind::Train | StageKind::Evaluate) {
            assert!(trained.clone().all(|need| need.repeat() == stage.id.repeat()), "{}", stage.id);
        }
    }
}

#[test]
fn means_need_all_repeats_and_what_is_published_is_the_first() {
    let all = repeated(2);
    assert_eq!(
        words(needs(&all, "gate:industry/loss")),
        "evaluate:industry/loss evaluate:industry/loss/2 evaluate:general/loss evaluate:general/loss/2"
    );
    assert_eq!(words(needs(&all, "gate:vertical/ppl")), "evaluate:vertical/ppl evaluate:vertical/ppl/2");
    assert_eq!(words(needs(&all, "sample:story")), "train:vertical tokenizer:bytes");
    let card = words(needs(&all, "card:industry"));
    for need in ["train:industry/2", "evaluate:industry/ppl/2", "evaluate:general/ppl/2", "train:general "] {
        assert!(format!("{card} ").contains(need), "{need} in {card}");
    }
    assert!(!card.contains("train:general/2"), "{card}");
    assert!(needs(&all, "publish:tree").iter().all(|need| need.repeat() == 1));
}

#[test]
fn a_repeat_that_is_stale_concerns_only_what_stands_behind_it() {
    let mut all = repeated(2);
    let ledger = all_done(&all);
    judge(&mut all, &ledger);
    force(&mut all, &BTreeSet::from(["train:industry/2".parse().unwrap()]));
    assert_eq!(stale(&all), with_descendants(&all, &["train:industry/2"]));
    for id in ["train:industry", "train:vertical", "evaluate:industry/ppl", "train:general/2", "sample:story"] {
        assert!(!stale(&all).contains(id), "{id}");
    }
    assert!(stale(&all).contains("train:vertical/2") && stale(&all).contains("gate:industry/loss"));
}

#[test]
fn one_more_repeat_trains_once_more_and_nothing_again() {
    let mut more = repeated(3);
    judge(&mut more, &all_done(&repeated(2)));
    for stage in &more.stages {
        let is_new = stage.id.repeat() == 3 || looks_at_repeats(&stage.id);
        assert_eq!(stage.is_fresh(), !is_new, "{}", stage.id);
    }
}

#[test]
fn how_long_a_run_may_take_changes_nothing() {
    assert_eq!(plan(&recipe("run.max-hours=2.5")), plan(&recipe("")));
}
