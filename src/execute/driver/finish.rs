//! How a stage ends: its outputs are taken and recorded, or it is told why there are none.

use std::time::Instant;

use super::Driver;
use crate::error::Explain as _;
use crate::execute::error::ExecuteError;
use crate::execute::executor::Death;
use crate::execute::inline::{self, Inline};
use crate::execute::intake::{record_findings, take_outputs};
use crate::execute::listener::Happening;
use crate::execute::lock::is_locked;
use crate::execute::now_ms;
use crate::execute::task_folder::{Attempt, Found};
use crate::execute::task_gc::sweep;
use crate::execute::watched::{Ending, Failed, Watched, class_of};
use crate::id::StageId;
use crate::plan::{Outputs, Stage};
use crate::record::{Event, EventKind, FailureClass, StageStatus};
use crate::schedule::{Signal, StageResult};

impl Driver<'_> {
    /// Concludes a stage whose worker is gone; there is no signal where another worker turns out to be on it.
    pub(super) async fn conclude(&mut self, watched: Watched, death: Death) -> Result<Option<Signal>, ExecuteError> {
        let (attempt, since) = (watched.attempt.clone(), watched.since);
        let (n_events, has_said_all) = (watched.next_sequence(), watched.has_said_all());
        let ending = watched.ending(death);
        if let Ending::Failed(failed) = &ending {
            if failed.class == FailureClass::Conflict && self.adopt_the_other(&attempt).await? {
                return Ok(None);
            }
            if !has_said_all {
                self.say_last_word(&attempt, n_events, failed);
            }
        }
        self.settle(&attempt.stage, since, ending, Some(&attempt)).await.map(Some)
    }

    /// Adopts the worker that was there first, where ours found the lock taken.
    async fn adopt_the_other(&mut self, attempt: &Attempt) -> Result<bool, ExecuteError> {
        if !is_locked(&attempt.lock).unwrap_or(false) {
            return Ok(false);
        }
        match self.task(self.stage(&attempt.stage)).look() {
            Ok(Found::Held(other)) => self.adopt(other).await.map(|()| true),
            Ok(Found::Finished(..) | Found::Nothing) | Err(_) => Ok(false),
        }
    }

    /// Says what a worker that died could not say any more, so that its story has an end.
    fn say_last_word(&mut self, attempt: &Attempt, sequence: u64, failed: &Failed) {
        let Failed { class, message, hint } = failed.clone();
        let event = Event {
            version: Event::VERSION,
            stage: attempt.stage.clone(),
            attempt: attempt.number,
            sequence,
            at_ms: now_ms(),
            kind: EventKind::Failed { class, message, hint },
        };
        self.hear(&Happening::Event(&event));
        self.mailbox.put(event);
    }

    /// Records how an attempt ended, and returns what the scheduler is to be told.
    pub(super) async fn settle(
        &mut self,
        id: &StageId,
        since: Instant,
        ending: Ending,
        attempt: Option<&Attempt>,
    ) -> Result<Signal, ExecuteError> {
        self.mailbox.flush(&self.context.store).await?;
        let result = match ending {
            Ending::Finished(told) => {
                let attempt = attempt.expect("only an attempt that was made can finish");
                match take_outputs(&self.context.artifacts, attempt, &told) {
                    Ok(outputs) => self.finish(id, since, outputs).await?,
                    Err(error) => self.fail(id, since, Failed::of(class_of(error.exit()), &error)).await?,
                }
            }
            Ending::Interrupted => {
                self.ended(id, StageStatus::Interrupted, since, Some("it was stopped, and can go on".to_owned()))
                    .await?;
                StageResult::Interrupted
            }
            Ending::Failed(failed) => self.fail(id, since, failed).await?,
        };
        Ok(Signal::StageEnded { stage: id.clone(), result })
    }

    async fn finish(&mut self, id: &StageId, since: Instant, outputs: Outputs) -> Result<StageResult, ExecuteError> {
        let stage = self.stage(id);
        let (store, artifacts) = (&self.context.store, &self.context.artifacts);
        match record_findings(store, artifacts, self.run, stage, &outputs).await {
            Ok(()) => {}
            Err(error @ ExecuteError::Store(_)) => return Err(error),
            Err(error) => return self.fail(id, since, Failed::of(class_of(error.exit()), &error)).await,
        }
        store.finish_stage(self.run, id, &outputs, now_ms()).await?;
        self.outputs.insert(id.clone(), outputs);
        self.tell_end(id, StageStatus::Finished, since, None);
        if let Err(error) = sweep(&self.task(stage), self.context.settings.keeps_checkpoints) {
            tracing::warn!(stage.id = %id, %error, "Cannot sweep the task folder of `{id}`");
        }
        Ok(StageResult::Finished)
    }

    async fn fail(&mut self, id: &StageId, since: Instant, failed: Failed) -> Result<StageResult, ExecuteError> {
        let Failed { class, message, hint } = failed;
        if self.scheduler.will_retry(id, class) {
            self.retried(id, &message).await?;
        } else {
            self.ended(id, StageStatus::Failed, since, Some(message)).await?;
            if let Some(outcome) = self.outcomes.get_mut(id) {
                (outcome.class, outcome.hint) = (Some(class), hint);
            }
        }
        Ok(StageResult::Failed { class })
    }

    /// Does the work of a stage that needs no worker.
    pub(super) async fn do_inline(&mut self, stage: &Stage) -> Result<Signal, ExecuteError> {
        let since = Instant::now();
        self.started(&stage.id, 1, false).await?;
        let (store, artifacts) = (&self.context.store, &self.context.artifacts);
        let (plan, by_id, outputs) = (self.plan, &self.by_id, &self.outputs);
        let inline = Inline { store, artifacts, run: self.run, plan, by_id, outputs };
        let result = match inline::work(&inline, stage).await {
            Ok((outputs, None)) => self.finish(&stage.id, since, outputs).await?,
            Ok((outputs, Some(broken))) => {
                record_findings(store, artifacts, self.run, stage, &outputs).await?;
                store.record_outputs(self.run, &stage.id, &outputs, now_ms()).await?;
                let failed = Failed { class: FailureClass::Work, message: broken, hint: hint_on(stage) };
                self.fail(&stage.id, since, failed).await?
            }
            Err(error @ ExecuteError::Store(_)) => return Err(error),
            Err(error) => self.fail(&stage.id, since, Failed::of(class_of(error.exit()), &error)).await?,
        };
        Ok(Signal::StageEnded { stage: stage.id.clone(), result })
    }
}

/// Returns what a person can do about a requirement that is broken, where it is not plain.
fn hint_on(stage: &Stage) -> Option<String> {
    let hint = "take these documents out of the training data, or allow them under `contamination.allow` in the recipe";
    stage.id.kind().is_condition().then(|| hint.to_owned())
}
