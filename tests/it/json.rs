//! Every command that reads answers programs too: one JSON value, or one a line.

use serde_json::Value;

use crate::support::finished;

#[test]
fn every_reading_command_answers_with_json() {
    let project = finished();
    let commands: [&[&str]; 17] = [
        &["show", "recipe", "small.yaml"],
        &["plan", "small.yaml"],
        &["why", "small.yaml", "train:industry"],
        &["check", "small.yaml"],
        &["run", "small.yaml"],
        &["runs"],
        &["status"],
        &["metrics"],
        &["metrics", "latest", "--stage", "train:general", "--name", "train/loss"],
        &["compare", "latest", "latest"],
        &["zoo", "list"],
        &["zoo", "tree"],
        &["zoo", "show", "small-vertical"],
        &["card", "small-vertical"],
        &["gc", "--dry-run"],
        &["fsck"],
        &["doctor"],
    ];
    for command in commands {
        let answer = project.json(command);
        assert!(answer.is_object() || answer.is_array(), "{command:?}: {answer}");
    }
}

#[test]
fn streaming_commands_answer_with_a_json_value_a_line() {
    let project = finished();
    for command in [
        &["logs", "latest", "train:general", "--format", "json"][..],
        &["generate", "small@champion", "-p", "The", "--max-tokens", "2", "--device", "cpu", "--format", "json"],
    ] {
        let said = project.pedigree(command);
        assert_eq!(said.code, 0, "{said}");
        let values: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!values.is_empty() && values.iter().all(Value::is_object), "{said}");
    }
}

#[test]
fn mistakes_in_a_recipe_are_json_too() {
    let project = crate::support::Project::empty();
    project.write("bad.yaml", "version: 1\nname: a b\n");
    for command in [&["check", "bad.yaml", "--format", "json"], &["plan", "bad.yaml", "--format", "json"]] {
        let said = project.pedigree(command);
        assert_eq!(said.code, 2, "{said}");
        let answer: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
        let problems = answer.get(0).unwrap_or(&answer)["problems"].as_array().unwrap();
        assert!(
            problems.iter().all(|problem| problem["line"].is_u64() && problem["message"].is_string()),
            "{answer:#}"
        );
    }
}
