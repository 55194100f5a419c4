//! Sweeps the task folder of a finished stage: specs, events and logs stay, bulk goes.

use std::fs;
use std::io;
use std::path::Path;

use crate::execute::task_folder::{TaskError, TaskFolder, io_error};

/// Removes the outputs of every attempt, and the checkpoints unless they are kept.
///
/// Called once the outputs are in the artifact store and recorded; never touches a task that is not finished.
///
/// # Errors
/// When something cannot be removed.
pub fn sweep(task: &TaskFolder, keeps_checkpoints: bool) -> Result<(), TaskError> {
    for attempt in task.attempts()? {
        remove(&attempt.outputs())?;
    }
    if keeps_checkpoints { Ok(()) } else { forget_checkpoints(task) }
}

/// Removes the checkpoints, so that the next attempt begins at the beginning.
///
/// # Errors
/// When something cannot be removed.
pub fn forget_checkpoints(task: &TaskFolder) -> Result<(), TaskError> {
    remove(&task.checkpoints())
}

fn remove(folder: &Path) -> Result<(), TaskError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("remove", folder)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Digest;

    #[test]
    fn bulk_goes_and_the_story_stays() {
        let tasks = tempfile::tempdir().unwrap();
        let task = TaskFolder::new(tasks.path(), &"train:a".parse().unwrap(), &Digest::of(b"x"));
        let attempt = task.attempt(1);
        fs::create_dir_all(attempt.outputs()).unwrap();
        fs::create_dir_all(task.checkpoints().join("step-000100")).unwrap();
        fs::write(attempt.events(), "").unwrap();
        sweep(&task, true).unwrap();
        assert!(task.checkpoints().exists() && !attempt.outputs().exists());
        sweep(&task, false).unwrap();
        assert!(!task.checkpoints().exists() && attempt.events().exists());
        sweep(&task, false).unwrap();
    }
}
