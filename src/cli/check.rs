//! `pedigree check`: every mistake of every recipe given, without running anything.

use std::path::{Path, PathBuf};

use crate::cli::arguments::{CheckArgs, RecipeArgs};
use crate::cli::failure::{self, Complaint};
use crate::cli::format::plural;
use crate::cli::load;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::recipe::Problems;
use crate::recipe::read::ReadError;

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
        let Err(error) = load::recipe(&arguments) else { continue };
        exit = Exit::BadInput;
        match error.downcast::<ReadError>() {
            Ok(ReadError::Problems(problems)) => {
                session.printer.say(crate::recipe::render::render(&problems, session.printer.talk_is_coloured()));
                session.printer.say("");
                all.push(*problems);
            }
            Ok(other) => drop(failure::report(&session.printer, &other.into())),
            Err(other) => drop(failure::report(&session.printer, &other)),
        }
    }
    let n_problems: usize = all.iter().map(|problems| problems.problems.len()).sum();
    session.printer.answer(&all, || {
        format!(
            "checked {}: {}",
            plural(files.len(), "recipe"),
            if exit == Exit::Done { "no problems".to_owned() } else { plural(n_problems, "problem") }
        )
    });
    Ok(exit)
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
