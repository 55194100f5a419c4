//! What a plan takes: the tree, the price, the limits, the graph, and how near estimates came.

use std::fs;
use std::path::Path;

use crate::support::{Project, finished};

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
fn a_plan_tells_what_every_training_takes_and_from_what_that_is_known() {
    let project = Project::new();
    set_price(&project);
    let said = project.pedigree(&["plan", "small.yaml", "--set", CARD]);
    let (_, price) = said.stdout.split_once("\n\n").unwrap();
    insta::assert_snapshot!(crate::support::redacted(price, project.path()), @r#""#);
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
    assert_eq!(plan["estimate"]["total"]["fresh"], 16);
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
    insta::assert_snapshot!(project.pedigree(&["run", "small.yaml", "--max-cost", "1"]), @r#""#);
    set_price(&project);
    let said = project.pedigree(&["run", "small.yaml", "--set", CARD, "--max-cost", "0.001"]);
    assert_eq!(said.code, 5, "{said}");
    assert!(said.stderr.contains("`--max-cost` 0.00 EUR"), "{said}");
    insta::assert_snapshot!(project.pedigree(&["plan", "small.yaml", "--max-time", "soon"]), @r#""#);
}

#[test]
fn gpt_3_plans_without_its_data_and_does_not_run() {
    let project = Project::empty();
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/gpt-3.yaml").display().to_string();
    let said = project.pedigree(&["plan", &recipe]);
    insta::assert_snapshot!(said, @r#""#);
    insta::assert_snapshot!(project.pedigree(&["run", &recipe]), @r#""#);
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
    assert_eq!((mermaid.stdout.matches(":::stale").count(), mermaid.stdout.matches(":::fresh").count()), (7, 16));
}

#[test]
fn estimates_stand_beside_what_runs_took() {
    let project = finished();
    let status = project.json(&["status"]);
    let stages = status["accuracy"]["stages"].as_array().unwrap();
    assert_eq!(stages.len(), 23, "every stage did its work and was expected to");
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
