//! Workers as processes of this machine, each in a process group of its own.
//!
//! A worker outlives a manager that dies; the next manager finds it by its lock and adopts it.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::execute::executor::death::{death_of, death_of_adopted};
use crate::execute::executor::engine::find_engine;
use crate::execute::executor::signal::{is_worker_of, signal_group};
use crate::execute::executor::{Death, Executor, StartError};
use crate::execute::lock::is_locked;
use crate::execute::task_folder::{Attempt, write_json};
use crate::id::StageId;
use crate::plan::{Spec, Work};
use crate::schedule::cores_of;

/// How long a worker may take to save, before it is ended.
pub const GRACE: Duration = Duration::from_secs(30);

/// Runs `pedigree-engine <attempt-folder>` for every stage.
pub struct ProcessExecutor {
    chosen: Option<PathBuf>,
    engine: Option<PathBuf>,
    grace: Duration,
    workers: BTreeMap<StageId, Worker>,
}

struct Worker {
    attempt: Attempt,
    life: Life,
    /// When a worker that was asked to stop is ended.
    deadline: Option<Instant>,
}

/// How it is known that a worker lives.
enum Life {
    /// We started it.
    Child(Child),
    /// It holds its lock; its log may say who it is.
    Lock(Option<u32>),
}

/// What a worker was started with, written as `command.json` beside its spec.
#[derive(serde::Serialize)]
#[serde(rename_all = "kebab-case")]
struct CommandRecord<'a> {
    program: &'a Path,
    arguments: [&'a Path; 1],
    environment: BTreeMap<&'static str, String>,
}

impl ProcessExecutor {
    /// Returns an executor that looks for the engine by itself unless one is `chosen`.
    pub fn new(chosen: Option<PathBuf>) -> Self {
        Self { chosen, engine: None, grace: GRACE, workers: BTreeMap::new() }
    }

    /// Sets how long a worker may take to save before it is ended.
    pub fn with_grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    fn engine(&mut self) -> Result<PathBuf, StartError> {
        if let Some(engine) = &self.engine {
            return Ok(engine.clone());
        }
        let found = find_engine(self.chosen.as_deref())?;
        self.engine = Some(found.clone());
        Ok(found)
    }
}

impl Executor for ProcessExecutor {
    fn prepare(&mut self) -> Result<(), StartError> {
        self.engine().map(drop)
    }

    fn start(&mut self, attempt: &Attempt, spec: &Spec) -> Result<(), StartError> {
        let engine = self.engine()?;
        let environment = environment(&spec.work);
        let record = CommandRecord { program: &engine, arguments: [&attempt.folder], environment: environment.clone() };
        let command_file = attempt.folder.join("command.json");
        write_json(&command_file, &record)
            .map_err(|error| StartError::Spawn { path: command_file, source: std::io::Error::other(error) })?;
        let log = |name: &str| {
            let path = attempt.folder.join(name);
            File::create(&path).map_err(|source| StartError::Spawn { path, source })
        };
        let child = Command::new(&engine)
            .arg(&attempt.folder)
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(log("stdout.log")?)
            .stderr(log("stderr.log")?)
            .process_group(0)
            .spawn()
            .map_err(|source| StartError::Spawn { path: engine, source })?;
        tracing::debug!(stage.id = %attempt.stage, pid = child.id(), "Started a worker for `{}`", attempt.stage);
        let worker = Worker { attempt: attempt.clone(), life: Life::Child(child), deadline: None };
        self.workers.insert(attempt.stage.clone(), worker);
        Ok(())
    }

    fn adopt(&mut self, attempt: &Attempt, pid: Option<u32>) {
        let worker = Worker { attempt: attempt.clone(), life: Life::Lock(pid), deadline: None };
        self.workers.insert(attempt.stage.clone(), worker);
    }

    fn stop(&mut self, stage: &StageId) {
        let deadline = Instant::now() + self.grace;
        if let Some(worker) = self.workers.get_mut(stage) {
            worker.deadline = Some(deadline);
            worker.signal(Signal::SIGTERM);
        }
    }

    fn kill(&mut self, stage: &StageId) {
        if let Some(worker) = self.workers.get(stage) {
            worker.signal(Signal::SIGKILL);
        }
    }

    fn ended(&mut self) -> Vec<(StageId, Death)> {
        let now = Instant::now();
        let mut ended = Vec::new();
        for (stage, worker) in &mut self.workers {
            if let Some(death) = worker.death() {
                ended.push((stage.clone(), death));
            } else if worker.deadline.is_some_and(|deadline| deadline <= now) {
                tracing::warn!(stage.id = %stage, "The worker of `{stage}` did not stop in time, ending it");
                worker.signal(Signal::SIGKILL);
                worker.deadline = None;
            }
        }
        for (stage, _) in &ended {
            self.workers.remove(stage);
        }
        ended
    }
}

impl Worker {
    fn signal(&self, signal: Signal) {
        match &self.life {
            // A child that has not been waited for keeps its process id.
            Life::Child(child) => signal_group(child.id(), signal),
            Life::Lock(Some(pid)) if is_worker_of(*pid, &self.attempt.folder) => signal_group(*pid, signal),
            Life::Lock(pid) => {
                let stage = &self.attempt.stage;
                tracing::warn!(stage.id = %stage, ?pid, "The worker of `{stage}` cannot be found to be stopped");
            }
        }
    }

    /// Returns how the worker left, or `None` while it lives.
    fn death(&mut self) -> Option<Death> {
        let stderr = self.attempt.folder.join("stderr.log");
        match &mut self.life {
            Life::Child(child) => {
                let Ok(status) = child.try_wait() else {
                    // Somebody else has waited for it, and knows how it ended.
                    return Some(death_of_adopted(&stderr));
                };
                let status = status?;
                // What the worker itself started must not outlive it.
                signal_group(child.id(), Signal::SIGKILL);
                Some(death_of(status, &stderr))
            }
            Life::Lock(_) => {
                let lives = is_locked(&self.attempt.lock).unwrap_or(true);
                (!lives).then(|| death_of_adopted(&stderr))
            }
        }
    }
}

/// Returns the variables that fix how many threads a worker computes with; bits depend on them.
fn environment(work: &Work) -> BTreeMap<&'static str, String> {
    let threads = cores_of(work).max(1);
    const COUNTS: [&str; 4] = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"];
    // A thread that waits gives its core away: beside a compiler, spinning makes a training four times slower.
    const FIXED: [(&str, &str); 4] =
        [("OMP_DYNAMIC", "FALSE"), ("MKL_DYNAMIC", "FALSE"), ("KMP_DYNAMIC", "FALSE"), ("OMP_WAIT_POLICY", "PASSIVE")];
    let counts = COUNTS.map(|name| (name, threads.to_string()));
    counts.into_iter().chain(FIXED.map(|(name, value)| (name, value.to_owned()))).collect()
}

#[cfg(test)]
mod tests;
