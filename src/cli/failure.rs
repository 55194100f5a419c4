//! From an error to a message, a hint and an exit code.

use crate::artifact::ArtifactError;
use crate::cli::printer::Printer;
use crate::data::DataError;
use crate::error::{Exit, Explain};
use crate::execute::{ExecuteError, LockError};
use crate::recipe::{Problems, render};
use crate::store::StoreError;

/// A mistake in what was typed, or something the command line alone can tell.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Complaint {
    /// What is wrong.
    pub message: String,
    /// What can be done.
    pub hint: Option<String>,
    /// The exit code.
    pub exit: Exit,
}

impl Complaint {
    /// Returns a complaint about bad input.
    pub fn input(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()), exit: Exit::BadInput }
    }
}

impl Explain for Complaint {
    fn exit(&self) -> Exit {
        self.exit
    }

    fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}

/// Prints an error, and returns the exit code.
pub fn report(printer: &Printer, error: &anyhow::Error) -> Exit {
    if let Some(problems) = error.downcast_ref::<Problems>() {
        if printer.is_json() {
            printer.json(problems);
        }
        printer.say(render::render(problems, printer.talk_is_coloured()));
        return Exit::BadInput;
    }
    let mut message = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if !message.contains(&text) {
            message.push_str(if message.is_empty() { "" } else { ": " });
            message.push_str(&text);
        }
    }
    printer.error(&message);
    let explained = error.chain().find_map(explained);
    if let Some(hint) = explained.and_then(|explained| explained.hint()) {
        printer.hint(&hint);
    }
    match explained {
        Some(explained) => explained.exit(),
        None => error.chain().find_map(|cause| cause.downcast_ref()).map_or(Exit::Bug, crate::error::exit_of_io),
    }
}

/// Returns the error as one that knows its exit code, if it is one of ours.
fn explained<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a dyn Explain> {
    fn of<'a, E: Explain + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a dyn Explain> {
        error.downcast_ref::<E>().map(|error| error as &dyn Explain)
    }
    of::<Complaint>(error)
        .or_else(|| of::<Problems>(error))
        .or_else(|| of::<DataError>(error))
        .or_else(|| of::<StoreError>(error))
        .or_else(|| of::<ArtifactError>(error))
        .or_else(|| of::<ExecuteError>(error))
        .or_else(|| of::<LockError>(error))
}
