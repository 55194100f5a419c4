//! `pedigree man`: manual pages out of the arguments.

use std::fs;

use clap::CommandFactory as _;

use crate::cli::arguments::{Cli, ManArgs};
use crate::cli::format::plural;
use crate::cli::session::Session;
use crate::error::Exit;

/// Writes a page for the program and one for each command.
///
/// # Errors
/// When a page cannot be written.
pub fn run(session: &Session, arguments: &ManArgs) -> anyhow::Result<Exit> {
    let folder = &arguments.folder;
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)?;
    let mut pages: Vec<_> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "1"))
        .collect();
    pages.sort();
    session.printer.answer(&serde_json::json!({ "pages": pages }), || {
        format!(
            "wrote {} into `{folder}`\nnext: `man -l {folder}/pedigree.1`",
            plural(pages.len(), "page"),
            folder = folder.display()
        )
    });
    Ok(Exit::Done)
}
