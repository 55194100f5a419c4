//! Live progress: one line a stage on a terminal, plain lines now and then elsewhere.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::cli::format::{duration, metric};
use crate::cli::printer::Printer;
use crate::execute::{Happening, Listener};
use crate::id::{StageId, StageKind};
use crate::record::{EventKind, Progress, StageStatus};

/// How often a stage is told of where there is no terminal.
const PLAIN_INTERVAL: Duration = Duration::from_secs(10);

/// Shows how the stages of a run are getting on.
pub struct ProgressListener {
    printer: Printer,
    bars: Option<MultiProgress>,
    running: BTreeMap<StageId, Running>,
    done: usize,
    total: usize,
}

struct Running {
    bar: Option<ProgressBar>,
    told_at: Instant,
    validation: Option<f64>,
}

impl ProgressListener {
    /// Returns a listener that shows bars on a terminal, and lines elsewhere.
    pub fn new(printer: &Printer) -> Self {
        let is_terminal = std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self {
            printer: printer.clone(),
            bars: is_terminal.then(MultiProgress::new),
            running: BTreeMap::new(),
            done: 0,
            total: 0,
        }
    }

    fn line(&self, text: &str) {
        match &self.bars {
            Some(bars) => bars.suspend(|| self.printer.say(text)),
            None => self.printer.say(text),
        }
    }

    fn start(&mut self, stage: &StageId, attempt: u32, adopted: bool) {
        let bar = self.bars.as_ref().map(|bars| new_bar(bars, stage));
        if self.bars.is_none() && !is_instant(stage.kind()) {
            let how = if adopted {
                " (its worker was still running)"
            } else if attempt > 1 {
                " (again)"
            } else {
                ""
            };
            self.line(&format!("  {stage} begins{how}"));
        }
        self.running.insert(stage.clone(), Running { bar, told_at: Instant::now(), validation: None });
    }

    fn progress(&mut self, stage: &StageId, progress: &Progress) {
        let Some(running) = self.running.get_mut(stage) else { return };
        let text = told(progress, running.validation);
        if let Some(bar) = &running.bar {
            bar.set_length(progress.total.max(1));
            bar.set_position(progress.done);
            bar.set_message(text);
        } else if running.told_at.elapsed() >= PLAIN_INTERVAL {
            running.told_at = Instant::now();
            self.line(&format!("  {stage} {text}"));
        }
    }

    fn end(&mut self, stage: &StageId, status: StageStatus, ms: u64, explanation: Option<&str>) {
        self.done += 1;
        let validation = self.running.remove(stage).and_then(|running| {
            if let Some(bar) = running.bar {
                bar.finish_and_clear();
            }
            running.validation
        });
        let mark = match status {
            StageStatus::Finished => "✓",
            // What was never begun is counted in the report.
            StageStatus::Cached | StageStatus::Skipped => return,
            StageStatus::Failed => "✗",
            StageStatus::Interrupted | StageStatus::Waiting | StageStatus::Running => "–",
        };
        let mut text = format!("{mark} [{}/{}] {stage:<36}", self.done, self.total);
        match explanation {
            Some(why) => text.push_str(&format!(" {}: {why}", status.word())),
            None => text.push_str(&format!(" {:>9}", duration(ms))),
        }
        if let Some(loss) = validation {
            text.push_str(&format!("  validation loss {}", metric(loss)));
        }
        self.line(&text);
    }
}

impl Listener for ProgressListener {
    fn hear(&mut self, happening: &Happening<'_>) {
        match happening {
            Happening::RunStarted { run, plan, is_resumed } => {
                self.total = plan.stages.iter().filter(|stage| !stage.is_fresh()).count();
                let verb = if *is_resumed { "goes on" } else { "begins" };
                self.line(&format!("run {} of `{}` {verb}", run.short(), plan.recipe));
            }
            Happening::StageStarted { stage, attempt, adopted } => self.start(stage, *attempt, *adopted),
            Happening::Event(event) => match &event.kind {
                EventKind::Progress(progress) => self.progress(&event.stage, progress),
                EventKind::Metric { name, value, .. } if name == "validation/loss" => {
                    if let Some(running) = self.running.get_mut(&event.stage) {
                        running.validation = Some(*value);
                    }
                }
                EventKind::Resumed { step } => self.line(&format!("  {} goes on from step {step}", event.stage)),
                EventKind::Note { message } => self.line(&format!("  {}: {message}", event.stage)),
                EventKind::Started { .. }
                | EventKind::Metric { .. }
                | EventKind::Checkpoint(_)
                | EventKind::Output { .. }
                | EventKind::Finished
                | EventKind::Interrupted
                | EventKind::Failed { .. } => {}
            },
            Happening::StageRetried { stage, explanation } => {
                self.line(&format!("  {stage} is tried again: {explanation}"))
            }
            Happening::StageEnded { stage, status, duration_ms, explanation } => {
                self.end(stage, *status, *duration_ms, *explanation);
            }
            Happening::Stopping { explanation } => {
                self.line(&format!("stopping: {explanation}; workers save their state first"));
            }
            Happening::RunEnded { .. } => {
                if let Some(bars) = &self.bars {
                    // What is left on the terminal are the lines of the stages.
                    bars.clear().unwrap_or_default();
                }
            }
        }
    }
}

/// Returns whether the manager does such a stage before anybody could read that it begins.
fn is_instant(kind: StageKind) -> bool {
    kind.is_condition() || matches!(kind, StageKind::Gate | StageKind::Analyse | StageKind::Card)
}

/// Adds the line of a stage; it ticks only once it has its place, or it would be drawn twice.
fn new_bar(bars: &MultiProgress, stage: &StageId) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:<28} {bar:16} {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸ ");
    let bar = bars.add(ProgressBar::new(1).with_style(style).with_prefix(stage.to_string()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn told(progress: &Progress, validation: Option<f64>) -> String {
    let Progress { done, total, unit, loss, tokens_per_second, records_per_second, left_ms } = progress;
    let mut parts = vec![if *total > 0 { format!("{done}/{total} {unit}") } else { format!("{done} {unit}") }];
    parts.extend(loss.map(|loss| format!("loss {}", metric(loss))));
    parts.extend(validation.map(|loss| format!("validation {}", metric(loss))));
    parts.extend(tokens_per_second.map(|speed| format!("{speed:.0} tokens/s")));
    parts.extend(records_per_second.map(|speed| format!("{speed:.0} records/s")));
    parts.extend(left_ms.map(|left| format!("{} left", duration(left))));
    parts.join("  ")
}
