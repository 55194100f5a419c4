//! `pedigree schema`, and the schema in the workspace: what editors complete and check recipes with.

use std::fs;
use std::path::Path;

use crate::artifact::Workspace;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::recipe::typed;

/// How the first line of a recipe names its schema.
const HEADER: &str = "# yaml-language-server: $schema=";

/// The schema's file within a workspace.
const FILE: &str = "recipe.schema.json";

/// Prints the schema.
///
/// # Errors
/// Never; every command may have some.
pub fn run(session: &Session) -> anyhow::Result<Exit> {
    session.printer.data(text());
    Ok(Exit::Done)
}

fn text() -> String {
    format!("{:#}\n", typed::schema())
}

/// Puts this program's schema into a workspace, over one of another version.
///
/// # Errors
/// When it cannot be written.
pub fn put(workspace: &Workspace) -> std::io::Result<()> {
    fs::write(workspace.folder().join(FILE), text())
}

/// Returns a recipe whose first line names the schema in the workspace, seen from the recipe's folder.
///
/// Without a workspace the first line goes, for it would lead nowhere.
pub fn named_in(recipe: &str, folder: &Path, workspace: Option<&Workspace>) -> String {
    let rest = match recipe.split_once('\n') {
        Some((first, rest)) if first.starts_with(HEADER) => rest,
        Some(_) | None => recipe,
    };
    match workspace {
        Some(workspace) => format!("{HEADER}{}\n{rest}", seen_from(folder, workspace)),
        None => rest.to_owned(),
    }
}

fn seen_from(folder: &Path, workspace: &Workspace) -> String {
    match folder.strip_prefix(workspace.root()) {
        Ok(below) => format!("{}{}/{FILE}", "../".repeat(below.components().count()), Workspace::FOLDER),
        Err(_) => workspace.folder().join(FILE).display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_names_the_schema_from_where_it_lies() {
        let project = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(project.path()).unwrap();
        let below = workspace.root().join("recipes/mine");
        let recipe = "# yaml-language-server: $schema=../docs/x.json\nversion: 1\n";
        let named = named_in(recipe, &below, Some(&workspace));
        assert_eq!(named, "# yaml-language-server: $schema=../../.pedigree/recipe.schema.json\nversion: 1\n");
        assert_eq!(named_in("version: 1\n", &below, Some(&workspace)), named);
        assert_eq!(named_in(recipe, &below, None), "version: 1\n");
        let elsewhere = named_in(recipe, Path::new("/elsewhere"), Some(&workspace));
        assert!(elsewhere.starts_with(&format!("{HEADER}{}", workspace.root().display())), "{elsewhere}");
    }
}
