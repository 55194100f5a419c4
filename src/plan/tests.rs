//! What a plan promises: order, fingerprints of content alone, and staleness that goes down the graph and nowhere else.

mod contamination;
mod classification;
mod outside;
mod measuring;
mod reading;
mod teaching;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::id::{Digest, Name, RunId, StageId, StageKind};
use crate::plan::judge::force;
use crate::plan::{Done, Freshness, Ledger, Outputs, Plan, SourceState, Sources, StaleReason, Work, build, judge};
use crate::recipe::Recipe;
use crate::recipe::fixture::{CHILD, FakeZoo, TEXT, recipe, recipe_beside, recipe_of};

fn sources() -> Sources {
    let state = |text: &str| SourceState { digest: Digest::of(text.as_bytes()), files: 1, bytes: 1, tables: None };
    ["prose", "rust", "tasks"].map(|name| (name.parse::<Name>().unwrap(), state(name))).into()
}

pub(super) fn plan(recipe: &Recipe) -> Plan {
    build(recipe, &sources())
}

pub(super) fn fingerprints(plan: &Plan) -> BTreeMap<String, Digest> {
    plan.stages.iter().map(|stage| (stage.id.to_string(), stage.fingerprint)).collect()
}

/// Returns the stages whose fingerprints differ.
fn changed(one: &Plan, other: &Plan) -> BTreeSet<String> {
    let (one, other) = (fingerprints(one), fingerprints(other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    one.into_iter().filter(|(id, fingerprint)| other[id] != *fingerprint).map(|(id, _)| id).collect()
}

/// Returns a stage and everything behind it.
pub(super) fn with_descendants(plan: &Plan, roots: &[&str]) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = roots.iter().map(|root| (*root).to_owned()).collect();
    for stage in &plan.stages {
        if stage.needs.iter().any(|need| found.contains(&need.to_string())) {
            found.insert(stage.id.to_string());
        }
    }
    found
}

/// Returns a ledger in which everything of a plan was done by run 1.
pub(super) fn all_done(plan: &Plan) -> Ledger {
    let done = |stage: &crate::plan::Stage| Done {
        run: RunId::from_bits(1),
        key: stage.key.clone(),
        fingerprint: stage.fingerprint,
        outputs: Outputs::new(),
    };
    Ledger {
        done: plan.stages.iter().map(|stage| (stage.fingerprint, done(stage))).collect(),
        gone: BTreeMap::new(),
        newest: plan.stages.iter().map(|stage| (stage.id.clone(), done(stage))).collect(),
    }
}

pub(super) fn stale(plan: &Plan) -> BTreeSet<String> {
    plan.stages.iter().filter(|stage| !stage.is_fresh()).map(|stage| stage.id.to_string()).collect()
}

fn reason(plan: &Plan, id: &str) -> String {
    match &plan.stage(&id.parse().unwrap()).unwrap().freshness {
        Freshness::Fresh { .. } => "fresh".to_owned(),
        Freshness::Stale { reason } => reason.to_string(),
    }
}

/// What was done for a recipe stays done: a new word of the recipe language changes no recipe that does not use it.
#[test]
fn the_fingerprints_of_an_old_recipe_are_what_they_were() {
    let found: Vec<String> =
        plan(&recipe("")).stages.iter().map(|stage| format!("{} {}", stage.fingerprint.short(), stage.id)).collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    445abdc59ec3 dataset:prose
    5c5d81b22c76 dataset:rust
    86bc0591707a dataset:tasks
    8b630b53fae3 tokenizer:bytes
    6f0fe320de7f tokens:prose/bytes
    c67a40f71950 train:general
    ca8bfdce0e9e tokens:rust/bytes
    1f48efdb27b5 train:industry
    b1c811b8070e tokens:tasks/bytes
    40ec56714feb train:vertical
    c43f7cba427b contamination:prose
    67b22c76bc94 contamination:rust
    33e4020fe80f contamination:tasks
    10c8dd220e64 evaluate:general/loss
    2188ec4e0392 evaluate:general/ppl
    73f9f306090f evaluate:industry/loss
    0c008d4c7964 evaluate:industry/ppl
    e24d541cc9d2 evaluate:vertical/loss
    2f76040726e0 evaluate:vertical/ppl
    dc38cacb1689 gate:industry/loss
    d7b3e1ef93ef gate:industry/ppl
    fe95313fbd9c gate:vertical/ppl
    f484e804def4 gate:vertical/ppl-2
    248b1372badf sample:story
    8909e62ecd04 card:general
    743906b4c306 card:industry
    6aeb1c31a02d card:vertical
    a90eaca55267 publish:tree
    "#);
}

#[test]
fn what_becomes_of_an_adapter_is_part_of_the_fingerprint() {
    let kept = "models.industry.adapter={ type: lora, rank: 2, then: keep }";
    let with = |adapter: &str| plan(&recipe(&format!("{kept}\nmodels.vertical.adapter={adapter}")));
    let merge = with("{ type: lora, rank: 2, parent: merge }");
    let behind = with_descendants(&merge, &["train:vertical"]);
    for other in ["{ type: lora, rank: 2, parent: stack }", "{ type: lora, parent: continue }"] {
        assert_eq!(changed(&merge, &with(other)), behind, "{other}");
    }
    let merged = plan(&recipe("models.industry.adapter={ type: lora, rank: 2 }"));
    let kept = plan(&recipe(&format!("{kept}\nmodels.vertical.adapter={{ type: lora, rank: 2, parent: merge }}")));
    assert_eq!(changed(&merged, &kept), with_descendants(&merged, &["train:industry"]));
}

#[test]
fn every_stage_stands_once_and_behind_all_it_needs() {
    let plan = plan(&recipe(""));
    let mut seen = BTreeSet::new();
    for stage in &plan.stages {
        for need in &stage.needs {
            assert!(seen.contains(need), "{} stands before {need}", stage.id);
        }
        assert!(seen.insert(stage.id.clone()), "{} stands twice", stage.id);
        assert_eq!(stage.fingerprint, Digest::of_json(&stage.key));
    }
    assert!(seen.len() > 20);
}

#[test]
fn two_gates_on_the_same_numbers_are_two_stages() {
    let plan = plan(&recipe(""));
    for id in ["gate:vertical/ppl", "gate:vertical/ppl-2"] {
        assert!(plan.stage(&id.parse().unwrap()).is_some(), "{id}");
    }
}

#[test]
fn every_model_is_measured_on_every_evaluation() {
    let plan = plan(&recipe(""));
    for model in ["general", "industry", "vertical"] {
        for evaluation in ["ppl", "loss"] {
            let id: StageId = format!("evaluate:{model}/{evaluation}").parse().unwrap();
            assert!(plan.stage(&id).is_some(), "{id}");
        }
    }
}

#[test]
fn an_analysis_reads_its_models_and_changes_no_other_stage() {
    let swept = |analyses: &str| {
        let text = TEXT.replace("width: 16", "width: \"${width}\"").replace("{ champion: vertical }", "{}");
        recipe_of(&format!("matrix: {{ width: [16, 32, 64] }}\n{text}{analyses}"))
    };
    let law = "analyses: { law: { type: scaling-law, models: industry, evaluation: loss } }\n";
    let (without, with) = (plan(&swept("")), plan(&swept(law)));
    let mut more = fingerprints(&with);
    more.remove("analyse:law").unwrap();
    assert_eq!(more, fingerprints(&without));
    let stage = with.stage(&"analyse:law".parse().unwrap()).unwrap();
    let needs: BTreeSet<String> = stage.needs.iter().map(ToString::to_string).collect();
    let widths = ["16", "32", "64"];
    let expected = widths.iter().flat_map(|width| {
        ["train:general-width-W", "train:industry-width-W", "evaluate:industry-width-W/loss"]
            .map(|id| id.replace('W', width))
    });
    assert_eq!(needs, expected.collect());
    let predicting = law.replace("loss }", "loss, predict: [{ parameters: 1, tokens: 1 }] }");
    assert_eq!(changed(&with, &plan(&swept(&predicting))), BTreeSet::from(["analyse:law".to_owned()]));
}

#[test]
fn folders_comments_and_the_order_of_keys_are_of_no_account() {
    let one = plan(&recipe(""));
    let moved =
        TEXT.replace("root: /data/rust", "root: /elsewhere/rust").replace(r#"["*.md"]"#, r#"["*.md", "*.markdown"]"#);
    assert_eq!(changed(&one, &plan(&recipe_of(&moved))), BTreeSet::new());
    let commented = TEXT.replace("models:\n", "# The lineage.\nmodels:\n\n");
    assert_eq!(changed(&one, &plan(&recipe_of(&commented))), BTreeSet::new());
    let turned = TEXT
        .replace("{ rust: 3, prose: 1 }", "{ prose: 1, rust: 3 }")
        .replace("layers: 1, width: 16", "width: 16, layers: 1")
        .replace("metric: perplexity, data: prose", "data: prose, metric: perplexity");
    assert_ne!(turned, TEXT);
    assert_eq!(changed(&one, &plan(&recipe_of(&turned))), BTreeSet::new());
    let (head, gates) = TEXT.split_once("gates:\n").unwrap();
    let (gates, tail) = gates.split_once("samples:\n").unwrap();
    let swapped = format!("samples:\n{tail}{}gates:\n{gates}", head);
    assert_eq!(changed(&one, &plan(&recipe_of(&swapped))), BTreeSet::new());
}

#[test]
fn a_changed_dataset_makes_only_its_descendants_stale() {
    let recipe = recipe("");
    let before = plan(&recipe);
    for (dataset, id) in [("prose", "dataset:prose"), ("rust", "dataset:rust"), ("tasks", "dataset:tasks")] {
        let mut sources = sources();
        sources.get_mut(&dataset.parse::<Name>().unwrap()).unwrap().digest = Digest::of(b"other files");
        let mut after = build(&recipe, &sources);
        let expected = with_descendants(&before, &[id]);
        assert_eq!(changed(&before, &after), expected, "{dataset}");
        judge(&mut after, &all_done(&before));
        assert_eq!(stale(&after), expected, "{dataset}");
        assert!(reason(&after, id).starts_with("source.digest "), "{}", reason(&after, id));
        assert!(expected.len() < before.stages.len());
    }
}

#[test]
fn a_changed_training_value_makes_only_its_descendants_stale() {
    let before = plan(&recipe(""));
    let changes = [
        ("budget={ steps: 11 }", "budget.steps 10 → 11"),
        ("batch-tokens=32", "batch-tokens 256 → 32"),
        ("optimizer.learning-rate=0.01", "optimizer.learning-rate 0.001 → 0.01"),
        ("schedule.warmup-steps=3", "schedule.warmup-steps 20 → 3"),
        ("validate.tokens=99", "validate.tokens 16384 → 99"),
        ("accumulate=2", "accumulate 1 → 2"),
    ];
    for (set, expected) in changes {
        let kind = if set.starts_with("optimizer") { "\nmodels.industry.train.optimizer.type=adamw" } else { "" };
        let kind = if set.starts_with("schedule") { "\nmodels.industry.train.schedule.type=cosine" } else { kind };
        let mut after = plan(&recipe(&format!("models.industry.train.{set}{kind}")));
        judge(&mut after, &all_done(&before));
        // The cards of the model's own recipe change with it; its parent's stay.
        assert_eq!(stale(&after), with_descendants(&before, &["train:industry"]), "{set}");
        assert_eq!(changed(&before, &after), stale(&after), "{set}");
        assert_eq!(reason(&after, "train:industry"), expected);
        assert_eq!(reason(&after, "train:vertical"), "train:industry is stale");
        assert_eq!(reason(&after, "train:general"), "fresh");
    }
}

#[test]
fn how_often_a_state_is_saved_changes_no_weights() {
    let before = plan(&recipe(""));
    let after = plan(&recipe("models.general.train.checkpoint={ every-steps: 3 }"));
    assert_eq!(changed(&before, &after), BTreeSet::from(["card:general".to_owned(), "publish:tree".to_owned()]));
}

#[test]
fn a_changed_word_of_a_card_trains_nothing() {
    let before = plan(&recipe(""));
    let after = plan(&recipe("description=Another.\nlicense=apache-2.0"));
    assert_eq!(
        changed(&before, &after),
        with_descendants(&before, &["card:general", "card:industry", "card:vertical"])
    );
}

#[test]
fn the_seed_changes_everything_that_is_drawn() {
    let before = plan(&recipe(""));
    let after = plan(&recipe("run.seed=2"));
    assert_eq!(changed(&before, &after).len(), before.stages.len());
}

#[test]
fn an_output_that_is_gone_makes_its_stage_stale_and_leaves_the_others_fresh() {
    let mut plan = plan(&recipe(""));
    let mut ledger = all_done(&plan);
    let id: StageId = "tokens:rust/bytes".parse().unwrap();
    let fingerprint = plan.stage(&id).unwrap().fingerprint;
    ledger.done.remove(&fingerprint);
    ledger.gone.insert(fingerprint, "train.safetensors".to_owned());
    judge(&mut plan, &ledger);
    // Nobody asked for anything: that changes nothing.
    force(&mut plan, &BTreeSet::new());
    assert_eq!(stale(&plan), BTreeSet::from([id.to_string()]));
    assert_eq!(reason(&plan, "tokens:rust/bytes"), "its output `train.safetensors` is gone from the artifact store");
}

#[test]
fn without_a_ledger_everything_is_new() {
    let mut plan = plan(&recipe(""));
    judge(&mut plan, &Ledger::default());
    assert!(plan.stages.iter().all(|stage| stage.freshness == Freshness::Stale { reason: StaleReason::New }));
}

#[test]
fn what_is_forced_is_stale_with_everything_behind_it() {
    let mut plan = plan(&recipe(""));
    let ledger = all_done(&plan);
    judge(&mut plan, &ledger);
    assert_eq!(stale(&plan), BTreeSet::new());
    force(&mut plan, &BTreeSet::from(["train:industry".parse().unwrap()]));
    assert_eq!(stale(&plan), with_descendants(&plan, &["train:industry"]));
    assert_eq!(reason(&plan, "train:industry"), "asked for");
    assert_eq!(reason(&plan, "train:vertical"), "train:industry is stale");
}
