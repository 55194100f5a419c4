//! `docs/diagnostics.md`: every code with what it means and a recipe that has it. `UPDATE_DOCS=1` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use pedigree::recipe::code::Code;
use pedigree::recipe::{Problems, docs};

use crate::support::corpus::{files, problems, reading_of, rendered};

fn page_at(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_default()
}

/// Returns, for each code that a kept recipe has, the shortest thing said about one.
fn examples() -> BTreeMap<Code, String> {
    let mut examples: BTreeMap<Code, String> = BTreeMap::new();
    for file in ["bad_recipes", "odd_recipes"].into_iter().flat_map(files) {
        let all = problems(reading_of(&file));
        for problem in &all.problems {
            let one = Problems { problems: vec![problem.clone()], ..all.clone() };
            let told = rendered(&Problems { left_out: 0, ..one });
            let known = examples.entry(problem.code).or_insert_with(|| told.clone());
            if (told.len(), &told) < (known.len(), known) {
                *known = told;
            }
        }
    }
    examples
}

#[test]
fn every_code_has_its_meaning_and_an_example() {
    let mut examples = examples();
    let mut page = String::from(
        "# Diagnostics\n\nEvery problem of a recipe has a code that keeps its meaning, in `error[code]: …`, in JSON as `code`, and in SARIF as `ruleId`.\n\
         Errors keep a recipe from running; warnings do not, unless `pedigree check --deny-warnings` is asked.\n\
         This page is written by `make docs` from the program and from the recipes its tests keep.\n",
    );
    for code in Code::ALL {
        let example = examples.remove(code).unwrap_or_else(|| panic!("no recipe of the tests has `{code}`"));
        write!(page, "\n## `{code}`\n\n{}\n\n```text\n{example}\n```\n", code.meaning()).unwrap();
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(docs::CODES_PAGE), &page).unwrap();
    }
    assert!(page == page_at(docs::CODES_PAGE), "`{}` is not what the program says: run `make docs`", docs::CODES_PAGE);
}

#[test]
fn every_link_into_the_recipe_language_leads_to_a_heading() {
    let page = page_at(docs::RECIPES_PAGE);
    let headings: Vec<String> = page
        .lines()
        .filter(|line| line.starts_with("##"))
        .map(|line| line.trim_start_matches('#').trim().replace('`', "").to_lowercase().replace(' ', "-"))
        .collect();
    // `contamination` and `analyses` are words of the language that this version does not read yet.
    for section in docs::SECTIONS.iter().filter(|section| !["contamination", "analyses"].contains(section)) {
        assert!(
            headings.iter().any(|heading| heading == section),
            "`{}` has no heading `{section}`",
            docs::RECIPES_PAGE
        );
    }
}
