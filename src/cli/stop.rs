//! `pedigree stop`: asks the manager at work in this workspace to save and end.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::cli::failure::Complaint;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::execute::ManagerLock;

/// Stops the run that is under way.
///
/// # Errors
/// When none is.
pub fn run(session: &Session) -> anyhow::Result<Exit> {
    let workspace = session.workspace()?;
    let Some(holder) = ManagerLock::holder(&workspace) else {
        return Err(Complaint::input("no run is under way here", "`pedigree runs` lists what was run").into());
    };
    kill(Pid::from_raw(holder.pid as i32), Signal::SIGINT)?;
    session.printer.say(format!(
        "asked run {} (process {}) to save and end; `pedigree resume` goes on",
        holder.run.short(),
        holder.pid
    ));
    Ok(Exit::Done)
}
