//! `pedigree check`: every mistake of every recipe given, without running anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::arguments::{CheckArgs, RecipeArgs};
use crate::cli::failure::Complaint;
use crate::cli::format::plural;
use crate::cli::load;
use crate::cli::outside::catalogue;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::recipe::render::render;
use crate::recipe::{Code, Place, Problem, Problems, Severity, sarif};

/// Checks recipes.
///
/// # Errors
/// When a folder cannot be listed.
pub fn run(session: &Session, arguments: &CheckArgs) -> anyhow::Result<Exit> {
    let CheckArgs { paths, sarif, deny_warnings } = arguments;
    let mut files = Vec::new();
    for path in paths {
        files.extend(recipes_below(path)?);
    }
    let files = each_once(files);
    let all: Vec<Problems> =
        files.iter().map(|file| problems_of(session, file)).filter(|it| !it.problems.is_empty()).collect();
    for problems in &all {
        session.printer.say(render(problems, session.printer.talk_is_coloured()));
        session.printer.say("");
    }
    let count = |severity: Severity| {
        all.iter().flat_map(|problems| &problems.problems).filter(|problem| problem.severity == severity).count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if *sarif {
        session.printer.json(&sarif::log(&all));
    } else {
        session.printer.answer(&all, || format!("checked {}: {}", counted(&files), found(errors, warnings)));
    }
    Ok(if errors > 0 || (*deny_warnings && warnings > 0) { Exit::BadInput } else { Exit::Done })
}

fn found(errors: usize, warnings: usize) -> String {
    match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (0, _) => plural(warnings, "warning"),
        (_, 0) => plural(errors, "problem"),
        (_, _) => format!("{}, {}", plural(errors, "problem"), plural(warnings, "warning")),
    }
}

/// Returns what is wrong with a recipe, or odd; a file that cannot be read is one problem.
fn problems_of(session: &Session, file: &Path) -> Problems {
    let arguments = RecipeArgs { recipe: file.to_owned(), sets: Vec::new() };
    let read = match catalogue::is_entry(file) {
        true => catalogue::check(file),
        false => load::recipe(session, &arguments).map(|loaded| loaded.warnings),
    };
    let error = match read {
        Ok(warnings) => return warnings,
        Err(error) => error,
    };
    error.downcast::<Problems>().unwrap_or_else(|error| {
        let hint = error.downcast_ref::<Complaint>().and_then(|complaint| complaint.hint.clone());
        let problem = Problem::error(Place::default(), "", format!("{error:#}"), hint).coded(Code::Unreadable);
        Problems::of_text(&file.display().to_string(), "", vec![problem])
    })
}

/// Returns files without those named before, however they are spelt.
fn each_once(files: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    files.into_iter().filter(|file| seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone()))).collect()
}

/// Returns in words how many recipes and how many entries of the catalogue there are.
fn counted(files: &[PathBuf]) -> String {
    let n_entries = files.iter().filter(|file| catalogue::is_entry(file)).count();
    let entries =
        if n_entries == 1 { "1 catalogue entry".to_owned() } else { format!("{n_entries} catalogue entries") };
    match (files.len() - n_entries, n_entries) {
        (n_recipes, 0) => plural(n_recipes, "recipe"),
        (0, _) => entries,
        (n_recipes, _) => format!("{} and {entries}", plural(n_recipes, "recipe")),
    }
}

/// Returns the recipes a path stands for: itself, or the YAML files in a folder.
fn recipes_below(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files: Vec<PathBuf> =
        fs::read_dir(path)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    files.sort();
    if files.is_empty() {
        return Err(
            Complaint::input(format!("there is no recipe in `{}`", path.display()), "recipes end in `.yaml`").into()
        );
    }
    Ok(files)
}
