//! Why a worker cannot do its work.

use crate::record::FailureClass;

/// Why a worker cannot do its work: what is told in the last event, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Whose fault it is.
    pub class: FailureClass,
    /// What went wrong, the file or value named.
    pub message: String,
    /// What a person can do about it.
    pub hint: Option<String>,
}

impl Failure {
    /// Returns a failure without a hint.
    pub fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), hint: None }
    }

    /// Adds what a person can do about it.
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Returns the failure an I/O error on `path` is: a full disk is a matter of resources, the rest of the machine.
    pub fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind::{OutOfMemory, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        let message = format!("`{}`: {error}", path.display());
        match error.kind() {
            StorageFull | QuotaExceeded => Self::new(FailureClass::Resources, message)
                .with_hint("free some space (`pedigree gc` names what nothing needs), then run again: it goes on from the last checkpoint"),
            OutOfMemory | ReadOnlyFilesystem => Self::new(FailureClass::Resources, message),
            _ => Self::new(FailureClass::Infrastructure, message),
        }
    }
}
