//! Sweeps: variants are ranked, one that fails leaves the others running, and what failed can be tried again alone.

use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{Project, Said, finished};

const SWEEP: &str = include_str!("support/sweep.yaml");

/// Three variants, of which one takes steps that no training survives.
const WILD: &str = r#"extends: sweep.yaml
matrix:
  rate: null
  width: null
  list:
    - { name: slow, rate: 0.0001, width: 8, beta: 0.95, epsilon: 1.0e-8 }
    - { name: fast, rate: 0.01, width: 8, beta: 0.95, epsilon: 1.0e-8 }
    - { name: wild, rate: 1.0, width: 8, beta: 0.0, epsilon: 1.0e-16 }
models: { general: { train: { optimizer: { beta-2: "${beta}", epsilon: "${epsilon}", clip-norm: 1.0e+9 } } } }
"#;

fn project() -> Project {
    let project = Project::new();
    project.write("sweep.yaml", SWEEP);
    project.write("wild.yaml", WILD);
    project
}

/// Returns a project whose sweep has run with two seeds; tests that share it only read.
fn swept() -> &'static Project {
    static SWEPT: OnceLock<Project> = OnceLock::new();
    SWEPT.get_or_init(|| {
        let project = project();
        for seed in ["run.seed=7", "run.seed=8"] {
            let said = project.pedigree(&["run", "sweep.yaml", "--set", seed]);
            assert_eq!(said.code, 0, "{said}");
        }
        project
    })
}

/// Returns the ids of the runs, the newest first.
fn runs(project: &Project) -> Vec<String> {
    let runs = project.json(&["runs"]);
    runs.as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect()
}

/// Returns what was said without numbers that another processor rounds differently.
fn shown(said: &Said) -> String {
    let numbers = regex::Regex::new(r"[-+]?\b\d+(\.\d+)?e-\d+|at step \d+").unwrap();
    numbers.replace_all(&said.without_numbers(), "[n]").replace("[n] ([n] %)", "[n]")
}

fn means(ranking: &Value) -> Vec<f64> {
    ranking["ranked"].as_array().unwrap().iter().map(|one| one["mean"].as_f64().unwrap()).collect()
}

#[test]
fn the_variants_of_a_sweep_are_ranked() {
    insta::assert_snapshot!(shown(&swept().pedigree(&["compare", "latest", "--by", "loss"])), @r#"
    exit: 0
    --- stdout
    ranking of general by loss (loss, lower is better)
     rank  rate  width  loss  n  to the best  parameters  steps  took
        1  [n]  16  [n]  1  –  [n] k  12 [took]
        2  [n]  8  [n]  1  [n]  [n] k  12 [took]
        3  [n]  16  [n]  1  [n]  [n] k  12 [took]
        4  [n]  8  [n]  1  [n]  [n] k  12 [took]
    "#);
    let ranking = swept().json(&["compare", "latest"]);
    // Without being asked it is the first by name on data the models learned from.
    assert_eq!((ranking["evaluation"].as_str(), ranking["lower-is-better"].as_bool()), (Some("hits"), Some(false)));
    let by_loss = swept().json(&["compare", "latest", "--by", "loss"]);
    let losses = means(&by_loss);
    assert!(losses.len() == 4 && losses.windows(2).all(|pair| pair[0] <= pair[1]), "{losses:?}");
    assert_eq!(by_loss["ranked"][0]["values"]["rate"], "0.01", "the larger rate learns more in twelve steps");
    assert_eq!(by_loss["ranked"][0]["difference"], 0.0);
    let hits = means(&ranking);
    assert!(hits.windows(2).all(|pair| pair[0] >= pair[1]), "{hits:?}");
}

#[test]
fn the_same_variant_of_several_runs_is_pooled_with_a_spread() {
    let runs = runs(swept());
    let arguments = ["compare", &runs[0], &runs[1], "--by", "loss", "--model", "general"];
    insta::assert_snapshot!(shown(&swept().pedigree(&arguments)), @r#"
    exit: 0
    --- stdout
    ranking of general by loss (loss, lower is better, over runs [short], [short])
     rank  rate  width  loss  n  to the best  parameters  steps  took
        1  [n]  16  [n] ± [n]  2  –  [n] k  12 [took]
        2  [n]  8  [n] ± [n]  2  [n]  [n] k  12 [took]
        3  [n]  16  [n] ± [n]  2  [n]  [n] k  12 [took]
        4  [n]  8  [n] ± [n]  2  [n]  [n] k  12 [took]
    "#);
    let pooled = swept().json(&arguments);
    let each = [0, 1].map(|i| swept().json(&["compare", &runs[i], "--by", "loss"]));
    for one in pooled["ranked"].as_array().unwrap() {
        let values: Vec<f64> = each
            .iter()
            .flat_map(|ranking| ranking["ranked"].as_array().unwrap())
            .filter(|other| other["values"] == one["values"])
            .map(|other| other["mean"].as_f64().unwrap())
            .collect();
        let [first, second] = values[..] else { panic!("{values:?}") };
        assert!((one["mean"].as_f64().unwrap() - (first + second) / 2.0).abs() < 1e-12);
        assert!((one["spread"].as_f64().unwrap() - (first - second).abs() / 2f64.sqrt()).abs() < 1e-12);
        assert_eq!(one["n"], 2);
    }
    let twice = swept().json(&["compare", &runs[0], &runs[0], "--by", "loss"]);
    assert_eq!(twice["ranked"][0]["n"], 1, "one measurement is one, however often it is named");
}

#[test]
fn sweeps_can_be_held_side_by_side_too() {
    let runs = runs(swept());
    let said = swept().pedigree(&["compare", &runs[1], &runs[0], "--side-by-side"]);
    assert_eq!(said.code, 0, "{said}");
    assert!(said.stdout.contains("run.seed 7 → 8") && said.stdout.contains("evaluate:general-"), "{said}");
}

#[test]
fn what_cannot_be_ranked_says_why() {
    insta::assert_snapshot!(swept().pedigree(&["compare", "latest", "--by", "los"]), @r#"
    exit: 2
    --- stderr
    error: the recipe has no evaluation `los`
    hint: did you mean `loss`?
    "#);
    insta::assert_snapshot!(swept().pedigree(&["compare", "latest", "--model", "industry"]), @r#"
    exit: 2
    --- stderr
    error: the matrix copies no model `industry`
    hint: it copies `general`
    "#);
    insta::assert_snapshot!(finished().pedigree(&["compare", "latest"]), @r#"
    exit: 2
    --- stderr
    error: run [short] is no sweep: there is nothing to compare it with
    hint: name a second run, or one of a recipe with a `matrix`
    "#);
    insta::assert_snapshot!(finished().pedigree(&["compare", "latest", "latest", "--by", "rust-loss"]), @r#"
    exit: 2
    --- stderr
    error: `--by` and `--model` rank the variants of a sweep, and not all of these runs are one
    hint: a sweep is a run of a recipe with a `matrix`
    "#);
    let said = swept().pedigree(&["compare", "latest", "--side-by-side", "--by", "loss"]);
    assert_eq!(said.code, 2, "{said}");
}

#[test]
fn a_variant_that_fails_leaves_the_others_and_is_tried_again_alone() {
    let project = project();
    let said = project.pedigree(&["run", "wild.yaml"]);
    assert_eq!(said.code, 1, "{said}");
    insta::assert_snapshot!(shown(&project.pedigree(&["compare", "latest", "--by", "loss"])), @r#"
    exit: 0
    --- stdout
    ranking of general by loss (loss, lower is better)
     rank  beta  epsilon  rate  loss  n  to the best  parameters  steps  took
        1  [n]  0.[short]  [n]  [n]  1  –  [n] k  12 [took]
        2  [n]  0.[short]  [n]  [n]  1  [n]  [n] k  12 [took]
      ✗ beta 0, epsilon [n], rate 1: `train:general-wild` failed: the training diverged [n]: the gradient norm is NaN (the gradient of `model.layers.0.post_attention_layernorm.weight` is not finite, the first of 10 of 11), with no checkpoint before it
    "#);
    let (_, ranking) = said.stdout.split_once("ranking of general").unwrap_or_else(|| panic!("no ranking: {said}"));
    assert!(ranking.contains("✗") && ranking.contains("the training diverged at step"), "{said}");
    let status = project.json(&["status"]);
    assert_eq!(status["ranking"]["ranked"].as_array().unwrap().len(), 2, "{status:#}");
    // Something else becomes stale, and is left alone.
    let calmer =
        WILD.replace("rate: 1.0", "rate: 0.003").replace("beta: 0.0,", "beta: 0.95,").replace("1.0e-16", "1.0e-8");
    let calmer = calmer.replace("rate: 0.0001", "rate: 0.0002");
    project.write("wild.yaml", calmer);
    let again = project.pedigree(&["run", "wild.yaml", "--only-failed"]);
    insta::assert_snapshot!(again.in_any_order(), @r#"
    exit: 0
    --- stdout
    sweep  run [short]  succeeded in [took]
    began [time] UTC · 12 stages (4 finished, 8 cached)

    lineage
     lineage  tier  parameters  steps  hits  loss  forgetting
     general-fast  general  [n] k  12  [n] [[n], [n]]  [n] [[n], [n]]  –
     general-slow  general  –  –  –
     general-wild  general  [n] k  12  [n] [[n], [n]]  [n] [[n], [n]]  –
    (95 % of draws of other records lie within square brackets; against the parent in brackets; forgetting: the worst change against the ancestor that learned that data; hits: accuracy, higher is better, loss: loss, lower is better)

    generalisation
      general-fast unclear: there are too few measurements (2)
      general-wild unclear: there are too few measurements (2)

    contamination
      ✓ 6 pairs of a model and an evaluation: clean

    ranking of general by hits (accuracy, higher is better)
     rank  rate  hits  n  to the best  parameters  steps  took
        1  [n]  [n]  1  –  [n] k  12 [took]
        2  [n]  [n]  1  [n] ([n] %)  [n] k  12 [took]
      ✗ rate [n]: it was not part of the run

    what next
      pedigree reproduce [short]
    --- stderr
      evaluate:general-wild/hits begins
      evaluate:general-wild/loss begins
      train:general-wild begins
    4 stages that are stale are left alone: `train:general-slow`, `evaluate:general-slow/hits`, `evaluate:general-slow/loss`, `card:general-slow`
    4 stages to do (4 new), 8 fresh, about [took]
    again what failed or was skipped in run [short]: `train:general-wild`, `evaluate:general-wild/hits`, `evaluate:general-wild/loss`, `card:general-wild`
    run [short] of `sweep` begins
    ✓ [i/4] card:general-wild [took]
    ✓ [i/4] evaluate:general-wild/hits [took]
    ✓ [i/4] evaluate:general-wild/loss [took]
    ✓ [i/4] train:general-wild [took]  validation loss [n]
    "#);
    assert_eq!(again.code, 0, "{again}");
    insta::assert_snapshot!(project.pedigree(&["run", "wild.yaml", "--only-failed"]), @r#"
    exit: 0
    --- stdout
    nothing failed in run [short] of `sweep`: nothing is done again; 4 stages that are stale are left alone: `train:general-slow`, `evaluate:general-slow/hits`, `evaluate:general-slow/loss`, `card:general-slow`
    "#);
    let rest = project.pedigree(&["plan", "wild.yaml"]);
    assert!(rest.stdout.contains("train:general-slow") && rest.stdout.contains("4 of 16 stages to do"), "{rest}");
}

#[test]
fn only_what_failed_needs_a_run_that_was_made_and_what_it_needs() {
    let project = project();
    insta::assert_snapshot!(project.pedigree(&["run", "wild.yaml", "--only-failed", "--force", "train:general-wild"]), @r#"
    exit: 2
    --- stderr
    error: the argument '--only-failed' cannot be used with '--force <STAGE>'

    Usage: pedigree run --only-failed <RECIPE>

    For more information, try '--help'.
    "#);
    assert_eq!(project.pedigree(&["init"]).code, 0);
    assert_eq!(project.pedigree(&["run", "sweep.yaml", "--only", "tokens:prose/bytes"]).code, 0);
    insta::assert_snapshot!(project.pedigree(&["run", "small.yaml", "--only-failed"]), @r#"
    exit: 2
    --- stderr
    error: `small` was never run: nothing of it has failed
    hint: leave `--only-failed` out
    "#);
    assert_eq!(project.pedigree(&["run", "wild.yaml", "--only", "train:general-wild"]).code, 1);
    let blocked = ["run", "wild.yaml", "--only-failed", "--set", "tokenizers.bytes.vocab-size=301"];
    insta::assert_snapshot!(project.pedigree(&blocked), @r#"
    exit: 2
    --- stderr
    warning[unit-slip]: models.general-wild.train.optimizer.learning-rate: a learning rate of 1 is unusually high for `adamw`
      --> sweep.yaml:23:48
       |
    23 |  optimizer: { type: adamw, learning-rate: "${rate}" }
       |  ^^^^^^^^^
       |
       = hint: expected between 1e-5 and 1e-2 for most models
       = docs: docs/recipes.md#models

    error: `train:general-wild` failed in run [short], and needs `tokens:prose/bytes`, which is stale too
    hint: `pedigree run` without `--only-failed` does all that is stale
    "#);
}
