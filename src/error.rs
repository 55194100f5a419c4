//! Exit codes, and what an error can say beyond its message.

/// The exit codes of both binaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Exit {
    /// Everything asked for was done.
    Done = 0,
    /// The work failed: a stage, a gate, a diverged reproduction.
    Failed = 1,
    /// The recipe, the arguments or the data are wrong.
    BadInput = 2,
    /// An artifact or the database is damaged.
    Integrity = 3,
    /// Another process owns what was asked for.
    Conflict = 4,
    /// Disk, memory or time ran out.
    Resources = 5,
    /// A remote or the network failed.
    Remote = 6,
    /// A bug of ours.
    Bug = 70,
    /// Somebody stopped the work.
    Interrupted = 130,
}

impl Exit {
    /// Returns the code with this number, or `None` for a number we never exit with.
    pub fn from_code(code: i32) -> Option<Self> {
        use Exit::{BadInput, Bug, Conflict, Done, Failed, Integrity, Interrupted, Remote, Resources};
        [Done, Failed, BadInput, Integrity, Conflict, Resources, Remote, Bug, Interrupted]
            .into_iter()
            .find(|exit| *exit as i32 == code)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error that knows its exit code and, mostly, what to do about it.
pub trait Explain: std::error::Error {
    /// Returns the code the process ends with.
    fn exit(&self) -> Exit;

    /// Returns what the person can do, as a sentence fragment in lowercase.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// Returns the exit code that fits an I/O error: a full disk or a missing right is a matter of resources.
pub fn exit_of_io(error: &std::io::Error) -> Exit {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::OutOfMemory | ErrorKind::ReadOnlyFilesystem => {
            Exit::Resources
        }
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => Exit::Integrity,
        _ => Exit::BadInput,
    }
}
