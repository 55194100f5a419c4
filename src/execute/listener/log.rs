//! Writes what happens into the log.

use tracing::{debug, info};

use crate::execute::listener::{Happening, Listener};
use crate::record::{Event, EventKind, StageStatus};

/// Writes what happens into the log, one line each; events of progress only at level `debug`.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogListener;

impl Listener for LogListener {
    fn hear(&mut self, happening: &Happening<'_>) {
        match happening {
            Happening::RunStarted { run, plan, is_resumed } => {
                let (n_stages, n_stale) =
                    (plan.stages.len(), plan.stages.iter().filter(|stage| !stage.is_fresh()).count());
                let verb = if *is_resumed { "Going on with" } else { "Started" };
                info!(run.id = %run, n_stages, n_stale, "{verb} run `{}`", run.short());
            }
            Happening::StageStarted { stage, attempt, adopted: true } => {
                info!(stage.id = %stage, attempt, "Adopted a running worker of `{stage}`");
            }
            Happening::StageStarted { stage, attempt, adopted: false } => {
                info!(stage.id = %stage, attempt, "Started `{stage}`");
            }
            Happening::Event(event) => log_event(event),
            Happening::StageRetried { stage, explanation } => {
                info!(stage.id = %stage, "Trying `{stage}` again: {explanation}");
            }
            Happening::StageEnded { stage, status, duration_ms, explanation } => {
                let why = explanation.map(|why| format!(": {why}")).unwrap_or_default();
                match status {
                    // Whoever shows the run tells of failures; the log only keeps them.
                    StageStatus::Failed => info!(stage.id = %stage, duration_ms, "Failed `{stage}`{why}"),
                    StageStatus::Waiting
                    | StageStatus::Running
                    | StageStatus::Finished
                    | StageStatus::Cached
                    | StageStatus::Interrupted
                    | StageStatus::Skipped => {
                        info!(stage.id = %stage, duration_ms, "Ended `{stage}` as {}{why}", status.word());
                    }
                }
            }
            Happening::Stopping { explanation } => info!("Stopping: {explanation}"),
            Happening::RunEnded { status } => info!(status = status.word(), "Run {}", status.word()),
        }
    }
}

fn log_event(event: &Event) {
    let Event { stage, attempt, kind, .. } = event;
    match kind {
        EventKind::Started { pid, .. } => debug!(stage.id = %stage, attempt, pid, "Worker {pid} is on `{stage}`"),
        EventKind::Resumed { step } => info!(stage.id = %stage, step, "`{stage}` goes on from step {step}"),
        EventKind::Progress(progress) => debug!(
            stage.id = %stage,
            done = progress.done,
            total = progress.total,
            loss = progress.loss,
            "`{stage}` is at {} of {} {}", progress.done, progress.total, progress.unit
        ),
        EventKind::Metric { name, step, value } => {
            debug!(stage.id = %stage, step, "`{stage}` measured {name} = {value}")
        }
        EventKind::Checkpoint(checkpoint) => {
            info!(stage.id = %stage, step = checkpoint.step, size_bytes = checkpoint.bytes, "`{stage}` saved step {}", checkpoint.step);
        }
        EventKind::Output { name, bytes, .. } => {
            debug!(stage.id = %stage, size_bytes = bytes, "`{stage}` made `{name}`")
        }
        EventKind::Note { message } => info!(stage.id = %stage, "`{stage}`: {message}"),
        // The end of the stage tells these.
        EventKind::Finished | EventKind::Interrupted | EventKind::Failed { .. } => {}
    }
}
