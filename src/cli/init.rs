//! `pedigree init`: a workspace, and a first recipe that runs.

use std::fs;

use crate::artifact::Workspace;
use crate::cli::arguments::InitArgs;
use crate::cli::session::Session;
use crate::error::Exit;

/// The first recipe.
const RECIPE: &str = include_str!("init/first.yaml");

/// The texts it learns from: what is written about Pedigree.
const TEXTS: [(&str, &str); 6] = [
    ("readme.md", include_str!("../../README.md")),
    ("getting-started.md", include_str!("../../docs/getting-started.md")),
    ("recipes.md", include_str!("../../docs/recipes.md")),
    ("architecture.md", include_str!("../../docs/architecture.md")),
    ("benchmarks.md", include_str!("../../docs/benchmarks.md")),
    ("changelog.md", include_str!("../../CHANGELOG.md")),
];

/// Makes a workspace; what is already there stays as it is.
///
/// # Errors
/// When a file cannot be written.
pub fn run(session: &Session, arguments: &InitArgs) -> anyhow::Result<Exit> {
    fs::create_dir_all(&arguments.folder)?;
    let workspace = Workspace::create(&arguments.folder)?;
    let ignore = workspace.folder().join(".gitignore");
    let recipe = arguments.folder.join("recipes/first.yaml");
    let data = arguments.folder.join("data");
    let texts = TEXTS.map(|(name, text)| (data.join(name), text));
    for (path, content) in [(ignore, "*\n"), (recipe.clone(), RECIPE)].into_iter().chain(texts) {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        if !path.exists() {
            fs::write(&path, content)?;
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
