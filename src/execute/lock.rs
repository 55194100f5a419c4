//! One manager a workspace: an operating-system lock that dies with its holder.
//!
//! Readers never take it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::artifact::Workspace;
use crate::error::{Exit, Explain, exit_of_io};
use crate::id::RunId;

/// Who holds a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Holder {
    /// The manager's process id.
    pub pid: u32,
    /// The run it works on.
    pub run: RunId,
}

/// The right to run stages in a workspace, held until dropped.
#[derive(Debug)]
pub struct ManagerLock {
    file: File,
}

/// A workspace that cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another manager holds it.
    #[error("another pedigree is at work in this workspace: {}", describe(holder.as_ref()))]
    Held {
        /// That manager, where it has told who it is.
        holder: Option<Holder>,
    },
    /// Nobody manages the workspace, and a worker that its manager left still works.
    #[error("a worker still works on `{task}`, whose manager has gone")]
    Working {
        /// The folder of its task.
        task: String,
    },
    /// The lock file cannot be used.
    #[error("`{}` cannot be locked", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

fn describe(holder: Option<&Holder>) -> String {
    match holder {
        Some(Holder { pid, run }) => format!("process {pid}, run `{}`", run.short()),
        None => "it has not told its process id".to_owned(),
    }
}

impl Explain for LockError {
    fn exit(&self) -> Exit {
        match self {
            Self::Held { .. } | Self::Working { .. } => Exit::Conflict,
            Self::Io { source, .. } => exit_of_io(source),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Held { .. } => Some("wait for it, or stop it with `pedigree stop`".to_owned()),
            Self::Working { .. } => Some("wait for it, or take it up again with `pedigree resume`".to_owned()),
            Self::Io { .. } => None,
        }
    }
}

impl ManagerLock {
    /// Takes the lock of a workspace.
    ///
    /// # Errors
    /// When another manager holds it, and when the file cannot be made or locked.
    pub fn take(workspace: &Workspace, run: RunId) -> Result<Self, LockError> {
        let path = workspace.manager_lock();
        let io_error = |source| LockError::Io { path: path.clone(), source };
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(io_error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held { holder: read_holder(&path) }),
            Err(TryLockError::Error(source)) => return Err(io_error(source)),
        }
        let holder = Holder { pid: std::process::id(), run };
        let text = serde_json::to_vec(&holder).expect("a holder serializes");
        file.set_len(0).and_then(|()| file.write_all(&text)).map_err(io_error)?;
        Ok(Self { file })
    }

    /// Takes the lock of a workspace in which nobody works, be it without a manager.
    ///
    /// # Errors
    /// Like [`ManagerLock::take`], and when a worker lives that its manager has left.
    pub fn take_idle(workspace: &Workspace, run: RunId) -> Result<Self, LockError> {
        let lock = Self::take(workspace, run)?;
        let io_error = |path: &Path| {
            let path = path.to_owned();
            |source| LockError::Io { path, source }
        };
        let tasks = workspace.tasks();
        for entry in fs::read_dir(&tasks).map_err(io_error(&tasks))? {
            let task = entry.map_err(io_error(&tasks))?.path();
            let path = task.join("worker.lock");
            if is_locked(&path).map_err(io_error(&path))? {
                let task = task.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return Err(LockError::Working { task });
            }
        }
        Ok(lock)
    }

    /// Returns who holds the workspace now, or `None` where nobody does.
    ///
    /// Looking takes the lock for an instant and so may disturb a manager that starts at that very moment.
    pub fn holder(workspace: &Workspace) -> Option<Holder> {
        let path = workspace.manager_lock();
        let is_held = is_locked(&path).unwrap_or(false);
        is_held.then(|| read_holder(&path)).flatten()
    }
}

impl Drop for ManagerLock {
    fn drop(&mut self) {
        // Nothing can be done about a failure, and the system unlocks the file when it is closed.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

fn read_holder(path: &Path) -> Option<Holder> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Returns whether another process, or another part of this one, holds the lock on a file.
///
/// # Errors
/// When the file is there and cannot be opened or locked.
pub fn is_locked(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => file.unlock().map(|()| false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_manager_is_refused_and_told_who_the_first_is() {
        let project = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(project.path()).unwrap();
        let run = RunId::from_bits(5);
        let lock = ManagerLock::take(&workspace, run).unwrap();
        let error = ManagerLock::take(&workspace, RunId::from_bits(6)).unwrap_err();
        assert_eq!(error.exit(), Exit::Conflict);
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        assert_eq!(ManagerLock::holder(&workspace), Some(Holder { pid: std::process::id(), run }));
        drop(lock);
        assert_eq!(ManagerLock::holder(&workspace), None);
        ManagerLock::take(&workspace, run).unwrap();
    }

    #[test]
    fn a_lock_left_by_a_dead_manager_is_free() {
        let project = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(project.path()).unwrap();
        let left = br#"{"pid":1,"run":"00000000-0000-0000-0000-000000000001"}"#;
        fs::write(workspace.manager_lock(), left).unwrap();
        ManagerLock::take(&workspace, RunId::from_bits(1)).unwrap();
    }

    #[test]
    fn a_workspace_is_not_idle_while_a_worker_lives_that_its_manager_left() {
        let project = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(project.path()).unwrap();
        let (run, task) = (RunId::from_bits(1), workspace.tasks().join("train-general-1"));
        fs::create_dir(&task).unwrap();
        drop(ManagerLock::take_idle(&workspace, run).unwrap());
        let worker = File::create(task.join("worker.lock")).unwrap();
        worker.try_lock().unwrap();
        let error = ManagerLock::take_idle(&workspace, run).unwrap_err();
        assert_eq!(error.exit(), Exit::Conflict);
        assert!(error.to_string().contains("train-general-1"), "{error}");
        ManagerLock::take(&workspace, run).unwrap();
        drop(worker);
        ManagerLock::take_idle(&workspace, run).unwrap();
    }
}
