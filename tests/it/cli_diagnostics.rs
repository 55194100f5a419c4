//! `check` for programs: SARIF, exit codes, warnings, files named twice.

use serde_json::Value;

use crate::support::{Project, RECIPE};

/// The small recipe with one thing that is odd.
fn odd() -> String {
    RECIPE.replace("at-most: 1000", "at-least: 1")
}

/// Returns what SARIF says about recipes, with what the format requires looked after.
fn sarif(project: &Project, arguments: &[&str]) -> Value {
    let said = project.pedigree(&[&["check", "--sarif"], arguments].concat());
    let log: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let driver = &runs[0]["tool"]["driver"];
    assert_eq!(driver["name"], "pedigree");
    let rules = driver["rules"].as_array().unwrap();
    for rule in rules {
        assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string(), "{rule:#}");
        assert!(rule["helpUri"].as_str().unwrap().contains("docs/diagnostics.md#"), "{rule:#}");
    }
    for result in runs[0]["results"].as_array().unwrap() {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(result["properties"]["docs"].as_str().unwrap().contains("docs/"));
        let locations = result["locations"].as_array().unwrap();
        assert_eq!(locations.len(), 1);
        let physical = &locations[0]["physicalLocation"];
        assert!(!physical["artifactLocation"]["uri"].as_str().unwrap().contains([' ', '\\']));
        if let Some(region) = physical.get("region") {
            let [from, to] = ["start", "end"]
                .map(|end| ["Line", "Column"].map(|what| region[format!("{end}{what}")].as_u64().unwrap()));
            assert!(from[0] >= 1 && from[1] >= 1 && from <= to, "{region}");
        }
    }
    log
}

#[test]
fn code_scanners_are_told_in_their_own_format() {
    let project = Project::empty();
    project.write("a b.yaml", RECIPE.replace("layers: 1", "layres: 1"));
    project.write("odd.yaml", odd());
    let log = sarif(&project, &["a b.yaml", "odd.yaml", "missing.yaml"]);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let told: Vec<String> = results
        .iter()
        .map(|result| {
            let physical = &result["locations"][0]["physicalLocation"];
            let region = physical.get("region").map_or_else(String::new, |region| {
                format!(":{}:{}-{}", region["startLine"], region["startColumn"], region["endColumn"])
            });
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            format!("{uri}{region} {} {}", result["level"].as_str().unwrap(), result["ruleId"].as_str().unwrap())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    a%20b.yaml:33:19-20 error missing-key
    a%20b.yaml:33:34-40 error unknown-key
    odd.yaml:50:57-58 warning no-effect
    missing.yaml error unreadable
    "#);
    let nothing = sarif(&{ Project::new() }, &["small.yaml"]);
    assert_eq!(nothing["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn warnings_are_no_mistakes_unless_they_are_denied() {
    let project = Project::empty();
    project.write("odd.yaml", odd());
    insta::assert_snapshot!(project.pedigree(&["check", "odd.yaml"]), @r#"
    exit: 0
    --- stdout
    checked 1 recipe: 1 warning
    --- stderr
    warning[no-effect]: gates[1].at-least: every perplexity is at least 1
      --> odd.yaml:50:57
       |
    50 |  - { model: vertical, evaluation: prose-ppl, at-least: 1 }
       |  ^
       |
       = hint: leave the gate out
       = docs: docs/recipes.md#gates
    "#);
    assert_eq!(project.pedigree(&["check", "odd.yaml", "-D"]).code, 2);
    assert_eq!(project.pedigree(&["check", "--deny-warnings", "odd.yaml"]).code, 2);
    project.write("good.yaml", RECIPE);
    assert_eq!(project.pedigree(&["check", "good.yaml", "-D"]).code, 0);
}

#[test]
fn a_file_named_twice_is_checked_once() {
    let project = Project::empty();
    project.write("recipes/a.yaml", RECIPE);
    let said = project.pedigree(&["check", "recipes/a.yaml", "recipes", "recipes/../recipes/a.yaml"]);
    assert!(said.stdout.contains("checked 1 recipe: no problems"), "{said}");
}

#[test]
fn what_is_odd_is_said_before_a_plan_and_stops_nothing() {
    let project = Project::new();
    project.write("small.yaml", odd());
    let said = project.pedigree(&["plan", "small.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    assert!(said.stderr.contains("warning[no-effect]: gates[1].at-least"), "{said}");
    assert!(said.stdout.contains("stages to do"), "{said}");
    let said = project.pedigree(&["run", "small.yaml", "--only", "dataset:prose"]);
    assert_eq!(said.code, 0, "{said}");
    assert!(said.stderr.contains("warning[no-effect]"), "{said}");
}
