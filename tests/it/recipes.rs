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

#[test]
fn the_recipes_of_the_readme_are_valid_and_its_mistake_is_told_like_that() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = |kind: &str| -> Vec<String> {
        let fence = format!("```{kind}\n");
        let blocks = readme.split(&fence).skip(1);
        blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
    };
    let project = Project::empty();
    let recipes = blocks("yaml");
    for text in &recipes {
        let name = text.lines().find_map(|line| line.strip_prefix("name: ")).unwrap();
        project.write(&format!("recipes/{name}.yaml"), text);
    }
    let said = project.pedigree(&["check", "recipes/"]);
    assert_eq!(said.stdout, format!("checked {} recipes: no problems\n", recipes.len()), "{said}");

    let mistaken = recipes[0].replace("budget: { steps: 400 }", "budget: { step: 400 }");
    project.write("recipes/my-lineage.yaml", mistaken);
    let told = blocks("console")
        .into_iter()
        .find_map(|block| block.strip_prefix("$ pedigree check recipes/\n").map(str::to_owned));
    let said = project.pedigree(&["check", "recipes/"]).stderr;
    assert!(said.contains(told.unwrap().trim_end()), "{said}");
}
