//! Contamination: evaluation data in the training data of a model or of its ancestors is told, allowed, or fails the run.

use std::fs;

use serde_json::Value;

use crate::support::{Project, RECIPE, Said, finished};

/// Looks through the data of all models, and trains none.
const SEARCH: [&str; 8] = [
    "run",
    "small.yaml",
    "--only",
    "contamination:prose",
    "--only",
    "contamination:rust",
    "--only",
    "contamination:tasks",
];

/// Returns a project in which the general model, the grandparent, reads the code its grandchild is measured on.
fn contaminated() -> Project {
    let project = Project::new();
    project.write("small.yaml", RECIPE.replace("{ mix: { rust: 3, prose: 1 } }", "rust"));
    for n in 0..100 {
        let code = fs::read_to_string(project.path().join(format!("data/rust/{n:03}.rs"))).unwrap();
        project.write(&format!("data/prose/copied-{n:03}.md"), format!("Seen on the web:\n\n{code}"));
    }
    project
}

fn with<'a>(arguments: &[&'a str], sets: &[&'a str]) -> Vec<&'a str> {
    let sets = sets.iter().flat_map(|set| ["--set", set]);
    arguments.iter().copied().chain(sets).collect()
}

/// Returns what a program said of contamination: the last part of a plan.
fn section(said: &Said) -> String {
    let text = said.to_string();
    text.split("\n\n").find(|part| part.starts_with("contamination")).unwrap_or_default().to_owned()
}

fn exposure<'v>(answer: &'v Value, model: &str, evaluation: &str) -> &'v Value {
    let all = answer["contamination"].as_array().unwrap();
    let is_it = |exposure: &&Value| exposure["model"] == model && exposure["measured"]["evaluation"] == evaluation;
    &all.iter().find(is_it).unwrap()["verdict"]
}

#[test]
fn a_plan_tells_what_only_the_grandparent_has_read() {
    let project = contaminated();
    insta::assert_snapshot!(section(&project.pedigree(&["plan", "small.yaml"])), @"");
    let run = project.pedigree(&SEARCH);
    assert_eq!(run.code, 0, "{run}");
    insta::assert_snapshot!(section(&project.pedigree(&["plan", "small.yaml"])), @"");
    insta::assert_snapshot!(section(&project.pedigree(&["status"])), @"");
    let plan = project.json(&["plan", "small.yaml"]);
    let vertical = exposure(&plan, "vertical", "rust-loss");
    assert_eq!((&vertical["state"], vertical["through"].as_array().unwrap().len()), (&Value::from("contaminated"), 1));
    assert_eq!(
        (&vertical["through"][0]["model"], &vertical["through"][0]["dataset"]),
        (&"general".into(), &"prose".into())
    );
    let found = &vertical["matches"][0];
    let name = |key: &str| found[key].as_str().unwrap().trim_start_matches("copied-")[..3].to_owned();
    assert_eq!(name("document"), name("trained-document"), "{found:#}");
    let source =
        fs::read_to_string(project.path().join("data/rust").join(found["document"].as_str().unwrap())).unwrap();
    assert!(source.contains(found["text"].as_str().unwrap()), "{found:#}");
    assert_eq!(exposure(&project.json(&["status"]), "vertical", "rust-loss"), vertical);
}

#[test]
fn what_is_allowed_is_told_as_allowed() {
    let project = contaminated();
    let allow = r#"contamination.allow=[{ evaluation: rust-loss, document: "*.rs", reason: "known" }]"#;
    assert_eq!(project.pedigree(&with(&SEARCH, &[allow])).code, 0);
    insta::assert_snapshot!(section(&project.pedigree(&with(&["plan", "small.yaml"], &[allow]))), @"");
    let other = section(&project.pedigree(&["plan", "small.yaml"]));
    assert!(other.contains("not known before contamination:prose has run"), "{other}");
}

#[test]
fn a_run_that_may_not_be_contaminated_fails_before_it_trains() {
    let project = contaminated();
    let said = project.pedigree(&with(&["run", "small.yaml"], &["contamination.on-find=fail"]));
    insta::assert_snapshot!(said.in_any_order(), @"");
    let runs = project.json(&["status"]);
    let trained = runs["stages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|stage| stage["stage"].as_str().unwrap().starts_with("train:"));
    assert!(trained.clone().count() == 3 && trained.into_iter().all(|stage| stage["status"] == "skipped"), "{runs:#}");
}

#[test]
fn a_clean_recipe_is_told_as_clean_and_trains_the_same_models_when_it_has_to_be() {
    let project = finished();
    insta::assert_snapshot!(section(&project.pedigree(&["plan", "small.yaml"])), @"");
    let plan = project.json(&with(&["plan", "small.yaml"], &["contamination.on-find=fail"]));
    let stale: Vec<_> = plan["stages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|stage| stage["freshness"]["state"] == "stale")
        .map(|stage| stage["id"].as_str().unwrap())
        .collect();
    assert_eq!(stale, ["uncontaminated:general", "uncontaminated:industry", "uncontaminated:vertical"]);
}
