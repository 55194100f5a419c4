//! `pedigree init`: a workspace, and a first recipe that runs.

use std::fs;

use crate::artifact::Workspace;
use crate::cli::arguments::InitArgs;
use crate::cli::session::Session;
use crate::error::Exit;

/// The first recipe, and the text it learns from.
const RECIPE: &str = include_str!("init/first.yaml");
const TEXT: &str = include_str!("init/first.txt");

/// Makes a workspace; what is already there stays as it is.
///
/// # Errors
/// When a file cannot be written.
pub fn run(session: &Session, arguments: &InitArgs) -> anyhow::Result<Exit> {
    fs::create_dir_all(&arguments.folder)?;
    let workspace = Workspace::create(&arguments.folder)?;
    let ignore = workspace.folder().join(".gitignore");
    let recipe = arguments.folder.join("recipes/first.yaml");
    let text = arguments.folder.join("data/first.txt");
    for (path, content) in [(&ignore, "*\n"), (&recipe, RECIPE), (&text, TEXT)] {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        if !path.exists() {
            fs::write(path, content)?;
        }
    }
    let answer = serde_json::json!({ "workspace": workspace.folder(), "recipe": recipe });
    session.printer.answer(&answer, || {
        format!(
            "made `{}`\nnext: `pedigree plan {recipe}` · `pedigree run {recipe}`",
            workspace.folder().display(),
            recipe = recipe.display()
        )
    });
    Ok(Exit::Done)
}
