//! Pages that are written by the program itself: `UPDATE_DOCS=1` writes them anew, otherwise they must be as they would be written.

use std::fmt::Write as _;
use std::path::Path;

use clap::CommandFactory as _;

use crate::reference::reference;

#[test]
fn the_reference_of_the_command_line_is_what_the_program_says() {
    let mut page = String::from(
        "# The command line\n\nWritten by `make docs` from what `pedigree help` says; change the program, not this page.\n",
    );
    describe(pedigree::cli::Cli::command().term_width(100), "pedigree", &mut page);
    hold("docs/cli.md", &page);
}

#[test]
fn the_schema_is_what_the_program_says() {
    hold("docs/recipe.schema.json", &format!("{:#}\n", pedigree::recipe::typed::schema()));
}

#[test]
fn the_reference_of_recipes_is_what_the_types_say() {
    let [first, lineage, variables] =
        ["src/cli/templates/first.yaml", "src/cli/templates/lineage.yaml", "tests/it/reference/variables.yaml"]
            .map(|path| std::fs::read_to_string(root().join(path)).unwrap());
    let texts = [("first", first.as_str()), ("lineage", &lineage), ("variables", &variables)];
    hold("docs/recipes.md", &reference(&texts.into()));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a page with what it should be, after writing it anew where that is asked for.
fn hold(name: &str, page: &str) {
    let path = root().join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "`{name}` is not what the program says: run `make docs`");
}

/// Adds a command and, behind it, its subcommands.
fn describe(command: clap::Command, name: &str, page: &mut String) {
    let mut command = command.term_width(100);
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    write!(page, "\n## `{name}`\n\n```text\n{}\n```\n", lines.join("\n").trim_end()).unwrap();
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        describe(inner.clone(), &format!("{name} {}", inner.get_name()), page);
    }
}
