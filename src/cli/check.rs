//! `pedigree check`: every mistake of every recipe given, without running anything.

use std::path::{Path, PathBuf};

use crate::cli::arguments::{CheckArgs, RecipeArgs};
use crate::cli::failure::{self, Complaint};
use crate::cli::format::plural;
use crate::cli::load;
use crate::cli::outside::catalogue;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::recipe::render::render;
use crate::recipe::{Problems, Severity};

/// Checks recipes.
///
/// # Errors
/// When a folder cannot be listed.
pub fn run(session: &Session, arguments: &CheckArgs) -> anyhow::Result<Exit> {
    let mut files = Vec::new();
    for path in &arguments.paths {
        files.extend(recipes_below(path)?);
    }
    let mut all: Vec<Problems> = Vec::new();
    let mut exit = Exit::Done;
    for file in &files {
        let arguments = RecipeArgs { recipe: file.clone(), sets: Vec::new() };
        let read = match catalogue::is_entry(file) {
            true => catalogue::check(file),
            false => load::recipe(session, &arguments).map(|loaded| loaded.warnings),
        };
        match read {
            Ok(warnings) => all.push(warnings),
            Err(error) => {
                exit = Exit::BadInput;
                match error.downcast::<Problems>() {
                    Ok(problems) => all.push(problems),
                    Err(other) => drop(failure::report(&session.printer, &other)),
                }
            }
        }
    }
    all.retain(|problems| !problems.problems.is_empty());
    for problems in &all {
        session.printer.say(render(problems, session.printer.talk_is_coloured()));
        session.printer.say("");
    }
    let count = |severity: Severity| {
        all.iter().flat_map(|problems| &problems.problems).filter(|problem| problem.severity == severity).count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    session.printer.answer(&all, || {
        let found = match (exit, warnings) {
            (Exit::Done, 0) => "no problems".to_owned(),
            (Exit::Done, _) => plural(warnings, "warning"),
            (_, 0) => plural(errors, "problem"),
            (_, _) => format!("{}, {}", plural(errors, "problem"), plural(warnings, "warning")),
        };
        format!("checked {}: {found}", counted(&files))
    });
    Ok(exit)
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
        std::fs::read_dir(path)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    files.sort();
    if files.is_empty() {
        return Err(
            Complaint::input(format!("there is no recipe in `{}`", path.display()), "recipes end in `.yaml`").into()
        );
    }
    Ok(files)
}
