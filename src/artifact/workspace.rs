//! The workspace: the folder `.pedigree` of a project, and where things lie in it.
//!
//! Never decides what the files contain.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use crate::artifact::error::{ArtifactError, io};

/// The folder `.pedigree` of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The name of the folder within a project.
    pub const FOLDER: &str = ".pedigree";

    /// Opens the workspace of the project in `root`.
    ///
    /// # Errors
    /// When there is none, when it belongs to somebody else, and when others may write into it.
    pub fn open(root: &Path) -> Result<Self, ArtifactError> {
        let workspace = Self { root: fs::canonicalize(root).map_err(io("open", root))? };
        let folder = workspace.folder();
        match fs::symlink_metadata(&folder) {
            Ok(metadata) if metadata.is_dir() => check_owner(&folder, &metadata)?,
            Ok(_) => return Err(ArtifactError::NoFolder { path: folder }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(ArtifactError::NoWorkspace { path: workspace.root });
            }
            Err(error) => return Err(io("open", &folder)(error)),
        }
        Ok(workspace)
    }

    /// Opens the workspace of the project in `root`, after making it where it is not there yet.
    ///
    /// # Errors
    /// Like [`Workspace::open`], and when a folder cannot be made.
    pub fn create(root: &Path) -> Result<Self, ArtifactError> {
        let folder = root.join(Self::FOLDER);
        make_private_folder(&folder)?;
        let workspace = Self::open(root)?;
        make_private_folder(&workspace.artifacts())?;
        make_private_folder(&workspace.tasks())?;
        Ok(workspace)
    }

    /// Returns the project's folder, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the folder `.pedigree`.
    pub fn folder(&self) -> PathBuf {
        self.root.join(Self::FOLDER)
    }

    /// Returns the file of the database.
    pub fn database(&self) -> PathBuf {
        self.folder().join("pedigree.db")
    }

    /// Returns the folder of the artifacts.
    pub fn artifacts(&self) -> PathBuf {
        self.folder().join("artifacts")
    }

    /// Returns the folder of the tasks.
    pub fn tasks(&self) -> PathBuf {
        self.folder().join("tasks")
    }

    /// Returns the folder of the data that was fetched.
    pub fn sources(&self) -> PathBuf {
        self.folder().join("sources")
    }

    /// Returns the folder of what is kept of preparations, so that the next one need not do everything again.
    pub fn prepared(&self) -> PathBuf {
        self.folder().join("prepared")
    }

    /// Returns the file a manager locks as long as it works.
    pub fn manager_lock(&self) -> PathBuf {
        self.folder().join("manager.lock")
    }

    /// Returns the file that remembers how fast this machine multiplies matrices.
    pub fn rates(&self) -> PathBuf {
        self.folder().join("rates.json")
    }

    /// Returns the file that remembers the digests of source files.
    pub fn digests(&self) -> PathBuf {
        self.folder().join("digests.json")
    }
}

fn make_private_folder(path: &Path) -> Result<(), ArtifactError> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(io("make", path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn check_owner(folder: &Path, metadata: &fs::Metadata) -> Result<(), ArtifactError> {
    let uid = nix::unistd::geteuid().as_raw();
    if metadata.uid() != uid {
        return Err(ArtifactError::ForeignOwner { path: folder.to_owned(), owner: metadata.uid(), uid });
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(ArtifactError::OpenToOthers { path: folder.to_owned(), mode: metadata.mode() & 0o777 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_new_workspace_is_private_and_can_be_made_twice() {
        let project = tempfile::tempdir().unwrap();
        assert!(matches!(Workspace::open(project.path()), Err(ArtifactError::NoWorkspace { .. })));
        let workspace = Workspace::create(project.path()).unwrap();
        assert_eq!(Workspace::create(project.path()).unwrap(), workspace);
        assert_eq!(fs::metadata(workspace.folder()).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_workspace_others_can_write_into_is_refused() {
        let project = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(project.path()).unwrap();
        fs::set_permissions(workspace.folder(), fs::Permissions::from_mode(0o770)).unwrap();
        assert!(matches!(Workspace::open(project.path()), Err(ArtifactError::OpenToOthers { mode: 0o770, .. })));
    }

    #[test]
    fn a_workspace_behind_a_link_is_refused() {
        let project = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), project.path().join(Workspace::FOLDER)).unwrap();
        assert!(matches!(Workspace::open(project.path()), Err(ArtifactError::NoFolder { .. })));
    }
}
