//! The loop of a run: does what the scheduler says, and tells it what happened.
//!
//! What a stage does wrong ends that stage; only what concerns the run as a whole (the database, the disk) ends the loop.

mod stages;
mod start;
mod finish;

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use crate::execute::context::{Context, RunOutcome, StageOutcome, StopWish};
use crate::execute::error::ExecuteError;
use crate::execute::listener::Happening;
use crate::execute::mailbox::Mailbox;
use crate::execute::now_ms;
use crate::execute::watched::Watched;
use crate::id::{RunId, StageId};
use crate::plan::{Ledger, Outputs, Plan, Stage};
use crate::record::{RunStatus, StageStatus};
use crate::schedule::{Action, Because, Scheduler, Signal};
use crate::store::NewRun;

/// A run that begins, or goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Beginning {
    /// A new run.
    New(Box<NewRun>),
    /// A run that was interrupted, failed, or left behind by a manager that died.
    Resumed(RunId),
}

impl Beginning {
    /// Returns the run's id.
    pub fn run(&self) -> RunId {
        match self {
            Self::New(run) => run.id,
            Self::Resumed(run) => *run,
        }
    }
}

/// Executes a plan, and returns how it ended.
///
/// `ledger` is what the plan was judged by; it knows the outputs of the stages the plan calls fresh.
///
/// # Errors
/// When workers cannot be started at all, and when the database or the artifact store fails; workers are then asked to stop.
pub async fn run<'a>(
    context: Context<'a>,
    plan: &'a Plan,
    ledger: &Ledger,
    beginning: Beginning,
) -> Result<RunOutcome, ExecuteError> {
    let store = context.store.clone();
    let mut driver = Driver::new(context, plan, beginning.run());
    let outcome = driver.run(ledger, beginning).await;
    if let Err(error) = &outcome {
        driver.give_up(error).await;
    }
    store.close().await;
    outcome
}

/// A run at work.
struct Driver<'a> {
    context: Context<'a>,
    plan: &'a Plan,
    by_id: BTreeMap<&'a StageId, &'a Stage>,
    run: RunId,
    scheduler: Scheduler,
    mailbox: Mailbox,
    /// The outputs of every stage that is done.
    outputs: BTreeMap<StageId, Outputs>,
    watched: BTreeMap<StageId, Watched>,
    outcomes: BTreeMap<StageId, StageOutcome>,
    heeded: StopWish,
    /// Whether it was the budget that ended the run, and nobody's wish.
    is_spent: bool,
    is_recorded: bool,
}

impl<'a> Driver<'a> {
    fn new(context: Context<'a>, plan: &'a Plan, run: RunId) -> Self {
        Self {
            scheduler: Scheduler::new(plan, context.settings.limits.clone(), context.settings.policy),
            context,
            plan,
            by_id: plan.by_id(),
            run,
            mailbox: Mailbox::new(run),
            outputs: BTreeMap::new(),
            watched: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            heeded: StopWish::GoOn,
            is_spent: false,
            is_recorded: false,
        }
    }

    async fn run(&mut self, ledger: &Ledger, beginning: Beginning) -> Result<RunOutcome, ExecuteError> {
        if self.plan.stages.iter().any(|stage| !stage.is_fresh() && !stage.work.is_done_by_manager()) {
            self.context.executor.prepare()?;
        }
        self.record_beginning(ledger, &beginning).await?;
        self.hear(&Happening::RunStarted {
            run: self.run,
            plan: self.plan,
            is_resumed: matches!(beginning, Beginning::Resumed(_)),
        });
        let mut status = self.adopt_what_runs().await?;
        if status.is_none() {
            status = self.signal(Signal::Begin).await?;
        }
        loop {
            if let Some(status) = status {
                return self.end(status).await;
            }
            status = self.turn().await?;
        }
    }

    /// Waits a little, then looks at everything once.
    async fn turn(&mut self) -> Result<Option<RunStatus>, ExecuteError> {
        if let Some(status) = self.heed_wish().await? {
            return Ok(Some(status));
        }
        if let Some(status) = self.heed_budget().await? {
            return Ok(Some(status));
        }
        let interval = self.context.settings.poll_interval;
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            changed = self.context.stop.changed() => {
                if changed.is_err() {
                    // Nobody can ask for an end any more.
                    tokio::time::sleep(interval).await;
                }
            }
        }
        self.look().await
    }

    /// Passes on, once, what somebody wishes.
    async fn heed_wish(&mut self) -> Result<Option<RunStatus>, ExecuteError> {
        let wish = *self.context.stop.borrow_and_update();
        if wish <= self.heeded {
            return Ok(None);
        }
        self.heeded = wish;
        match wish {
            StopWish::GoOn => Ok(None),
            StopWish::Gracefully => self.signal(Signal::Cancel).await,
            StopWish::Now => self.signal(Signal::CancelNow).await,
        }
    }

    /// Ends the run, once, as the first Ctrl-C does, when its budget is spent before anybody wished for an end.
    async fn heed_budget(&mut self) -> Result<Option<RunStatus>, ExecuteError> {
        let Some(spent) = self.context.budget.filter(|budget| budget.is_spent(Instant::now())) else { return Ok(None) };
        if self.heeded > StopWish::GoOn {
            return Ok(None);
        }
        self.heeded = StopWish::Gracefully;
        self.is_spent = true;
        self.hear(&Happening::Stopping { explanation: &spent.words() });
        self.signal(Signal::Cancel).await
    }

    /// Returns why the run was stopped, where it was.
    fn why_stopped(&self) -> Option<String> {
        self.context.budget.filter(|_| self.is_spent).map(|budget| budget.words())
    }

    /// Hears what workers tell, and concludes the stages whose workers are gone.
    async fn look(&mut self) -> Result<Option<RunStatus>, ExecuteError> {
        // Who is gone is asked first: what a worker told last is then already in its log.
        let gone = self.context.executor.ended();
        let stages: Vec<_> = self.watched.keys().cloned().collect();
        for stage in &stages {
            self.hear_worker(stage);
        }
        self.mailbox.flush_if_due(&self.context.store).await?;
        for (stage, death) in gone {
            let Some(watched) = self.watched.remove(&stage) else { continue };
            if let Some(signal) = self.conclude(watched, death).await?
                && let Some(status) = self.signal(signal).await?
            {
                return Ok(Some(status));
            }
        }
        Ok(None)
    }

    /// Tells the scheduler what happened and does what it says, until it says nothing more.
    async fn signal(&mut self, signal: Signal) -> Result<Option<RunStatus>, ExecuteError> {
        let mut actions = VecDeque::from(self.scheduler.handle(signal));
        while let Some(action) = actions.pop_front() {
            let signal = match action {
                Action::Start { stage, attempt: _ } => self.start(&stage).await?,
                Action::Stop { stage } => self.stop(&stage, false),
                Action::Kill { stage } => self.stop(&stage, true),
                Action::Skip { stage, because } => self.skip(&stage, &because).await?,
                Action::End { status } => return Ok(Some(status)),
            };
            if let Some(signal) = signal {
                actions.extend(self.scheduler.handle(signal));
            }
        }
        Ok(None)
    }

    fn stop(&mut self, stage: &StageId, at_once: bool) -> Option<Signal> {
        if let Some(watched) = self.watched.get_mut(stage) {
            watched.was_stopped = true;
        }
        if at_once {
            self.context.executor.kill(stage);
        } else {
            self.context.executor.stop(stage);
        }
        None
    }

    async fn skip(&mut self, stage: &StageId, because: &Because) -> Result<Option<Signal>, ExecuteError> {
        let why = match because {
            Because::Needs(need) => format!("it needs `{need}`"),
            Because::Cancelled => self.why_stopped().unwrap_or_else(|| "the run was stopped".to_owned()),
        };
        self.ended(stage, StageStatus::Skipped, Instant::now(), Some(why)).await?;
        Ok(None)
    }

    async fn end(&mut self, status: RunStatus) -> Result<RunOutcome, ExecuteError> {
        self.mailbox.flush(&self.context.store).await?;
        let why = self.explain(status);
        self.context.store.end_run(self.run, status, now_ms(), why.as_deref()).await?;
        self.hear(&Happening::RunEnded { status });
        let stages = self.plan.stages.iter().filter_map(|stage| self.outcomes.get(&stage.id)).cloned().collect();
        Ok(RunOutcome { run: self.run, status, is_spent: self.is_spent, stages })
    }

    fn explain(&self, status: RunStatus) -> Option<String> {
        match status {
            RunStatus::Running | RunStatus::Succeeded => None,
            RunStatus::Interrupted => {
                Some(self.why_stopped().unwrap_or_else(|| "it was stopped, and can go on".to_owned()))
            }
            RunStatus::Failed => {
                let failed = self.plan.stages.iter().filter_map(|stage| self.outcomes.get(&stage.id));
                let failed = failed.filter(|outcome| outcome.status == StageStatus::Failed);
                let told: Vec<_> = failed
                    .map(|outcome| {
                        format!("`{}`: {}", outcome.stage, outcome.explanation.as_deref().unwrap_or("failed"))
                    })
                    .collect();
                Some(told.join("; "))
            }
        }
    }

    /// Leaves things so that the run can go on later, as far as what went wrong allows.
    async fn give_up(&mut self, error: &ExecuteError) {
        for stage in self.watched.keys() {
            self.context.executor.stop(stage);
        }
        if self.is_recorded {
            let why = crate::execute::watched::whole_message(error);
            let ended = self.context.store.end_run(self.run, RunStatus::Interrupted, now_ms(), Some(&why)).await;
            if let Err(error) = ended {
                tracing::warn!(run.id = %self.run, %error, "Cannot record that the run ended");
            }
        }
    }

    fn hear(&mut self, happening: &Happening<'_>) {
        for listener in &mut self.context.listeners {
            listener.hear(happening);
        }
    }

    fn stage(&self, id: &StageId) -> &'a Stage {
        self.by_id.get(id).copied().expect("the scheduler speaks of stages of the plan only")
    }
}
