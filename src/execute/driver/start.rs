//! How a stage begins: taken from an attempt that finished, adopted from a manager that died, or started.

use std::time::Instant;

use super::Driver;
use crate::error::Explain as _;
use crate::execute::error::ExecuteError;
use crate::execute::executor::{Death, StartError};
use crate::execute::intake::are_there;
use crate::execute::listener::Happening;
use crate::execute::task_folder::{Attempt, Found, TaskError, TaskFolder};
use crate::execute::task_gc::forget_checkpoints;
use crate::execute::watched::{Ending, Failed, Watched, class_of};
use crate::id::StageId;
use crate::plan::{Freshness, Outputs, Spec, Stage, StaleReason};
use crate::record::{Event, EventKind, FailureClass, RunStatus};
use crate::schedule::Signal;

impl Driver<'_> {
    /// Adopts the workers of an earlier manager before anything is started, so that their share of the machine is known.
    pub(super) async fn adopt_what_runs(&mut self) -> Result<Option<RunStatus>, ExecuteError> {
        for stage in &self.plan.stages {
            let needs_are_fresh =
                stage.needs.iter().all(|need| self.by_id.get(need).is_some_and(|stage| stage.is_fresh()));
            if stage.is_fresh() || stage.work.is_done_by_manager() || !needs_are_fresh {
                continue;
            }
            if let Ok(Found::Held(attempt)) = self.task(stage).look() {
                self.adopt(attempt).await?;
                if let Some(status) = self.signal(Signal::Adopted { stage: stage.id.clone() }).await? {
                    return Ok(Some(status));
                }
            }
        }
        Ok(None)
    }

    /// Begins a stage in the way that fits what there is of it.
    pub(super) async fn start(&mut self, id: &StageId) -> Result<Option<Signal>, ExecuteError> {
        let stage = self.stage(id);
        if stage.work.is_done_by_manager() {
            return self.do_inline(stage).await.map(Some);
        }
        let since = Instant::now();
        match self.begin(stage).await? {
            Ok(()) => Ok(None),
            Err(failed) => self.settle(id, since, Ending::Failed(failed), None).await.map(Some),
        }
    }

    /// Begins a stage; what is wrong with its task folder or its worker concerns this stage alone.
    async fn begin(&mut self, stage: &Stage) -> Result<Result<(), Failed>, ExecuteError> {
        let task = self.task(stage);
        let found = match task.look() {
            Ok(found) => found,
            Err(error) => return Ok(Err(Failed::of(class_of(error.exit()), &error))),
        };
        match found {
            Found::Held(attempt) => {
                self.adopt(attempt).await?;
                Ok(Ok(()))
            }
            Found::Finished(attempt, events) if self.can_take(stage, &attempt, &events) => {
                self.take_finished(attempt, events).await?;
                Ok(Ok(()))
            }
            Found::Finished(..) | Found::Nothing => match self.forget_if_forced(stage, &task) {
                Ok(()) => self.begin_anew(stage, &task).await,
                Err(error) => Ok(Err(Failed::of(class_of(error.exit()), &error))),
            },
        }
    }

    /// Removes the checkpoints of earlier runs where somebody asked for the work itself.
    fn forget_if_forced(&self, stage: &Stage, task: &TaskFolder) -> Result<(), TaskError> {
        let is_ours = task.attempts()?.last().and_then(|newest| self.run_of(newest)) == Some(self.run);
        if is_forced(stage) && !is_ours { forget_checkpoints(task) } else { Ok(()) }
    }

    async fn begin_anew(&mut self, stage: &Stage, task: &TaskFolder) -> Result<Result<(), Failed>, ExecuteError> {
        let inputs = stage.inputs().filter_map(|need| Some((need.clone(), self.outputs.get(need)?.clone())));
        let inputs: std::collections::BTreeMap<StageId, Outputs> = inputs.collect();
        let spec = |attempt| Spec {
            version: Spec::VERSION,
            run: self.run,
            stage: stage.id.clone(),
            attempt,
            fingerprint: stage.fingerprint,
            work: stage.work.clone(),
            inputs,
            sources: self.context.workspace.sources(),
        };
        let (attempt, spec) = match task.begin(spec) {
            Ok(begun) => begun,
            Err(error) => return Ok(Err(Failed::of(class_of(error.exit()), &error))),
        };
        if let Err(error) = self.context.executor.start(&attempt, &spec) {
            return Ok(Err(Failed::of(class_of_start(&error), &error)));
        }
        self.started(&stage.id, attempt.number, false).await?;
        self.watched.insert(stage.id.clone(), Watched::new(attempt));
        Ok(Ok(()))
    }

    /// Watches a worker that an earlier manager started.
    pub(super) async fn adopt(&mut self, attempt: Attempt) -> Result<(), ExecuteError> {
        let pid = attempt.tail().read().ok().and_then(|events| events.iter().rev().find_map(pid_of));
        self.context.executor.adopt(&attempt, pid);
        self.started(&attempt.stage, attempt.number, true).await?;
        self.watched.insert(attempt.stage.clone(), Watched::new(attempt));
        Ok(())
    }

    /// Takes an attempt that finished while nobody watched; its end is concluded at the next look.
    async fn take_finished(&mut self, attempt: Attempt, events: Vec<Event>) -> Result<(), ExecuteError> {
        tracing::info!(stage.id = %attempt.stage, "`{}` was finished while no manager watched", attempt.stage);
        self.started(&attempt.stage, attempt.number, true).await?;
        let stage = attempt.stage.clone();
        // The lock is free, so the executor finds at once that the worker is gone.
        self.context.executor.adopt(&attempt, events.iter().find_map(pid_of));
        self.watched.insert(stage, Watched::new(attempt));
        Ok(())
    }

    /// Returns whether the outputs of a finished attempt may stand for those of this run.
    fn can_take(&self, stage: &Stage, attempt: &Attempt, events: &[Event]) -> bool {
        if is_forced(stage) && self.run_of(attempt) != Some(self.run) {
            return false;
        }
        let mut seen = Watched::new(attempt.clone());
        events.iter().for_each(|event| seen.take_note(event));
        let nobody = Death { class: FailureClass::Infrastructure, message: String::new(), hint: None };
        match seen.ending(nobody) {
            Ending::Finished(told) => are_there(&self.context.artifacts, attempt, &told),
            Ending::Interrupted | Ending::Failed(_) => false,
        }
    }

    fn run_of(&self, attempt: &Attempt) -> Option<crate::id::RunId> {
        let bytes = std::fs::read(attempt.folder.join("spec.json")).ok()?;
        serde_json::from_slice::<Spec>(&bytes).ok().map(|spec| spec.run)
    }

    /// Hears what a worker has told since the last time.
    pub(super) fn hear_worker(&mut self, stage: &StageId) {
        let Some(watched) = self.watched.get_mut(stage) else { return };
        let events = watched.read();
        if watched.gets_beyond_use() {
            self.context.executor.kill(stage);
        } else if let Some(silence) = watched.stalls(self.context.settings.stall_timeout) {
            tracing::warn!(stage.id = %stage, silence_ms = silence.as_millis() as u64, "Nothing heard of `{stage}` for {} min", silence.as_secs() / 60);
        }
        for event in events {
            self.hear(&Happening::Event(&event));
            self.mailbox.put(event);
        }
    }

    pub(super) fn task(&self, stage: &Stage) -> TaskFolder {
        TaskFolder::new(&self.context.workspace.tasks(), &stage.id, &stage.fingerprint)
    }
}

fn is_forced(stage: &Stage) -> bool {
    matches!(stage.freshness, Freshness::Stale { reason: StaleReason::Forced })
}

fn pid_of(event: &Event) -> Option<u32> {
    match event.kind {
        EventKind::Started { pid, .. } => Some(pid),
        EventKind::Resumed { .. }
        | EventKind::Progress(_)
        | EventKind::Metric { .. }
        | EventKind::Checkpoint(_)
        | EventKind::Output { .. }
        | EventKind::Note { .. }
        | EventKind::Finished
        | EventKind::Interrupted
        | EventKind::Failed { .. } => None,
    }
}

/// Returns whose fault it is that a worker cannot be started: a system that says no may say yes the next time.
fn class_of_start(error: &StartError) -> FailureClass {
    match (error, error.exit()) {
        (StartError::Spawn { .. }, crate::error::Exit::BadInput) => FailureClass::Infrastructure,
        (StartError::Spawn { .. } | StartError::Missing(_), exit) => class_of(exit),
    }
}
