//! Executes a plan with everything a person sees and can do meanwhile: progress, Ctrl-C.

use std::time::Instant;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::artifact::{ArtifactStore, Workspace};
use crate::cli::progress::ProgressListener;
use crate::cli::session::Session;
use crate::execute::executor::ProcessExecutor;
use crate::execute::{self, Beginning, Budget, Context, LogListener, ManagerLock, RunOutcome, StopWish};
use crate::id::RunId;
use crate::plan::{Ledger, Plan};
use crate::settings;
use crate::store::{Store, StoreError};

/// Executes a plan in a workspace, for at most `max_hours` hours.
///
/// # Errors
/// When another manager is at work there, when workers cannot be started, and when the database fails.
pub async fn execute(
    session: &Session,
    workspace: &Workspace,
    plan: &Plan,
    ledger: &Ledger,
    beginning: Beginning,
    max_hours: Option<f64>,
) -> anyhow::Result<RunOutcome> {
    let settings = settings::read(workspace)?;
    let lock = ManagerLock::take(workspace, beginning.run())?;
    let store = Store::open(workspace).await?;
    let resumed = match &beginning {
        Beginning::Resumed(run) => Some(*run),
        Beginning::New(_) => None,
    };
    execute::recover(&store, &lock, resumed).await?;
    let stop = listen_for_signals(session)?;
    let mut executor = ProcessExecutor::new(std::env::var_os("PEDIGREE_ENGINE").map(Into::into));
    let context = Context {
        store,
        artifacts: ArtifactStore::new(workspace),
        workspace,
        lock: &lock,
        executor: &mut executor,
        listeners: vec![Box::new(LogListener), Box::new(ProgressListener::new(&session.printer))],
        stop,
        budget: max_hours.and_then(|hours| Budget::beginning(Instant::now(), hours)),
        settings,
    };
    Ok(execute::run(context, plan, ledger, beginning).await?)
}

/// Brings the database of a workspace up to date, where an earlier version of Pedigree made it.
///
/// # Errors
/// When another manager is at work there, and when the database cannot be written.
pub async fn bring_up_to_date(workspace: &Workspace) -> anyhow::Result<()> {
    match Store::open_reading(workspace).await {
        Ok(store) => store.close().await,
        Err(StoreError::Older { .. }) => {
            let _lock = ManagerLock::take(workspace, RunId::generate())?;
            Store::open(workspace).await?.close().await;
        }
        // Whoever wants to read it is told.
        Err(_) => {}
    }
    Ok(())
}

/// The first Ctrl-C lets workers save and end, the second ends them at once.
fn listen_for_signals(session: &Session) -> anyhow::Result<watch::Receiver<StopWish>> {
    let (sender, receiver) = watch::channel(StopWish::GoOn);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let printer = session.printer.clone();
    tokio::spawn(async move {
        for wish in [StopWish::Gracefully, StopWish::Now] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            if wish == StopWish::Gracefully {
                printer.say("\nstopping: workers save their state first; once more to stop at once");
            }
            if sender.send(wish).is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}
