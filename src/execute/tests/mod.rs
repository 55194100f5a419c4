//! Whole runs in real workspaces, with scripted workers or small real processes.

mod failing;
mod publishing;
mod repeating;
mod processes;
mod stopping;
mod succeeding;
mod sweeping;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::sync::watch;

use crate::artifact::{ArtifactStore, Workspace};
use crate::execute::budget::Budget;
use crate::execute::context::{Context, RunOutcome, Settings, StopWish};
use crate::execute::driver::{Beginning, run};
use crate::execute::error::ExecuteError;
use crate::execute::executor::Executor;
use crate::execute::listener::{Happening, Listener};
use crate::execute::lock::ManagerLock;
use crate::id::{Digest, RunId, StageId};
use crate::plan::{Freshness, Ledger, Plan, StaleReason};
use crate::record::StageStatus;
use crate::schedule::Limits;
use crate::store::fixture::new_run;
use crate::store::{StageRunRow, Store};

/// Asks again and again, for a bounded time.
pub(crate) fn poll<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Runs a test that waits, for a bounded time.
fn block_on(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), test).await.expect("the test ends") });
}

fn id(text: &str) -> StageId {
    text.parse().unwrap()
}

/// What was heard, one line each, and a way to act upon it.
type Heard = Arc<Mutex<Vec<String>>>;

struct Ear {
    heard: Heard,
    react: Box<dyn FnMut(&str) + Send>,
}

impl Listener for Ear {
    fn hear(&mut self, happening: &Happening<'_>) {
        let line = match happening {
            Happening::RunStarted { is_resumed, .. } => format!("run started, resumed {is_resumed}"),
            Happening::StageStarted { stage, attempt, adopted: true } => format!("adopted {stage} {attempt}"),
            Happening::StageStarted { stage, attempt, adopted: false } => format!("started {stage} {attempt}"),
            Happening::Event(_) => return,
            Happening::StageRetried { stage, explanation } => format!("retried {stage}: {explanation}"),
            Happening::StageEnded { stage, status, .. } => format!("{} {stage}", status.word()),
            Happening::Stopping { explanation } => format!("stopping: {explanation}"),
            Happening::RunEnded { status } => format!("run {}", status.word()),
        };
        (self.react)(&line);
        self.heard.lock().unwrap().push(line);
    }
}

/// A workspace with runs in it.
struct World {
    _project: TempDir,
    workspace: Workspace,
    run: RunId,
    heard: Heard,
    wish: watch::Sender<StopWish>,
    budget: Option<Budget>,
}

impl World {
    fn new() -> Self {
        let project = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(project.path()).unwrap();
        let (wish, _) = watch::channel(StopWish::GoOn);
        Self { _project: project, workspace, run: RunId::from_bits(1), heard: Heard::default(), wish, budget: None }
    }

    fn beginning(&self) -> Beginning {
        Beginning::New(Box::new(new_run(self.run, 1)))
    }

    async fn store(&self) -> Store {
        Store::open(&self.workspace).await.unwrap()
    }

    /// Runs a plan, calling `react` with everything that is heard.
    async fn run_with(
        &self,
        executor: &mut dyn Executor,
        plan: &Plan,
        beginning: Beginning,
        react: impl FnMut(&str) + Send + 'static,
    ) -> Result<RunOutcome, ExecuteError> {
        let lock = ManagerLock::take(&self.workspace, beginning.run()).unwrap();
        let mut settings = Settings::new(Limits::new(2, 0));
        settings.poll_interval = Duration::from_millis(1);
        let ledger = self.ledger(plan).await;
        let ear = Ear { heard: self.heard.clone(), react: Box::new(react) };
        let context = Context {
            store: self.store().await,
            artifacts: ArtifactStore::new(&self.workspace),
            workspace: &self.workspace,
            lock: &lock,
            executor,
            listeners: vec![Box::new(ear)],
            stop: self.wish.subscribe(),
            budget: self.budget,
            settings,
        };
        run(context, plan, &ledger, beginning).await
    }

    async fn run(&self, executor: &mut dyn Executor, plan: &Plan) -> RunOutcome {
        self.run_with(executor, plan, self.beginning(), |_| {}).await.unwrap()
    }

    async fn resume(&self, executor: &mut dyn Executor, plan: &Plan) -> RunOutcome {
        let plan = self.judge(plan).await;
        self.wish.send_replace(StopWish::GoOn);
        self.run_with(executor, &plan, Beginning::Resumed(self.run), |_| {}).await.unwrap()
    }

    /// Begins a plan and forgets everything about it, as a manager that dies, once `line` was heard.
    async fn die_after(&self, executor: &mut dyn Executor, plan: &Plan, line: &str) {
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let line = line.to_owned();
        let react = move |heard: &str| {
            if heard == line {
                let _ = tell.send(());
            }
        };
        tokio::select! {
            outcome = self.run_with(executor, plan, self.beginning(), react) => panic!("it ended: {outcome:?}"),
            _ = told.recv() => {}
        }
    }

    async fn ledger(&self, plan: &Plan) -> Ledger {
        let store = self.store().await;
        let fingerprints: Vec<Digest> = plan.stages.iter().map(|stage| stage.fingerprint).collect();
        let ledger = store.ledger(&plan.recipe, &fingerprints).await.unwrap();
        store.close().await;
        ledger
    }

    /// Judges a plan as the planner does: what the ledger knows is fresh, unless something it needs is not.
    async fn judge(&self, plan: &Plan) -> Plan {
        let ledger = self.ledger(plan).await;
        let mut plan = plan.clone();
        for place in 0..plan.stages.len() {
            let is_fresh = |need: &StageId| plan.stage(need).is_some_and(crate::plan::Stage::is_fresh);
            let needs_are_fresh = plan.stages[place].needs.iter().all(is_fresh);
            let stage = &mut plan.stages[place];
            stage.freshness = match ledger.done.get(&stage.fingerprint) {
                Some(done) if needs_are_fresh => Freshness::Fresh { run: done.run },
                Some(_) | None => Freshness::Stale { reason: StaleReason::New },
            };
        }
        plan
    }

    async fn rows(&self) -> Vec<StageRunRow> {
        let store = self.store().await;
        let rows = store.stages_of_run(self.run).await.unwrap();
        store.close().await;
        rows
    }

    async fn statuses(&self) -> Vec<(String, StageStatus)> {
        self.rows().await.into_iter().map(|row| (row.stage.to_string(), row.status)).collect()
    }

    fn has_heard(&self, line: &str) -> bool {
        self.heard.lock().unwrap().iter().any(|heard| heard == line)
    }
}

/// Returns the statuses of an outcome.
fn ends(outcome: &RunOutcome) -> Vec<(String, StageStatus)> {
    outcome.stages.iter().map(|stage| (stage.stage.to_string(), stage.status)).collect()
}

fn expected(stages: &[(&str, StageStatus)]) -> Vec<(String, StageStatus)> {
    stages.iter().map(|(stage, status)| ((*stage).to_owned(), *status)).collect()
}
