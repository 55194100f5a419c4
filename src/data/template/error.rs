//! What can be wrong with a chat template, in words that hold nothing of the conversation.

use minijinja::{Error, ErrorKind};

use crate::error::{Exit, Explain};

/// Marks what a template says itself when it refuses a conversation.
pub(super) const RAISED: &str = "raised: ";

/// Why a template renders no conversation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It cannot be understood.
    #[error("line {line} of the chat template: {message}")]
    Syntax {
        /// The line of the template, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// It refuses the conversation.
    #[error("the chat template refuses the conversation{}", says(reason.as_deref()))]
    Refused {
        /// Its reason, where it is one of the template's own sentences; one put together may hold what the conversation says.
        reason: Option<String>,
    },
    /// It asks for the time.
    #[error("line {line} of the chat template asks what time it is")]
    Clock {
        /// The line of the template, from 1.
        line: usize,
    },
    /// It takes too many steps.
    #[error("the chat template takes too many steps")]
    OutOfFuel,
    /// It does what cannot be done.
    #[error("line {line} of the chat template fails: {what}")]
    Failed {
        /// The line of the template, from 1.
        line: usize,
        /// What kind of mistake it makes there.
        what: String,
    },
    /// The text of the first turns depends on those behind them.
    #[error("the chat template writes turn {turn} or those before it in another way once more turns follow")]
    Unstable {
        /// The turn, from 1.
        turn: usize,
    },
}

impl TemplateError {
    pub(super) fn syntax(error: &Error) -> Self {
        let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        Self::Syntax { line: error.line().unwrap_or(1), message }
    }

    pub(super) fn rendering(error: &Error, template: &str) -> Self {
        let line = error.line().unwrap_or(1);
        let detail = error.detail().unwrap_or_default();
        match error.kind() {
            ErrorKind::OutOfFuel => Self::OutOfFuel,
            ErrorKind::UnknownFunction if detail.contains("strftime_now") => Self::Clock { line },
            kind => match detail.strip_prefix(RAISED) {
                Some(reason) => {
                    let reason = Some(reason).filter(|reason| !reason.is_empty() && template.contains(*reason));
                    Self::Refused { reason: reason.map(str::to_owned) }
                }
                None => Self::Failed { line, what: kind.to_string() },
            },
        }
    }
}

impl Explain for TemplateError {
    fn exit(&self) -> Exit {
        Exit::BadInput
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Refused { .. } => Some("many templates want `user` and `assistant` in turn, and `system` only in front".to_owned()),
            Self::Clock { .. } => Some("the same conversation has to give the same text every day: take the date out of the template".to_owned()),
            Self::Unstable { .. } => {
                Some("such templates take out earlier thoughts; learn with one that writes a turn the same way wherever it stands".to_owned())
            }
            Self::Syntax { .. } | Self::OutOfFuel | Self::Failed { .. } => None,
        }
    }
}

fn says(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(": {reason}"))
}
