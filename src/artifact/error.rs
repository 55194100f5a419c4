//! What can go wrong with files and the workspace.

use std::path::{Path, PathBuf};

use crate::error::{Exit, Explain, exit_of_io};
use crate::id::Digest;

/// What can go wrong with artifacts and the workspace.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// There is no workspace in the project.
    #[error("`{}` has no `.pedigree` folder", path.display())]
    NoWorkspace {
        /// The project's folder.
        path: PathBuf,
    },
    /// Something else has the name of the workspace.
    #[error("`{}` is no folder", path.display())]
    NoFolder {
        /// What it is called.
        path: PathBuf,
    },
    /// The workspace belongs to somebody else.
    #[error("`{}` belongs to user {owner}, not to user {uid}", path.display())]
    ForeignOwner {
        /// The workspace.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who asks.
        uid: u32,
    },
    /// Others may write into the workspace.
    #[error("others may write into `{}` (mode {mode:o})", path.display())]
    OpenToOthers {
        /// The workspace.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file system said no.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The disk is full.
    #[error("no room for `{}`: {needed} bytes needed, {free} bytes free", path.display())]
    Full {
        /// What there is no room for.
        path: PathBuf,
        /// Its size, in bytes.
        needed: u64,
        /// What is free, in bytes.
        free: u64,
    },
    /// No artifact has this digest.
    #[error("no artifact with digest `{digest}`")]
    Missing {
        /// The digest.
        digest: Digest,
    },
    /// The bytes are not what they were.
    #[error("`{}` is damaged: expected digest {}, found {}", path.display(), expected.short(), found.short())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What it should contain.
        expected: Digest,
        /// What it contains.
        found: Digest,
    },
}

/// Returns a function that says which file an I/O error is about.
pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> ArtifactError {
    let path = path.to_owned();
    move |source| ArtifactError::Io { action, path, source }
}

impl Explain for ArtifactError {
    fn exit(&self) -> Exit {
        match self {
            Self::NoWorkspace { .. } | Self::NoFolder { .. } => Exit::BadInput,
            Self::ForeignOwner { .. } | Self::OpenToOthers { .. } => Exit::Conflict,
            Self::Io { source, .. } => exit_of_io(source),
            Self::Full { .. } => Exit::Resources,
            Self::Missing { .. } | Self::Damaged { .. } => Exit::Integrity,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoWorkspace { .. } => Some("`pedigree init` makes one, and so does `pedigree run`".into()),
            Self::NoFolder { path } => Some(format!("move `{}` away", path.display())),
            Self::ForeignOwner { .. } => Some("work in a project folder of your own".into()),
            Self::OpenToOthers { path, .. } => Some(format!("`chmod go-w {}` closes it", path.display())),
            Self::Io { .. } => None,
            Self::Full { .. } => Some("free some space; `pedigree gc --dry-run` names what nothing needs".into()),
            Self::Missing { .. } | Self::Damaged { .. } => {
                Some("`pedigree fsck` names all damage; running the recipe again makes the file anew".into())
            }
        }
    }
}
