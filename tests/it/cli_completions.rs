//! `completions` and `man`: what a shell completes, asked as a shell asks.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{Project, finished, programs, redacted};

/// How long somebody who presses a key may wait; more than on an idle machine, because other tests run beside this one.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Returns what is offered for the last word of a line, as fish asks: a candidate and its help in each line.
fn offered(project: &Project, line: &[&str]) -> Vec<(String, String)> {
    let mut arguments = vec!["--", "pedigree"];
    arguments.extend(line);
    let began = Instant::now();
    let output = project.command(&arguments).env("PEDIGREE_COMPLETE", "fish").output().unwrap();
    assert!(began.elapsed() < PATIENCE, "{line:?} took {:?}", began.elapsed());
    assert!(output.status.success() && output.stderr.is_empty(), "{line:?}: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let pair = |line: &str| {
        let (word, help) = line.split_once('\t').unwrap_or((line, ""));
        (word.to_owned(), redacted(help, project.path()))
    };
    text.lines().map(pair).collect()
}

fn words(offered: &[(String, String)]) -> Vec<&str> {
    offered.iter().map(|(word, _)| word.as_str()).collect()
}

#[test]
fn commands_are_offered_with_what_they_do() {
    let offered = offered(&Project::empty(), &["re"]);
    assert_eq!(words(&offered), ["recipes", "resume", "reproduce"]);
    assert!(offered.iter().all(|(_, help)| !help.is_empty()), "{offered:?}");
}

#[test]
fn models_are_offered_by_version_and_by_alias() {
    let offered = offered(finished(), &["card", ""]);
    let offered: Vec<_> = offered.iter().filter(|(word, _)| !word.starts_with('-')).collect();
    insta::assert_debug_snapshot!(offered, @r#"
    [
        (
            "small-general@v1",
            "general, 8.7 k parameters, [time] UTC",
        ),
        (
            "small-industry@v1",
            "industry, 8.7 k parameters, [time] UTC",
        ),
        (
            "small-vertical@v1",
            "vertical, 8.7 k parameters, [time] UTC",
        ),
        (
            "small@champion",
            "small-vertical@v1",
        ),
    ]
    "#);
}

#[test]
fn datasets_are_offered_with_their_runs() {
    let offered = offered(finished(), &["data", "report", "small/"]);
    assert_eq!(words(&offered), ["small/prose", "small/rust", "small/tasks"]);
    assert!(offered.iter().all(|(_, help)| help == "run [short], prepared [time] UTC"), "{offered:?}");
}

#[test]
fn runs_are_offered_with_their_recipe_and_their_time() {
    let offered = offered(finished(), &["status", ""]);
    let offered: Vec<_> = offered.iter().filter(|(word, _)| !word.starts_with('-')).collect();
    assert_eq!(offered.len(), 2, "{offered:?}");
    assert_eq!(offered[0].0, "latest");
    assert_eq!(offered[1].0.len(), 8);
    assert_eq!(offered[1].1, "small, succeeded, [time] UTC");
}

#[test]
fn stages_are_offered_of_the_recipe_or_of_the_run() {
    let of_recipe = offered(finished(), &["why", "small.yaml", "train:"]);
    assert_eq!(words(&of_recipe), ["train:general", "train:industry", "train:vertical"]);
    let of_run = offered(finished(), &["logs", "latest", "train:"]);
    assert_eq!(words(&of_run), words(&of_recipe));
    assert!(of_run.iter().all(|(_, help)| help == "finished"), "{of_run:?}");
}

#[test]
fn recipes_and_templates_are_offered() {
    let project = Project::empty();
    project.write("recipes/mine.yaml", "");
    project.write("recipes/notes.txt", "");
    let plan = offered(&project, &["plan", ""]);
    assert!(words(&plan).contains(&"recipes/mine.yaml") && !words(&plan).contains(&"recipes/notes.txt"), "{plan:?}");
    assert_eq!(words(&offered(&project, &["plan", "recipes/m"])), ["recipes/mine.yaml"]);
    assert_eq!(words(&offered(&project, &["recipes", "copy", "rust"])), ["rust-coder"]);
    assert_eq!(words(&offered(&project, &["init", "--template", "l"])), ["lineage"]);
}

#[test]
fn where_something_is_wrong_nothing_is_offered_and_nothing_said() {
    let project = Project::empty();
    project.write("broken.yaml", "version: [");
    fs::create_dir(project.path().join(".pedigree")).unwrap();
    project.write(".pedigree/pedigree.db", "this is no database");
    for line in [&["card", "x"][..], &["status", "x"], &["why", "broken.yaml", "x"], &["logs", "latest", "x"]] {
        assert_eq!(offered(&project, line), [], "{line:?}");
    }
}

/// Runs a script in a shell in the finished project, with the program in its path; `None` where there is no such shell.
fn in_shell(shell: &str, script: &str) -> Option<String> {
    let path = format!("{}:{}", programs().display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(shell);
    command.args(["-c", script]).current_dir(finished().path()).env("PATH", path).env_remove("PEDIGREE_WORKSPACE");
    match command.output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(_) => {
            println!("skipped: there is no `{shell}` on this machine");
            None
        }
    }
}

/// Returns what bash completes, called as it calls what it has read; it has ended words at `:` and `@`.
fn in_bash(line: &str, words: &str) -> Option<String> {
    let script = format!(
        "source <(pedigree completions bash); COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9; COMP_WORDS=({words}); \
         COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _pedigree pedigree \"${{COMP_WORDS[COMP_CWORD]}}\" x; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    in_shell("bash", &script).map(|said| said.lines().map(str::trim).collect::<Vec<_>>().join(" "))
}

#[test]
fn bash_completes_words_it_has_taken_apart() {
    let Some(said) = in_bash("pedigree card small-v", "pedigree card small-v") else { return };
    assert_eq!(said, "small-vertical@v1");
    let said = in_bash("pedigree card small@ch", "pedigree card small @ ch").unwrap();
    assert_eq!(said, "champion");
    let said = in_bash("pedigree why small.yaml train:", "pedigree why small.yaml train :").unwrap();
    assert_eq!(said, "general industry vertical");
    let said = in_bash("pedigree init --template=l", "pedigree init --template = l").unwrap();
    assert_eq!(said, "lineage");
}

#[test]
fn fish_completes_stages_with_what_the_program_prints() {
    let script = "pedigree completions fish | source; complete -C 'pedigree why small.yaml train:g'";
    let Some(said) = in_shell("fish", script) else { return };
    assert_eq!(said.trim(), "train:general");
}

#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "zsh", "fish"] {
        let said = Project::empty().pedigree(&["completions", shell]);
        assert!(said.code == 0 && said.stdout.contains("PEDIGREE_COMPLETE"), "{said}");
    }
    insta::assert_snapshot!(Project::empty().pedigree(&["completions", "tcsh"]), @r#"
    exit: 2
    --- stderr
    error: invalid value 'tcsh' for '<SHELL>'
      [possible values: bash, zsh, fish]

      tip: a similar value exists: 'zsh'

    For more information, try '--help'.
    "#);
}

#[test]
fn every_command_has_a_manual_page() {
    let project = Project::empty();
    let said = project.pedigree(&["man", "pages"]);
    assert_eq!(said.code, 0, "{said}");
    for page in ["pedigree.1", "pedigree-run.1", "pedigree-zoo-list.1", "pedigree-recipes-copy.1"] {
        let text = fs::read_to_string(project.path().join("pages").join(page)).unwrap();
        assert!(text.contains(".SH NAME"), "{page}");
    }
}
