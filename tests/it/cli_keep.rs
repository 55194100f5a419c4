//! `init`, `gc`, `fsck`, `doctor`, `stop`, `resume`: keeping house.

use std::fs;

use crate::support::{Project, copy_of_finished, finished};

#[test]
fn a_new_workspace_comes_with_a_recipe_that_is_valid() {
    let project = Project::empty();
    insta::assert_snapshot!(project.pedigree(&["init"]), @r#"
    exit: 0
    --- stdout
    made `[project]/.pedigree`
    next: `pedigree plan ./recipes/first.yaml` · `pedigree run ./recipes/first.yaml`
    "#);
    let mut files: Vec<_> = ["recipes", ".pedigree"]
        .iter()
        .flat_map(|folder| fs::read_dir(project.path().join(folder)).unwrap())
        .map(|entry| entry.unwrap().path().strip_prefix(project.path()).unwrap().display().to_string())
        .collect();
    files.sort();
    insta::assert_snapshot!(files.join("\n"), @r#"
    .pedigree/.gitignore
    .pedigree/artifacts
    .pedigree/recipe.schema.json
    .pedigree/tasks
    recipes/first.yaml
    "#);
    let plan = project.pedigree(&["plan", "recipes/first.yaml"]);
    assert_eq!(plan.code, 0, "{plan}");
}

#[test]
fn a_second_init_changes_nothing() {
    let project = Project::empty();
    assert_eq!(project.pedigree(&["init", "sub"]).code, 0);
    project.write("sub/recipes/first.yaml", "mine");
    insta::assert_snapshot!(project.pedigree(&["init", "sub"]), @r#"
    exit: 0
    --- stdout
    made `[project]/sub/.pedigree`
    next: `pedigree plan sub/recipes/first.yaml` · `pedigree run sub/recipes/first.yaml`
    "#);
    assert_eq!(fs::read_to_string(project.path().join("sub/recipes/first.yaml")).unwrap(), "mine");
}

#[test]
fn the_workspace_is_found_from_below() {
    let project = copy_of_finished();
    let below = project.path().join("data/prose");
    let output = project.command(&["runs"]).current_dir(below).output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("small"));
}

#[test]
fn what_nothing_needs_can_go() {
    let project = copy_of_finished();
    insta::assert_snapshot!(project.pedigree(&["gc", "--dry-run"]), @r#"
    exit: 0
    --- stdout
    0 artifacts would go ([size]), 50 stay
    0 preparation files would go ([size]), 12 stay
    "#);
    assert_eq!(project.pedigree(&["gc"]).code, 0);
    assert_eq!(project.pedigree(&["fsck"]).code, 0, "the collector took what is needed");
    let again = project.pedigree(&["run", "small.yaml"]);
    assert!(again.stdout.starts_with("nothing is stale"), "{again}");
}

#[test]
fn a_sound_workspace_is_called_so() {
    insta::assert_snapshot!(finished().pedigree(&["fsck"]), @r#"
    exit: 0
    --- stdout
    50 artifacts compared ([size])
    everything is as it was written
    "#);
}

#[test]
fn the_doctor_finds_everything_in_order() {
    insta::assert_snapshot!(finished().pedigree(&["doctor"]), @r#"
    exit: 0
    --- stdout
    ✓ pedigree  0.1.0
    ✓ engine  [programs]/pedigree-engine
    ✓ burn  0.22.1
    ✓ libtorch [machine]
    ✓ gpu [machine]
    ✓ workspace  [project]/.pedigree
    ✓ disk  [size] free
    ✓ git  not recorded: not in a git repository
    "#);
}

#[test]
fn the_doctor_finds_what_is_missing() {
    let project = Project::empty();
    let output = project.command(&["doctor"]).env("PEDIGREE_ENGINE", "/nonexistent/pedigree-engine").output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("✗ engine     no `pedigree-engine`: looked at `/nonexistent/pedigree-engine`\n    hint:"),
        "{said}"
    );
}

#[test]
fn nothing_can_be_stopped_or_resumed_where_nothing_runs() {
    let project = finished();
    insta::assert_snapshot!(project.pedigree(&["stop"]), @r#"
    exit: 2
    --- stderr
    error: no run is under way here
    hint: `pedigree runs` lists what was run
    "#);
    insta::assert_snapshot!(project.pedigree(&["resume"]), @r#"
    exit: 2
    --- stderr
    error: run [short] has succeeded: nothing is left to do
    hint: `pedigree status [short]` shows what came out
    "#);
}
