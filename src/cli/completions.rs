//! `pedigree completions`: what a shell needs to ask this program for completions, and the answers.
//!
//! The shell starts the program with a variable set, for every press of the key: see [`answer`].

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::CompleteEnv;
use clap_complete::env::Shells;

use crate::cli::arguments::{Cli, CompletionsArgs, Shell};
use crate::cli::session::Session;
use crate::error::Exit;

/// The variable by which a shell asks.
const VARIABLE: &str = "PEDIGREE_COMPLETE";

/// What bash has to read besides.
const BASH: &str = include_str!("completions/bash.sh");

/// Answers a shell that asks, and returns whether one did.
///
/// # Errors
/// When the shell is not known, or its question makes no sense.
pub fn answer() -> Result<bool, clap::Error> {
    let here = std::env::current_dir().ok();
    CompleteEnv::with_factory(Cli::command).var(VARIABLE).try_complete(std::env::args_os(), here.as_deref())
}

/// Prints what a shell has to read when it starts.
///
/// # Errors
/// Never; every command may have some.
pub fn run(session: &Session, arguments: &CompletionsArgs) -> anyhow::Result<Exit> {
    let (shell, besides) = match arguments.shell {
        Shell::Bash => ("bash", BASH),
        Shell::Zsh => ("zsh", ""),
        Shell::Fish => ("fish", ""),
    };
    let mut script = Vec::new();
    if let Some(shell) = Shells::builtins().completer(shell) {
        shell.write_registration(VARIABLE, "pedigree", "pedigree", &program(), &mut script)?;
    }
    session.printer.data(format!("{}{besides}", String::from_utf8_lossy(&script)));
    Ok(Exit::Done)
}

/// Returns how this program was called, from wherever the shell may stand then.
fn program() -> String {
    let called = std::env::args_os().next().unwrap_or_else(|| OsString::from("pedigree"));
    let is_path = Path::new(&called).components().count() > 1;
    match std::env::current_dir() {
        Ok(here) if is_path => here.join(called).display().to_string(),
        Ok(_) | Err(_) => called.to_string_lossy().into_owned(),
    }
}
