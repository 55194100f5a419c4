//! Pages that are written by the program itself: `UPDATE_DOCS=1` writes them anew, otherwise they must be as they would be written.

use std::fmt::Write as _;
use std::path::Path;

use clap::CommandFactory as _;

#[test]
fn the_reference_of_the_command_line_is_what_the_program_says() {
    let mut page = String::from(
        "# The command line\n\nWritten by `make docs` from what `pedigree help` says; change the program, not this page.\n",
    );
    describe(pedigree::cli::Cli::command().term_width(100), "pedigree", &mut page);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "`docs/cli.md` is not what the program says: run `make docs`");
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
