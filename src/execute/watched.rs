//! A stage somebody works on: what its worker has told, and how its end is to be understood.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::execute::executor::Death;
use crate::execute::tail::{Tail, TailError};
use crate::execute::task_folder::{Attempt, TaskError};
use crate::id::Digest;
use crate::record::{Event, EventKind, FailureClass};

/// How long a worker that has said its last word may take to end.
const LAST_WORD_GRACE: Duration = Duration::from_secs(30);

/// A stage somebody works on.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) attempt: Attempt,
    pub(super) since: Instant,
    tail: Tail,
    outputs: Vec<Told>,
    n_events: u64,
    last: Option<EventKind>,
    damage: Option<TailError>,
    heard_at: Instant,
    was_warned: bool,
    was_ended: bool,
    /// Whether we asked the worker to end.
    pub(super) was_stopped: bool,
}

/// An output a worker has told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) digest: Digest,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// These are its outputs.
    Finished(Vec<Told>),
    /// It was stopped, and can go on.
    Interrupted,
    /// It could not do its work.
    Failed(Failed),
}

/// Why a stage could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) class: FailureClass,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Watched {
    pub(super) fn new(attempt: Attempt) -> Self {
        let now = Instant::now();
        Self {
            tail: attempt.tail(),
            attempt,
            since: now,
            outputs: Vec::new(),
            n_events: 0,
            last: None,
            damage: None,
            heard_at: now,
            was_warned: false,
            was_ended: false,
            was_stopped: false,
        }
    }

    /// Returns what the worker has told since the last call; a log that is damaged tells nothing more.
    pub(super) fn read(&mut self) -> Vec<Event> {
        if self.damage.is_some() {
            return Vec::new();
        }
        let events = self.tail.read().unwrap_or_else(|error| {
            self.damage = Some(error);
            Vec::new()
        });
        for event in &events {
            self.take_note(event);
        }
        events
    }

    /// Takes note of what the worker told.
    pub(super) fn take_note(&mut self, event: &Event) {
        self.n_events = event.sequence + 1;
        self.heard_at = Instant::now();
        match &event.kind {
            EventKind::Output { name, path, digest, bytes: _ } => {
                self.outputs.push(Told { name: name.clone(), path: path.clone(), digest: *digest });
            }
            kind if kind.is_last() => self.last = Some(kind.clone()),
            EventKind::Started { .. }
            | EventKind::Resumed { .. }
            | EventKind::Progress(_)
            | EventKind::Metric { .. }
            | EventKind::Checkpoint(_)
            | EventKind::Note { .. }
            | EventKind::Finished
            | EventKind::Interrupted
            | EventKind::Failed { .. } => {}
        }
    }

    /// Returns the number the next event of this attempt has.
    pub(super) fn next_sequence(&self) -> u64 {
        self.n_events
    }

    /// Returns whether the worker has said its last word.
    pub(super) fn has_said_all(&self) -> bool {
        self.last.is_some()
    }

    /// Returns, once, whether there is no use in letting the worker live any longer.
    pub(super) fn gets_beyond_use(&mut self) -> bool {
        let lingers = self.last.is_some() && self.heard_at.elapsed() > LAST_WORD_GRACE;
        (self.damage.is_some() || lingers) && !std::mem::replace(&mut self.was_ended, true)
    }

    /// Returns, once, for how long nothing was heard, where that is longer than `timeout`.
    pub(super) fn stalls(&mut self, timeout: Duration) -> Option<Duration> {
        let silence = self.heard_at.elapsed();
        (silence > timeout && !std::mem::replace(&mut self.was_warned, true)).then_some(silence)
    }

    /// Returns how the attempt ended, now that its worker is gone.
    pub(super) fn ending(self, death: Death) -> Ending {
        if let Some(error) = self.damage {
            let error = TaskError::from(error);
            return Ending::Failed(Failed::of(FailureClass::Integrity, &error));
        }
        match self.last {
            Some(EventKind::Finished) => Ending::Finished(self.outputs),
            Some(EventKind::Interrupted) => Ending::Interrupted,
            Some(EventKind::Failed { class, message, hint }) => Ending::Failed(Failed { class, message, hint }),
            _ if self.was_stopped => Ending::Interrupted,
            _ => Ending::Failed(Failed { class: death.class, message: death.message, hint: death.hint }),
        }
    }
}

impl Failed {
    /// Returns the failure an error of ours is.
    pub(super) fn of(class: FailureClass, error: &impl crate::error::Explain) -> Self {
        Self { class, message: whole_message(error), hint: error.hint() }
    }
}

/// Returns the message of an error with those of its causes.
pub(super) fn whole_message(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}"))
}

/// Returns whose fault it is when an error has this exit code.
pub(super) fn class_of(exit: crate::error::Exit) -> FailureClass {
    use crate::error::Exit;
    match exit {
        Exit::BadInput => FailureClass::BadInput,
        Exit::Failed => FailureClass::Work,
        Exit::Integrity => FailureClass::Integrity,
        Exit::Conflict => FailureClass::Conflict,
        Exit::Resources => FailureClass::Resources,
        Exit::Remote => FailureClass::Remote,
        Exit::Interrupted => FailureClass::Infrastructure,
        Exit::Done | Exit::Bug => FailureClass::Bug,
    }
}
