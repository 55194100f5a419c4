//! The recipes that ship: they are valid, and what they read is what the lock file has brought.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Project;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn recipes() -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(root().join("recipes"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there are no recipes");
    files
}

/// Returns `name-version` of every package of the lock file.
fn locked() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let value = |line: &str, key: &str| {
        line.strip_prefix(key).and_then(|rest| rest.strip_prefix(" = ")).map(|text| text.trim_matches('"').to_owned())
    };
    let mut packages = BTreeSet::new();
    let mut name = String::new();
    for line in text.lines() {
        if let Some(found) = value(line, "name") {
            name = found;
        } else if let Some(version) = value(line, "version") {
            packages.insert(format!("{name}-{version}"));
        }
    }
    packages
}

#[test]
fn every_recipe_that_ships_is_valid() {
    let project = Project::empty();
    let folder = root().join("recipes").display().to_string();
    let said = project.pedigree(&["check", &folder]);
    assert_eq!(said.code, 0, "{said}");
    assert!(said.stdout.contains(&format!("checked {} recipe", recipes().len())), "{said}");
}

#[test]
fn every_crate_a_recipe_names_stands_in_the_lock_file() {
    let packages = locked();
    let version = regex::Regex::new(r"\b([A-Za-z][A-Za-z0-9_-]*-\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)").unwrap();
    let mut n_named = 0;
    for recipe in recipes() {
        let text = fs::read_to_string(&recipe).unwrap();
        let code: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        for found in version.find_iter(&code.join("\n")) {
            n_named += 1;
            assert!(
                packages.contains(found.as_str()),
                "{}: `{}` is not in Cargo.lock",
                recipe.display(),
                found.as_str()
            );
        }
    }
    assert!(n_named > 50, "only {n_named} crates were found: the pattern has come loose");
}
