//! `pedigree logs`: what the stages of a run told while they worked.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::cli::arguments::LogsArgs;
use crate::cli::failure::Complaint;
use crate::cli::format::{bytes, metric, plural, time};
use crate::cli::session::Session;
use crate::error::Exit;
use crate::id::StageId;
use crate::recipe::problem::nearest;
use crate::record::{Event, EventKind, RunStatus};
use crate::store::StageRunRow;

/// How often a followed log is looked at.
const INTERVAL: Duration = Duration::from_millis(300);

/// Prints the events of a run.
///
/// # Errors
/// When there is no such run or stage, or the database cannot be read.
pub async fn run(session: &Session, arguments: &LogsArgs) -> anyhow::Result<Exit> {
    let (_, store, _) = session.reading().await?;
    let run = store.run_by_prefix(&arguments.run).await?.id;
    let only = arguments.stage.as_deref().map(str::parse::<StageId>).transpose();
    let only =
        only.map_err(|error| Complaint::input(error.to_string(), "`pedigree status` lists the stages of a run"))?;
    if let Some(stage) = &only {
        known(&store.stages_of_run(run).await?, stage)?;
    }
    let mut printed = BTreeSet::new();
    loop {
        // The state is read before the events: what is written in between is read in the next round.
        let status = store.run(run).await?.status;
        let mut events = Vec::new();
        for stage in store.stages_of_run(run).await? {
            if only.as_ref().is_none_or(|only| *only == stage.stage) {
                events.extend(store.events_of(run, &stage.stage).await?);
            }
        }
        events.sort_by_key(|event| (event.at_ms, event.sequence));
        for event in &events {
            if printed.insert((event.stage.clone(), event.attempt, event.sequence)) {
                print(session, event);
            }
        }
        if !arguments.follow || status != RunStatus::Running {
            break;
        }
        tokio::time::sleep(INTERVAL).await;
    }
    store.close().await;
    Ok(Exit::Done)
}

/// Complains of a stage the run does not have.
///
/// # Errors
/// When there is none of this name.
pub fn known(stages: &[StageRunRow], stage: &StageId) -> Result<(), Complaint> {
    if stages.iter().any(|row| row.stage == *stage) {
        return Ok(());
    }
    let names: Vec<String> = stages.iter().map(|row| row.stage.to_string()).collect();
    let hint = match nearest(&stage.to_string(), names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`pedigree status` lists the stages of a run".to_owned(),
    };
    Err(Complaint::input(format!("this run has no stage `{stage}`"), hint))
}

fn print(session: &Session, event: &Event) {
    if session.printer.is_json() {
        return session.printer.json_line(event);
    }
    session.printer.data(format!("{} {:<28} {}", time(event.at_ms), event.stage, told(&event.kind)));
}

fn told(kind: &EventKind) -> String {
    match kind {
        EventKind::Started { pid, machine } => {
            format!(
                "started as process {pid} on {} with {}",
                machine.device,
                plural(machine.threads as usize, "thread")
            )
        }
        EventKind::Resumed { step } => format!("goes on from step {step}"),
        EventKind::Progress(progress) => {
            let loss = progress.loss.map(|loss| format!(", loss {}", metric(loss))).unwrap_or_default();
            let tokens = progress.tokens_per_second.map(|speed| format!(", {speed:.0} tokens/s"));
            let records = progress.records_per_second.map(|speed| format!(", {speed:.0} records/s"));
            let speed = tokens.or(records).unwrap_or_default();
            format!("{} of {} {}{loss}{speed}", progress.done, progress.total, progress.unit)
        }
        EventKind::Metric { name, step, value } => format!("step {step}: {name} {}", metric(*value)),
        EventKind::Checkpoint(checkpoint) => {
            format!("checkpoint at step {} ({})", checkpoint.step, bytes(checkpoint.bytes))
        }
        EventKind::Output { name, digest, bytes: size, .. } => {
            format!("output {name} {} ({})", digest.short(), bytes(*size))
        }
        EventKind::Note { message } => message.clone(),
        EventKind::Finished => "finished".to_owned(),
        EventKind::Interrupted => "interrupted".to_owned(),
        EventKind::Failed { message, hint, .. } => {
            let hint = hint.as_ref().map(|hint| format!(" (hint: {hint})")).unwrap_or_default();
            format!("failed: {message}{hint}")
        }
    }
}
