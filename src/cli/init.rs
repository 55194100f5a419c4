//! `pedigree init`: a workspace, and a recipe that runs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::artifact::Workspace;
use crate::cli::arguments::InitArgs;
use crate::cli::failure::Complaint;
use crate::cli::format::table;
use crate::cli::schema;
use crate::cli::session::Session;
use crate::cli::templates::{TEMPLATES, Template};
use crate::error::Exit;
use crate::recipe::problem::{listed, nearest};

/// Makes a workspace; what is already there stays as it is.
///
/// # Errors
/// When there is no such template, and when a file cannot be written.
pub fn run(session: &Session, arguments: &InitArgs) -> anyhow::Result<Exit> {
    let InitArgs { folder, template, list: lists } = arguments;
    if *lists || template == "list" {
        return list(session);
    }
    let template = Template::named(template).ok_or_else(|| unknown(template))?;
    fs::create_dir_all(folder)?;
    let workspace = Workspace::create(folder)?;
    schema::put(&workspace)?;
    put(&workspace.folder().join(".gitignore"), "*\n")?;
    let recipe = folder.join(format!("recipes/{}.yaml", template.name));
    put(&recipe, template.recipe)?;
    for (path, text) in template.texts() {
        put(&folder.join(path), text)?;
    }
    answer(session, &workspace, &recipe);
    Ok(Exit::Done)
}

fn put(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if path.exists() { Ok(()) } else { fs::write(path, text) }
}

fn answer(session: &Session, workspace: &Workspace, recipe: &PathBuf) {
    let answer = serde_json::json!({ "workspace": workspace.folder(), "recipe": recipe });
    session.printer.answer(&answer, || {
        format!(
            "made `{}`\nnext: `pedigree plan {recipe}` · `pedigree run {recipe}`",
            workspace.folder().display(),
            recipe = recipe.display()
        )
    });
}

fn list(session: &Session) -> anyhow::Result<Exit> {
    let all: Vec<_> = TEMPLATES.iter().map(|one| serde_json::json!({ "name": one.name, "line": one.line })).collect();
    session.printer.answer(&all, || {
        let rows: Vec<_> = TEMPLATES.iter().map(|one| vec![one.name.to_owned(), one.line.to_owned()]).collect();
        table(&["template", "what it is"], &rows, &[])
    });
    Ok(Exit::Done)
}

fn unknown(name: &str) -> Complaint {
    let names = || TEMPLATES.iter().map(|template| template.name);
    let hint = match nearest(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the templates are {}", listed(names())),
    };
    Complaint::input(format!("there is no template `{name}`"), hint)
}
