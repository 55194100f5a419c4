//! The folder of a task: one for every fingerprint, an attempt in each of its sub-folders.
//!
//! Its layout is told in [`crate::plan::Spec`]. Never starts or ends a process.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{Exit, Explain, exit_of_io};
use crate::execute::lock::is_locked;
use crate::execute::tail::{Tail, TailError};
use crate::id::{Digest, Name, StageId};
use crate::plan::Spec;
use crate::record::{Event, EventKind};

/// A task folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The file system says no.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// An event log cannot be trusted.
    #[error(transparent)]
    Tail(#[from] TailError),
    /// A worker names an output that does not lie in its folder.
    #[error("the worker of `{stage}` names an output `{name}` at `{}`, outside its folder", path.display())]
    ForeignOutput {
        /// The stage.
        stage: StageId,
        /// The output.
        name: String,
        /// Where it is said to lie.
        path: PathBuf,
    },
}

impl Explain for TaskError {
    fn exit(&self) -> Exit {
        match self {
            Self::Io { source, .. } => exit_of_io(source),
            Self::Tail(error) => error.exit(),
            Self::ForeignOutput { .. } => Exit::Integrity,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Io { .. } | Self::ForeignOutput { .. } => None,
            Self::Tail(error) => error.hint(),
        }
    }
}

/// Returns a function that says what was tried with which file.
pub(super) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TaskError {
    let path = path.to_owned();
    move |source| TaskError::Io { action, path, source }
}

/// The folder of one stage with one fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFolder {
    path: PathBuf,
    stage: StageId,
}

/// One attempt at a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The stage.
    pub stage: StageId,
    /// Its number, from 1.
    pub number: u32,
    /// Its folder.
    pub folder: PathBuf,
    /// Whose attempt it is: the lock its worker holds.
    pub lock: PathBuf,
}

/// What an earlier manager left of a stage.
#[derive(Debug)]
pub enum Found {
    /// Nothing that can be taken; checkpoints may be there.
    Nothing,
    /// A worker is on it now.
    Held(Attempt),
    /// The newest attempt did all its work; these are its events.
    Finished(Attempt, Vec<Event>),
}

impl TaskFolder {
    /// Returns the folder for a stage below the folder of all tasks.
    pub fn new(tasks: &Path, stage: &StageId, fingerprint: &Digest) -> Self {
        Self { path: tasks.join(format!("{}-{}", stage.slug(), fingerprint.short())), stage: stage.clone() }
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the folder of the checkpoints, which all attempts share.
    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    /// Returns the attempts there are, the oldest first.
    ///
    /// # Errors
    /// When the folder is there and cannot be read.
    pub fn attempts(&self) -> Result<Vec<Attempt>, TaskError> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io_error("read", &self.path)(error)),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let name = entry.map_err(io_error("read", &self.path))?.file_name();
            let number =
                name.to_str().and_then(|name| name.strip_prefix("attempt-")).and_then(|n| n.parse::<u32>().ok());
            numbers.extend(number);
        }
        numbers.sort_unstable();
        Ok(numbers.into_iter().map(|number| self.attempt(number)).collect())
    }

    /// Returns the attempt of this number, whether it was made or not.
    pub fn attempt(&self, number: u32) -> Attempt {
        let folder = self.path.join(format!("attempt-{number}"));
        Attempt { stage: self.stage.clone(), number, folder, lock: self.path.join("worker.lock") }
    }

    /// Looks at what earlier managers left.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn look(&self) -> Result<Found, TaskError> {
        let mut attempts = self.attempts()?;
        let lock = self.path.join("worker.lock");
        if is_locked(&lock).map_err(io_error("lock", &lock))? {
            let on_it = newest_begun(&attempts, |events| !has_ended(events));
            return Ok(on_it
                .map(|(attempt, _)| attempt)
                .or_else(|| attempts.pop())
                .map_or(Found::Nothing, Found::Held));
        }
        Ok(match newest_begun(&attempts, |_| true) {
            Some((attempt, events)) if ended_well(&events) => Found::Finished(attempt, events),
            Some(_) | None => Found::Nothing,
        })
    }

    /// Makes the folder of the next attempt and writes its spec, which `spec` makes from the attempt's number.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn begin(&self, spec: impl FnOnce(u32) -> Spec) -> Result<(Attempt, Spec), TaskError> {
        let number = self.attempts()?.last().map_or(1, |newest| newest.number + 1);
        let attempt = self.attempt(number);
        let spec = spec(number);
        fs::create_dir_all(&attempt.folder).map_err(io_error("make", &attempt.folder))?;
        write_json(&attempt.folder.join("spec.json"), &spec)?;
        Ok((attempt, spec))
    }
}

impl Attempt {
    /// Returns the file of its events.
    pub fn events(&self) -> PathBuf {
        self.folder.join("events.jsonl")
    }

    /// Returns the folder of its outputs.
    pub fn outputs(&self) -> PathBuf {
        self.folder.join("outputs")
    }

    /// Returns the start of its event log.
    pub fn tail(&self) -> Tail {
        Tail::new(&self.events(), self.stage.clone(), self.number)
    }

    /// Returns where an output lies of which the worker has told.
    ///
    /// # Errors
    /// When the name is no name, and when the path leaves the folder of the outputs.
    pub fn output(&self, name: &str, path: &Path) -> Result<PathBuf, TaskError> {
        use std::path::Component;
        let outputs = self.outputs();
        let inside = path.strip_prefix(&outputs).ok().filter(|inside| {
            name.parse::<Name>().is_ok() && inside.components().all(|part| matches!(part, Component::Normal(_)))
        });
        let foreign =
            || TaskError::ForeignOutput { stage: self.stage.clone(), name: name.into(), path: path.to_owned() };
        inside.map(|inside| outputs.join(inside)).ok_or_else(foreign)
    }
}

/// Returns the newest attempt whose worker has told something that `fits`, with what it told.
///
/// A worker that found the lock taken leaves an attempt without events behind a living one. A log that is damaged
/// tells nothing: what it belongs to is done again.
fn newest_begun(attempts: &[Attempt], fits: impl Fn(&[Event]) -> bool) -> Option<(Attempt, Vec<Event>)> {
    let told = |attempt: &Attempt| match attempt.tail().read() {
        Ok(events) => events,
        Err(error) => {
            tracing::warn!(stage.id = %attempt.stage, %error, "Leaving out a damaged event log of `{}`", attempt.stage);
            Vec::new()
        }
    };
    let begun = attempts.iter().rev().map(|attempt| (attempt, told(attempt)));
    begun
        .into_iter()
        .find(|(_, events)| !events.is_empty() && fits(events))
        .map(|(attempt, events)| (attempt.clone(), events))
}

fn has_ended(events: &[Event]) -> bool {
    events.last().is_some_and(|event| event.kind.is_last())
}

fn ended_well(events: &[Event]) -> bool {
    events.last().is_some_and(|event| event.kind == EventKind::Finished)
}

/// Writes a value as JSON so that the file is either absent or whole.
pub(super) fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), TaskError> {
    let text = serde_json::to_vec_pretty(value).expect("our own types serialize");
    write_whole(path, &text).map_err(io_error("write", path))
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RunId;
    use crate::schedule::scheduler::samples;

    fn folder() -> (tempfile::TempDir, TaskFolder) {
        let tasks = tempfile::tempdir().unwrap();
        let folder = TaskFolder::new(tasks.path(), &"dataset:prose".parse().unwrap(), &Digest::of(b"x"));
        (tasks, folder)
    }

    fn spec(attempt: u32) -> Spec {
        Spec {
            version: Spec::VERSION,
            run: RunId::from_bits(1),
            stage: "dataset:prose".parse().unwrap(),
            attempt,
            fingerprint: Digest::of(b"x"),
            work: samples::dataset(),
            inputs: Default::default(),
            sources: Default::default(),
        }
    }

    fn tell(attempt: &Attempt, kinds: &[EventKind]) {
        let line = |(sequence, kind): (usize, &EventKind)| {
            let (stage, sequence) = (attempt.stage.clone(), sequence as u64);
            let event = Event { version: 1, stage, attempt: attempt.number, sequence, at_ms: 0, kind: kind.clone() };
            serde_json::to_string(&event).unwrap() + "\n"
        };
        fs::write(attempt.events(), kinds.iter().enumerate().map(line).collect::<String>()).unwrap();
    }

    #[test]
    fn attempts_are_numbered_behind_the_highest_there_is() {
        let (_tasks, folder) = folder();
        fs::create_dir_all(folder.path().join("attempt-9")).unwrap();
        fs::create_dir_all(folder.path().join("attempt-x")).unwrap();
        let (attempt, written) = folder.begin(spec).unwrap();
        assert_eq!(attempt.number, 10);
        let read: Spec = serde_json::from_slice(&fs::read(attempt.folder.join("spec.json")).unwrap()).unwrap();
        assert_eq!(read, written);
    }

    #[test]
    fn a_held_lock_means_that_a_worker_is_on_the_newest_attempt_that_began() {
        let (_tasks, folder) = folder();
        assert!(matches!(folder.look().unwrap(), Found::Nothing));
        let (attempt, _) = folder.begin(spec).unwrap();
        tell(&attempt, &[EventKind::Note { message: "hello".into() }]);
        folder.begin(spec).unwrap();
        let lock = fs::File::create(&attempt.lock).unwrap();
        lock.lock().unwrap();
        assert!(matches!(folder.look().unwrap(), Found::Held(found) if found == attempt));
        drop(lock);
        assert!(matches!(folder.look().unwrap(), Found::Nothing));
    }

    #[test]
    fn an_attempt_that_finished_is_found_with_its_events() {
        let (_tasks, folder) = folder();
        let (attempt, _) = folder.begin(spec).unwrap();
        tell(&attempt, &[EventKind::Finished]);
        assert!(
            matches!(folder.look().unwrap(), Found::Finished(found, events) if found == attempt && events.len() == 1)
        );
    }

    #[test]
    fn an_output_outside_the_folder_is_refused() {
        let (_tasks, folder) = folder();
        let attempt = folder.attempt(1);
        let inside = attempt.outputs().join("model.safetensors");
        assert_eq!(attempt.output("model.safetensors", &inside).unwrap(), inside);
        for path in ["/etc/passwd", "outputs/x"].map(PathBuf::from).into_iter().chain([attempt.outputs().join("../x")])
        {
            assert!(attempt.output("x", &path).is_err(), "{}", path.display());
        }
        assert!(attempt.output("../x", &inside).is_err());
    }
}
