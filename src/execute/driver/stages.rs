//! The rows of a run and its stages: written when the run begins and whenever a stage changes its state.

use std::time::Instant;

use super::{Beginning, Driver};
use crate::execute::context::StageOutcome;
use crate::execute::error::ExecuteError;
use crate::execute::intake::record_findings;
use crate::execute::listener::Happening;
use crate::execute::now_ms;
use crate::id::StageId;
use crate::plan::{Freshness, Ledger, Stage};
use crate::record::StageStatus;
use crate::store::StageRow;

impl Driver<'_> {
    /// Records the run and its stages, and takes the outputs of the fresh ones from the ledger.
    pub(super) async fn record_beginning(
        &mut self,
        ledger: &Ledger,
        beginning: &Beginning,
    ) -> Result<(), ExecuteError> {
        for stage in self.plan.stages.iter().filter(|stage| stage.is_fresh()) {
            let done = ledger.done.get(&stage.fingerprint);
            let done = done.ok_or_else(|| ExecuteError::NoOutputs { stage: stage.id.clone() })?;
            self.outputs.insert(stage.id.clone(), done.outputs.clone());
        }
        match beginning {
            Beginning::New(run) => self.context.store.insert_run(run).await?,
            Beginning::Resumed(run) => self.context.store.reopen_run(*run).await?,
        }
        self.is_recorded = true;
        let rows: Vec<_> = (0..).zip(&self.plan.stages).map(|(position, stage)| row(position, stage)).collect();
        self.context.store.insert_stages(self.run, &rows).await?;
        self.record_fresh().await
    }

    async fn record_fresh(&mut self) -> Result<(), ExecuteError> {
        for stage in self.plan.stages.iter().filter(|stage| stage.is_fresh()) {
            let outputs = &self.outputs[&stage.id];
            record_findings(&self.context.store, &self.context.artifacts, self.run, stage, outputs).await?;
            let outcome = outcome(&stage.id, StageStatus::Cached, 0, None);
            self.outcomes.insert(stage.id.clone(), outcome);
        }
        Ok(())
    }

    pub(super) async fn started(&mut self, stage: &StageId, attempt: u32, adopted: bool) -> Result<(), ExecuteError> {
        self.context.store.set_stage_status(self.run, stage, StageStatus::Running, now_ms(), None).await?;
        self.hear(&Happening::StageStarted { stage, attempt, adopted });
        Ok(())
    }

    /// Records that a stage waits to be tried again.
    pub(super) async fn retried(&mut self, stage: &StageId, why: &str) -> Result<(), ExecuteError> {
        self.context.store.set_stage_status(self.run, stage, StageStatus::Waiting, now_ms(), Some(why)).await?;
        self.hear(&Happening::StageRetried { stage, explanation: why });
        Ok(())
    }

    /// Records that a stage ended for good, other than by finishing.
    pub(super) async fn ended(
        &mut self,
        stage: &StageId,
        status: StageStatus,
        since: Instant,
        why: Option<String>,
    ) -> Result<(), ExecuteError> {
        self.context.store.set_stage_status(self.run, stage, status, now_ms(), why.as_deref()).await?;
        self.tell_end(stage, status, since, why);
        Ok(())
    }

    /// Tells that a stage ended, after that was recorded.
    pub(super) fn tell_end(&mut self, stage: &StageId, status: StageStatus, since: Instant, why: Option<String>) {
        let duration_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.hear(&Happening::StageEnded { stage, status, duration_ms, explanation: why.as_deref() });
        self.outcomes.insert(stage.clone(), outcome(stage, status, duration_ms, why));
    }
}

fn outcome(stage: &StageId, status: StageStatus, duration_ms: u64, explanation: Option<String>) -> StageOutcome {
    StageOutcome { stage: stage.clone(), status, class: None, explanation, hint: None, duration_ms }
}

fn row(position: u32, stage: &Stage) -> StageRow {
    let (status, reason, from_run) = match &stage.freshness {
        Freshness::Fresh { run } => (StageStatus::Cached, None, Some(*run)),
        Freshness::Stale { reason } => (StageStatus::Waiting, Some(reason.to_string()), None),
    };
    let Stage { id, work: _, needs: _, key, fingerprint, freshness: _ } = stage;
    StageRow { stage: id.clone(), position, fingerprint: *fingerprint, key: key.clone(), status, reason, from_run }
}
