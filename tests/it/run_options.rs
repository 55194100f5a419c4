//! `run` in a recipe: trainings that are repeated, and a run that may not take longer.

use serde_json::Value;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::support::{Project, copy_of_finished};

/// Returns the value of a field in the entry of a list that has these other fields.
fn entry<'v>(list: &'v Value, fields: &[(&str, &str)]) -> &'v Value {
    let fits = |entry: &&Value| fields.iter().all(|(key, value)| entry[key] == *value);
    list.as_array().unwrap().iter().find(fits).unwrap_or_else(|| panic!("no {fields:?} in {list:#}"))
}

#[test]
fn every_training_is_repeated_with_another_seed_and_means_are_told() {
    let project = copy_of_finished();
    let said = project.pedigree(&["run", "small.yaml", "--set", "run.repeats=2"]);
    assert_eq!(said.code, 0, "{said}");
    // What was done once is the first repeat: three trainings and six measurements are new, and what looks at the means.
    assert!(said.stdout.contains("35 stages (15 finished, 20 cached)"), "{said}");
    assert!(said.stdout.contains("(means ± standard deviations over 2 repeats; against the parent"), "{said}");
    assert!(
        said.stdout.contains(" over 2 runs is ") && said.stdout.contains(" over 2 runs, required: at most 1000"),
        "{said}"
    );

    let status = project.json(&["status"]);
    let stages = &status["stages"];
    let weights = |stage: &str| &entry(stages, &[("stage", stage)])["outputs"]["model.safetensors"]["digest"];
    for model in ["general", "industry", "vertical"] {
        assert!(weights(&format!("train:{model}")).is_string());
        assert_ne!(weights(&format!("train:{model}")), weights(&format!("train:{model}/2")), "{model}");
        for evaluation in ["prose-ppl", "rust-loss"] {
            let value = |stage: String| entry(&status["evaluations"], &[("stage", &stage)])["report"]["value"].as_f64();
            let one = value(format!("evaluate:{model}/{evaluation}")).unwrap();
            let other = value(format!("evaluate:{model}/{evaluation}/2")).unwrap();
            assert_ne!(one, other, "{model} on {evaluation}");
            let measured = &entry(&status["measurements"], &[("model", model), ("evaluation", evaluation)])["value"];
            let close = |found: &Value, expected: f64| (found.as_f64().unwrap() - expected).abs() < 1e-9;
            assert!(close(&measured["mean"], (one + other) / 2.0), "{measured}");
            assert!(close(&measured["spread"], (one - other).abs() / 2.0_f64.sqrt()), "{measured}");
            assert_eq!((&measured["n"], &measured["values"]), (&2.into(), &serde_json::json!([one, other])));
        }
    }
    let gate = entry(&status["gates"], &[("explanation", said_of_the_first_gate(&said.stdout))]);
    let mean = |model: &str| {
        &entry(&status["measurements"], &[("model", model), ("evaluation", "rust-loss")])["value"]["mean"]
    };
    assert_eq!((&gate["value"], &gate["reference"]), (mean("industry"), mean("general")));
    assert_eq!(gate["repeats"]["reference"]["n"], 2);

    let card = project.pedigree(&["card", "small-vertical"]).stdout;
    assert!(card.contains("Every training was done 2 times, with the seeds 7 to 8"), "{card}");
    assert!(card.contains("| Evaluation | vertical | industry | general | Seed 7 | What is measured |"), "{card}");
    let zoo = project.json(&["zoo", "show", "small-vertical"]);
    assert_eq!(&zoo["model"]["weights"]["digest"], weights("train:vertical"), "the first repeat is published");
}

fn said_of_the_first_gate(stdout: &str) -> &str {
    let line = stdout.lines().find(|line| line.contains("industry on rust-loss: ")).unwrap();
    line.split_once("rust-loss: ").unwrap().1
}

#[test]
fn a_child_goes_on_from_the_parent_of_its_own_repeat() {
    let project = copy_of_finished();
    let said = project.pedigree(&["run", "small.yaml", "--set", "run.repeats=2", "--only", "train:industry/2"]);
    assert_eq!(said.code, 0, "{said}");
    assert!(said.stdout.contains("7 stages (2 finished, 5 cached)"), "{said}");
    let tasks = std::fs::read_dir(project.workspace().join("tasks")).unwrap();
    let names: Vec<String> = tasks.map(|task| task.unwrap().file_name().to_string_lossy().into_owned()).collect();
    let name = names.iter().find(|name| name.starts_with("train-industry+2-")).unwrap_or_else(|| panic!("{names:?}"));
    let spec = std::fs::read(project.workspace().join("tasks").join(name).join("attempt-1/spec.json")).unwrap();
    let spec: Value = serde_json::from_slice(&spec).unwrap();
    assert_eq!((&spec["work"]["seed"], &spec["work"]["repeat"]), (&8.into(), &2.into()));
    assert!(spec["inputs"]["train:general/2"].is_object() && spec["inputs"].get("train:general").is_none(), "{spec:#}");
    let logs = project.pedigree(&["logs", "latest", "train:industry/2"]);
    assert_eq!(logs.code, 0, "{logs}");
}

#[test]
fn runs_with_and_without_repeats_are_compared_by_their_means() {
    let project = copy_of_finished();
    let first = project.json(&["runs"])[0]["id"].as_str().unwrap().to_owned();
    let only = ["--only", "evaluate:general/rust-loss", "--only", "evaluate:general/rust-loss/2"];
    let run = [&["run", "small.yaml", "--set", "run.repeats=3"][..], &only].concat();
    let said = project.pedigree(&run);
    assert_eq!(said.code, 0, "{said}");
    // Two of the three repeats were asked for.
    assert!(said.stdout.contains(" [2 of 3]"), "{said}");
    let compared = project.json(&["compare", &first, "latest"]);
    assert!(compared["recipe"][0].to_string().contains("run.repeats"), "{compared:#}");
    let number = entry(&compared["metrics"], &[("name", "evaluate:general/rust-loss")]);
    assert_eq!((&number["repeats"][0]["n"], &number["repeats"][1]["n"]), (&1.into(), &2.into()));
    assert!(number["repeats"][0]["spread"].is_null() && number["repeats"][1]["spread"].is_f64(), "{number:#}");
    assert_eq!(number["values"][1], number["repeats"][1]["mean"]);
    assert_eq!(number["values"][0], number["repeats"][1]["values"][0], "the first repeat is the run without repeats");
    let shown = project.pedigree(&["compare", &first, "latest"]);
    let line = shown.stdout.lines().find(|line| line.contains("evaluate:general/rust-loss")).unwrap();
    assert_eq!((line.matches(" ± ").count(), line.ends_with("[2 of 3]")), (1, true), "{shown}");
}

#[test]
fn a_run_stops_when_its_hours_are_spent_and_goes_on_with_new_ones() {
    let project = Project::new();
    // A third of a second: long enough to begin, too short for 23 stages.
    let said = project.pedigree(&["run", "small.yaml", "--set", "run.max-hours=0.0001"]);
    assert_eq!(said.code, 5, "{said}");
    let why = "the recipe's 0.0001 hours are spent";
    assert!(said.stdout.contains(&format!(": {why}\n")), "{said}");
    assert!(said.stderr.contains(&format!("stopping: {why}; workers save their state first")), "{said}");
    assert!(said.stderr.contains("goes on from the last checkpoint"), "{said}");
    let status = project.json(&["status"]);
    assert_eq!((&status["run"]["status"], &status["run"]["explanation"]), (&"interrupted".into(), &why.into()));
    let resumed = project.pedigree(&["resume", "latest"]);
    assert_eq!(resumed.code, 5, "the new budget is as short as the old: {resumed}");
    assert_eq!(project.json(&["status"])["run"]["id"], status["run"]["id"]);
    // The budget is no part of what is done: a run with a longer one takes what is there.
    let said = project.pedigree(&["run", "small.yaml", "--set", "run.max-hours=1"]);
    assert_eq!(said.code, 0, "{said}");
    let said = project.pedigree(&["run", "small.yaml"]);
    assert!(said.stdout.starts_with("nothing is stale"), "{said}");
}

#[test]
fn a_database_from_before_repeats_is_brought_up_to_date_by_the_next_run() {
    let project = copy_of_finished();
    let older = "alter table gates drop column repeats; alter table model_versions drop column classification; \
                 delete from _sqlx_migrations where version > 1";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(project.workspace().join("pedigree.db"));
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(older).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
    let refused = project.pedigree(&["status"]);
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.stderr.contains("the next `pedigree run` brings it up to date"), "{refused}");
    let run = project.pedigree(&["run", "small.yaml"]);
    assert!(run.stdout.starts_with("nothing is stale"), "{run}");
    assert!(project.workspace().join("pedigree.db.schema-1").exists(), "a copy is kept");
    assert_eq!(project.json(&["status"])["gates"].as_array().unwrap().len(), 2);
}
