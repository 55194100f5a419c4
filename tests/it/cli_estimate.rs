//! What a plan takes: the tree, the price, the limits, the graph, and how near estimates came.

use std::fs;
use std::path::Path;

use crate::support::{Project, copy_of_finished, finished};

/// A card whose speed is stated, so that no figure depends on the machine.
const CARD: &str = "run.accelerator={ name: card, count: 2, tflops: 0.001, watts: 100 }";

/// Sets a price in the settings of a project.
fn set_price(project: &Project) {
    fs::create_dir_all(project.workspace()).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(project.workspace(), private).unwrap();
    project.write(".pedigree/settings.yaml", "device: { price-per-hour: 36, currency: EUR }\n");
}

#[test]
fn data_that_is_less_than_a_row_or_a_step_is_told() {
    let project = copy_of_finished();
    let small = std::fs::read_to_string(project.path().join("small.yaml")).unwrap();
    let larger = small.replacen("batch-tokens: ", "batch-tokens: 40960000 # ", 1);
    assert_ne!(small, larger);
    project.write("small.yaml", larger);
    let said = project.pedigree(&["plan", "small.yaml"]);
    assert!(said.stderr.contains("warning: `general` learns from about"), "{said}");
    assert!(said.stderr.contains("less than the 40960000 that every step takes of it"), "{said}");
}

#[test]
fn a_plan_tells_what_every_training_takes_and_from_what_that_is_known() {
    let project = Project::new();
    set_price(&project);
    let said = project.pedigree(&["plan", "small.yaml", "--set", CARD]);
    let (_, price) = said.stdout.split_once("\n\n").unwrap();
    insta::assert_snapshot!(crate::support::redacted(price, project.path()), @r#"
    estimate
     training  parameters  trained  tokens  FLOP  memory  disk  speed  time  energy  EUR
     general  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed] [took]  [energy]  0.01
     industry  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed] [took]  [energy]  0.01
     vertical  9.4 k  704  1.3 k  5.97e7  [size]  [size]  [speed] [took]  [energy]  0.01

    made from
     parameters  embedding  attention  feed-forward  norms  head  adapter
     general  4.8 k  768  3.1 k  48  0  0
     industry  4.8 k  768  3.1 k  48  0  0
     vertical  4.8 k  768  3.1 k  48  0  704

     memory  weights  gradients  optimizer  activations  best  program  peak  a checkpoint
     general  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     industry  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     vertical  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]

    tokens of general: 20 steps, 2.6 k in all, set by the recipe
    memory of general: [size] on each of 2 devices, if shared evenly
    arithmetic of general: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    data of industry: prose 25.0 % = 640 of its 5.6 k (0.11 epochs), rust 75.0 % = 1.9 k of its 4.9 k (0.39 epochs)
    tokens of industry: 20 steps, 2.6 k in all, set by the recipe
    memory of industry: [size] on each of 2 devices, if shared evenly
    arithmetic of industry: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    tokens of vertical: 10 steps, 1.3 k in all, set by the recipe
    memory of vertical: [size] on each of 2 devices, if shared evenly
    arithmetic of vertical: 4.96e7 FLOP for the parameters, 7.99e6 FLOP for attention, 2.10e6 FLOP to validate
    rate of general, industry, vertical: 2 × [rate], what the recipe states for card
    formula: 6 N D (4 N D where frozen) + 12 L d D (S + 1) / 2 for causal attention, forward and backward: Kaplan et al. 2020; Narayanan et al. 2021; Chowdhery et al. 2022, appendix B

    contamination
      ? 6 pairs of a model and an evaluation: not known before dataset:prose has run

    26 of 26 stages to do: about [took] one after the other, 3.97e8 FLOP, [size] of memory at most, [energy], 0.13 EUR
    "#);
}

#[test]
fn a_plan_is_a_tree_in_which_every_stage_stands_once_in_full() {
    let project = Project::new();
    let plan = project.json(&["plan", "small.yaml", "--set", CARD]);
    let said = project.pedigree(&["plan", "small.yaml", "--set", CARD]);
    let (tree, _) = said.stdout.split_once("\n\n").unwrap();
    for stage in plan["stages"].as_array().unwrap() {
        let id = stage["id"].as_str().unwrap();
        let is_full = |line: &&str| line.split_whitespace().any(|word| word == id) && line.contains(" stale ");
        assert_eq!(tree.lines().filter(is_full).count(), 1, "{id}\n{tree}");
    }
    assert!(tree.contains("(below)"), "{tree}");
}

#[test]
fn the_estimate_is_json_and_adds_up() {
    let project = Project::new();
    let plan = project.json(&["plan", "small.yaml", "--set", CARD]);
    let estimate = &plan["estimate"];
    let seconds = |stage: &serde_json::Value| stage["seconds"].as_f64().unwrap();
    let stages = estimate["stages"].as_object().unwrap();
    let sum: f64 = stages.values().map(seconds).sum();
    assert!((sum - seconds(&estimate["total"])).abs() < 1e-6);
    assert_eq!(stages.len(), plan["stages"].as_array().unwrap().len());
    let general = &stages["train:general"]["training"];
    assert_eq!(general["tokens"]["training"], 20 * 128);
    assert_eq!(general["rate"]["source"]["from"], "stated");
    assert_eq!(general["parameters"]["embedding"], 300 * 16);
    assert_eq!(plan["broken-limits"], serde_json::json!([]));
}

#[test]
fn what_is_fresh_takes_nothing_and_runs_calibrate_the_next_plan() {
    let plan = finished().json(&["plan", "small.yaml"]);
    let total = &plan["estimate"]["total"];
    assert_eq!((&total["stale"], &total["seconds"]), (&0.into(), &0.0.into()));
    let longer = "models.vertical.train.budget.steps=12";
    let plan = finished().json(&["plan", "small.yaml", "--set", longer]);
    let vertical = &plan["estimate"]["stages"]["train:vertical"];
    let source = &vertical["training"]["rate"]["source"];
    assert_eq!((&source["from"], &source["same-network"]), (&"runs".into(), &true.into()), "{vertical:#}");
    let run = finished().json(&["runs"])[0]["id"].clone();
    assert_eq!(source["runs"], serde_json::json!([run]));
    assert!(vertical["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(plan["estimate"]["total"]["fresh"], 19);
    let epoch = "models.vertical.train.budget={ epochs: 1 }";
    let counted = finished().json(&["plan", "small.yaml", "--set", epoch]);
    let tokens = &counted["estimate"]["stages"]["train:vertical"]["training"]["tokens"];
    assert_eq!(tokens["source"]["from"], "counted", "{tokens:#}");
    let reckoned = Project::new().json(&["plan", "small.yaml", "--set", epoch]);
    let tokens = &reckoned["estimate"]["stages"]["train:vertical"]["training"]["tokens"];
    assert_eq!(tokens["source"]["from"], "bytes", "{tokens:#}");
}

#[test]
fn a_run_that_would_break_a_limit_is_not_started() {
    let project = Project::new();
    let slow = "run.accelerator={ name: card, tflops: 0.000001 }";
    let limits: [(&[&str], &str); 2] = [
        (&["--max-time", "2s"], "goes over `--max-time` 2.0 s"),
        (&["--max-memory", "1MB", "--max-time", "90d"], "of memory, over `--max-memory` 1.0 MB"),
    ];
    for (limit, expected) in limits {
        for command in ["run", "plan"] {
            let arguments = [&[command, "small.yaml", "--set", slow][..], limit].concat();
            let said = project.pedigree(&arguments);
            let text = format!("{}{}", said.stdout, said.stderr);
            assert_eq!(said.code, 5, "{said}");
            assert!(text.contains(expected) && text.contains("train:general"), "{said}");
        }
    }
    assert_eq!(
        project.json(&["plan", "small.yaml", "--max-memory", "100GB", "--max-time", "300d"])["broken-limits"],
        serde_json::json!([])
    );
    assert!(!project.workspace().join("pedigree.db").exists(), "something was begun");
}

#[test]
fn a_limit_of_the_cost_needs_a_price() {
    let project = Project::new();
    insta::assert_snapshot!(project.pedigree(&["run", "small.yaml", "--max-cost", "1"]), @r#"
    exit: 2
    --- stderr
    error: `--max-cost` needs a price, and none is set
    hint: set one in `.pedigree/settings.yaml`: `device: { price-per-hour: 2.50, currency: EUR }`
    "#);
    set_price(&project);
    let said = project.pedigree(&["run", "small.yaml", "--set", CARD, "--max-cost", "0.001"]);
    assert_eq!(said.code, 5, "{said}");
    assert!(said.stderr.contains("`--max-cost` 0.00 EUR"), "{said}");
    insta::assert_snapshot!(project.pedigree(&["plan", "small.yaml", "--max-time", "soon"]), @r#"
    exit: 2
    --- stderr
    error: invalid value 'soon' for '--max-time <DURATION>': `soon` is no duration: expected such as `2h`, `30m`, `1h30m` or `90s`

    For more information, try '--help'.
    "#);
}

#[test]
fn gpt_3_plans_without_its_data_and_does_not_run() {
    let project = Project::empty();
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/gpt-3.yaml").display().to_string();
    let said = project.pedigree(&["plan", &recipe]);
    insta::assert_snapshot!(said, @r#"
    exit: 0
    --- stdout
     stage  state  why  size  time
     dataset:books1  stale  never done before  [size], 12.0 G tokens, only described
     ├─ tokens:books1/bpe (below)
     ├─ contamination:books1  stale  never done before
     │  └─ card:gpt-3 (below)
     ├─ contamination:books2 (below)
     ├─ contamination:common-crawl (below)
     ├─ contamination:webtext2 (below)
     └─ contamination:wikipedia (below)
     dataset:books2  stale  never done before  [size], 55.0 G tokens, only described
     ├─ tokens:books2/bpe (below)
     └─ contamination:books2  stale  never done before
        └─ card:gpt-3 (below)
     dataset:common-crawl  stale  never done before  [size] → [size], 400.0 G tokens, only described
     ├─ tokens:common-crawl/bpe (below)
     └─ contamination:common-crawl  stale  never done before
        └─ card:gpt-3 (below)
     dataset:webtext2  stale  never done before  [size], 19.0 G tokens, only described
     ├─ tokenizer:bpe  stale  never done before  50257 tokens
     │  ├─ tokens:books1/bpe  stale  never done before
     │  │  └─ train:gpt-3 (below)
     │  ├─ tokens:books2/bpe  stale  never done before
     │  │  └─ train:gpt-3 (below)
     │  ├─ tokens:common-crawl/bpe  stale  never done before
     │  │  └─ train:gpt-3 (below)
     │  ├─ tokens:webtext2/bpe  stale  never done before
     │  │  └─ train:gpt-3 (below)
     │  └─ tokens:wikipedia/bpe (below)
     └─ contamination:webtext2  stale  never done before
        └─ card:gpt-3 (below)
     dataset:wikipedia  stale  never done before  [size], 3.0 G tokens, only described
     ├─ tokens:wikipedia/bpe  stale  never done before
     │  └─ train:gpt-3  stale  never done before  174.6 G parameters  36 d 22 h
     │  └─ evaluate:gpt-3/books-ppl  stale  never done before [took]
     │  └─ card:gpt-3 (below)
     └─ contamination:wikipedia  stale  never done before
        └─ card:gpt-3  stale  never done before

    estimate
     training  parameters  trained  tokens  FLOP  memory  disk  speed  time  energy
     gpt-3  174.6 G  174.6 G  300.0 G  3.19e23  [size]  [size]  [speed]  36 d 22 h  [energy]

    made from
     parameters  embedding  attention  feed-forward  norms  head  adapter
     gpt-3  642.7 M  58.0 G  116.0 G  4.7 M  0  0

     memory  weights  gradients  optimizer  activations  best  program  peak  a checkpoint
     gpt-3  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]

    data of gpt-3: books1 7.9 % = 23.8 G of its 12.0 G (1.98 epochs), books2 7.9 % = 23.8 G of its 54.9 G (0.43 epochs), common-crawl 59.4 % = 178.2 G of its 399.6 G (0.45 epochs), webtext2 21.8 % = 65.3 G of its 19.0 G (3.44 epochs), wikipedia 3.0 % = 8.9 G of its 3.0 G (2.97 epochs)
    tokens of gpt-3: 95368 steps, 300.0 G in all, set by the recipe
    memory of gpt-3: [size] on each of 512 devices, if shared evenly
    arithmetic of gpt-3: 3.14e23 FLOP (3637 petaFLOP/s-days) for the parameters, 4.35e21 FLOP (50 petaFLOP/s-days) for attention, 1.43e20 FLOP (2 petaFLOP/s-days) to validate
    rate of gpt-3: 512 × [rate], what the recipe states for a100
    formula: 6 N D (4 N D where frozen) + 12 L d D (S + 1) / 2 for causal attention, forward and backward: Kaplan et al. 2020; Narayanan et al. 2021; Chowdhery et al. 2022, appendix B

    contamination
      ? 1 pair of a model and an evaluation: not known before dataset:books1 has run

    19 of 19 stages to do: about 36 d 22 h one after the other, 3.19e23 FLOP (3689 petaFLOP/s-days), [size] of memory at most, [energy]
    "#);
    insta::assert_snapshot!(project.pedigree(&["run", &recipe]), @r#"
    exit: 2
    --- stderr
    error: datasets `books1`, `books2`, `common-crawl`, `webtext2`, `wikipedia` are only described: their data is not there
    hint: `pedigree plan` works with described data; to run, give a source of another type, such as `files`
    "#);
    assert!(!project.workspace().exists(), "a refused run has made a workspace");
}

#[test]
fn a_plan_is_a_graph_for_other_programs() {
    let project = finished();
    let longer = "models.vertical.train.budget.steps=12";
    let dot = project.pedigree(&["plan", "small.yaml", "--graph", "dot", "--set", longer]);
    assert_eq!(dot.code, 0, "{dot}");
    assert!(dot.stdout.starts_with("digraph \"small\" {") && dot.stdout.ends_with("}\n"), "{dot}");
    assert!(dot.stdout.contains("label=\"train:vertical\", tooltip=\"stale: budget.steps 10 → 12\""), "{dot}");
    let mermaid = project.pedigree(&["plan", "small.yaml", "--graph", "mermaid", "--set", longer]);
    assert!(mermaid.stdout.starts_with("flowchart LR\n"), "{mermaid}");
    assert_eq!((mermaid.stdout.matches(":::stale").count(), mermaid.stdout.matches(":::fresh").count()), (7, 19));
}

#[test]
fn estimates_stand_beside_what_runs_took() {
    let project = finished();
    let status = project.json(&["status"]);
    let stages = status["accuracy"]["stages"].as_array().unwrap();
    assert_eq!(stages.len(), 26, "every stage did its work and was expected to");
    let general = stages.iter().find(|stage| stage["stage"] == "train:general").unwrap();
    for number in ["seconds", "tokens-per-second", "memory"] {
        for side in ["estimate", "actual"] {
            assert!(general[number][side].as_f64().unwrap() > 0.0, "{number} {side}: {general:#}");
        }
    }
    let all = project.json(&["runs", "--estimates"]);
    let run = &all["runs"][0]["seconds"];
    let ratio = run["actual"].as_f64().unwrap() / run["estimate"].as_f64().unwrap();
    assert!((all["median-ratio"].as_f64().unwrap() / ratio - 1.0).abs() < 1e-9);
    assert!(all["median-ratio-by-kind"]["train"].is_number());
}

#[test]
fn the_doctor_measures_what_plans_then_reckon_with() {
    let project = Project::new();
    let doctor = project.json(&["doctor", "--measure"]);
    let rate = doctor.as_array().unwrap().iter().find(|finding| finding["thing"] == "rate").unwrap();
    assert!(rate["is-good"] == true && rate["found"].as_str().unwrap().contains("on cpu with 1 thread"), "{rate}");
    let plan = project.json(&["plan", "small.yaml"]);
    let source = &plan["estimate"]["stages"]["train:general"]["training"]["rate"]["source"];
    assert_eq!((&source["from"], &source["device"]), (&"matrices".into(), &"cpu".into()));
    assert!(source["measured"].as_f64().unwrap() > 1e8, "{source}");
    fs::write(project.workspace().join("rates.json"), "{ damaged").unwrap();
    let plan = project.json(&["plan", "small.yaml"]);
    assert_eq!(plan["estimate"]["stages"]["train:general"]["training"]["rate"]["source"]["from"], "data-sheet");
}
