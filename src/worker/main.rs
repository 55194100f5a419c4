//! `pedigree-engine`: one attempt at one stage, from the command line to the exit code.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::engine::device;
use crate::error::Exit;
use crate::plan::{Spec, Work};
use crate::record::{EventKind, FailureClass, Machine};
use crate::worker::emit::Emitter;
use crate::worker::failure::Failure;
use crate::worker::task::Task;
use crate::worker::{Outcome, ask, contamination, crash, dataset, evaluate, sample, tokenizer, tokens, train};

/// How the program is called.
const USAGE: &str = "usage: pedigree-engine <attempt-folder> | --generate | --paint | --classify | --embed < request.json | --rates | --version [--json]";

/// Runs the program and returns its exit code.
pub fn main(arguments: impl Iterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.skip(1).collect();
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let done = match (words.as_slice(), arguments.as_slice()) {
        (["--version"] | ["--version", "--json"], _) => ask::version(&mut std::io::stdout()),
        (["--rates"], _) => ask::rates(&mut std::io::stdout()),
        (["--generate"], _) => ask::generate(std::io::stdin(), &mut std::io::stdout()),
        (["--classify"], _) => ask::classify(std::io::stdin(), &mut std::io::stdout().lock()),
        (["--embed"], _) => ask::embed(std::io::stdin(), &mut std::io::stdout().lock()),
        (["--paint"], _) => ask::paint(std::io::stdin(), &mut std::io::stdout()),
        (_, [folder]) if !folder.to_string_lossy().starts_with('-') => return attempt(&PathBuf::from(folder)),
        _ => Err(Failure::new(FailureClass::BadInput, USAGE)),
    };
    match done {
        Ok(()) => Exit::Done,
        Err(failure) => complain(&failure),
    }
}

/// Works on the stage whose spec is in `folder`, and returns the exit code.
fn attempt(folder: &Path) -> Exit {
    crash::remember_panics();
    let prepared = prepare(folder);
    let (mut task, _lock) = match prepared {
        Ok(prepared) => prepared,
        Err(failure) => return complain(&failure),
    };
    let done = catch_unwind(AssertUnwindSafe(|| work(&mut task))).unwrap_or_else(|_| Err(crash::failure()));
    let (kind, exit) = match done {
        Ok(Outcome::Finished) => (EventKind::Finished, Exit::Done),
        Ok(Outcome::Interrupted) => (EventKind::Interrupted, Exit::Interrupted),
        Err(failure) => {
            let exit = complain(&failure);
            let Failure { class, message, hint } = failure;
            (EventKind::Failed { class, message, hint }, exit)
        }
    };
    task.emit.emit(kind).map_or_else(|failure| complain(&failure), |()| exit)
}

/// Reads the spec, takes the task's lock, opens the event log and listens for signals.
fn prepare(folder: &Path) -> Result<(Task, File), Failure> {
    let spec = read_spec(&folder.join("spec.json"))?;
    let lock = lock(folder)?;
    let stop = listen_for_signals()?;
    let emit = Emitter::create(&folder.join("events.jsonl"), spec.stage.clone(), spec.attempt)?;
    Ok((Task::new(folder.to_owned(), spec, emit, stop), lock))
}

fn read_spec(path: &Path) -> Result<Spec, Failure> {
    let wrong = |reason: String| Failure::new(FailureClass::BadInput, format!("`{}`: {reason}", path.display()));
    let text = fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let version = value.get("version").and_then(serde_json::Value::as_u64);
    if version != Some(u64::from(Spec::VERSION)) {
        let found = version.map_or("none".into(), |version| version.to_string());
        return Err(wrong(format!("version {} is needed, found {found}", Spec::VERSION))
            .with_hint("`pedigree` and `pedigree-engine` have to be of one build"));
    }
    serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))
}

/// Takes the lock that tells a worker is alive; it is held until the process ends.
fn lock(folder: &Path) -> Result<File, Failure> {
    let path = folder.parent().unwrap_or(folder).join("worker.lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| Failure::io(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let message = format!("another worker is on this task: it holds `{}`", path.display());
            Err(Failure::new(FailureClass::Conflict, message))
        }
        Err(TryLockError::Error(error)) => Err(Failure::io(&path, &error)),
    }
}

fn listen_for_signals() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).map_err(|error| {
            Failure::new(FailureClass::Infrastructure, format!("signal {signal} cannot be listened for: {error}"))
        })?;
    }
    Ok(stop)
}

fn work(task: &mut Task) -> Result<Outcome, Failure> {
    let machine = Box::new(machine(&task.spec.work));
    task.emit.emit(EventKind::Started { pid: std::process::id(), machine })?;
    match task.spec.work.clone() {
        Work::Train(work) => train::run(task, &work),
        Work::Evaluate(work) => evaluate::run(task, &work).map(|()| Outcome::Finished),
        Work::Sample(work) => sample::run(task, &work).map(|()| Outcome::Finished),
        Work::Dataset(_) => dataset::run(task).map(|()| whole(task)),
        Work::Tokenizer(_) => tokenizer::run(task).map(|()| whole(task)),
        Work::Tokens(_) => tokens::run(task).map(|()| whole(task)),
        Work::Contamination(work) => contamination::run(task, &work).map(|()| whole(task)),
        Work::Import(_)
        | Work::Uncontaminated(_)
        | Work::Analyse(_)
        | Work::Gate(_)
        | Work::Card(_)
        | Work::Publish(_) => {
            Err(Failure::new(FailureClass::Bug, format!("`{}` is work of the manager", task.spec.stage)))
        }
    }
}

/// A data stage that was asked to stop has returned early.
fn whole(task: &Task) -> Outcome {
    if task.is_stopping() { Outcome::Interrupted } else { Outcome::Finished }
}

fn machine(work: &Work) -> Machine {
    match work.compute() {
        Some(compute) => device::machine(compute.device, compute.threads),
        None => device::machine_without_tensors(),
    }
}

/// Tells a person what went wrong, on standard error.
#[expect(clippy::print_stderr, reason = "the worker's standard error is its stderr.log")]
fn complain(failure: &Failure) -> Exit {
    eprintln!("error: {failure}");
    if let Some(hint) = &failure.hint {
        eprintln!("hint: {hint}");
    }
    failure.class.exit()
}
