//! Where a run came from: the state of the git repository, the program, the machine.
//!
//! **Invariant:** never fails a run. What cannot be found out is recorded as unknown, with the reason.

pub mod git;
pub mod system;

pub use git::{Git, GitState};
pub use system::{System, system};

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Where a run came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Provenance {
    /// The version of Pedigree.
    pub pedigree: String,
    /// The repository the recipe lies in.
    pub git: Git,
    /// The manager's machine.
    pub system: System,
}

/// Collects where a run of a recipe in `folder` comes from.
pub fn collect(folder: &Path) -> Provenance {
    Provenance { pedigree: env!("CARGO_PKG_VERSION").to_owned(), git: git::look(folder), system: system() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provenance_survives_being_written() {
        let folder = tempfile::tempdir().unwrap();
        let provenance = collect(folder.path());
        let text = serde_json::to_string(&provenance).unwrap();
        assert_eq!(serde_json::from_str::<Provenance>(&text).unwrap(), provenance);
        assert!(matches!(provenance.git, Git::Unknown { .. }), "{:?}", provenance.git);
    }
}
