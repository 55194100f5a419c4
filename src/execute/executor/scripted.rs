//! An executor without processes: stages end as a script says, at once or when they are told to.
//!
//! It writes the same event logs and outputs as a worker, so that everything behind it is the real thing.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io::Write as _;

use serde_json::json;

use crate::execute::executor::{Death, Executor, StartError};
use crate::execute::lock::is_locked;
use crate::execute::task_folder::Attempt;
use crate::id::{Digest, StageId};
use crate::plan::work::{ContaminationWork, Evaluated};
use crate::plan::{Spec, Work};
use crate::record::contamination::{ContaminationReport, SplitContamination};
use crate::record::report::{EvaluationReport, SampleReport, TrainingReport};
use crate::record::{Event, EventKind, FailureClass, Machine, Progress};

/// What a worker does in a script.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Writes its outputs and finishes; an evaluation measures `value`, other stages ignore it.
    Finish {
        /// The measured number.
        value: f64,
    },
    /// Says that it cannot do its work.
    Fail {
        /// Whose fault it is.
        class: FailureClass,
        /// What went wrong.
        message: String,
    },
    /// Dies without a last word.
    Die,
    /// Writes its outputs and finishes, but one of the outputs is not what its digest says.
    Lie,
    /// Works on until it is stopped or killed.
    Hang,
}

/// Runs stages by a script; a stage without one finishes.
#[derive(Debug, Default)]
pub struct ScriptedExecutor {
    script: BTreeMap<StageId, VecDeque<Outcome>>,
    started: Vec<(StageId, u32)>,
    running: BTreeMap<StageId, Running>,
    ended: Vec<(StageId, Death)>,
}

#[derive(Debug)]
struct Running {
    attempt: Attempt,
    sequence: u64,
}

impl ScriptedExecutor {
    /// Adds what the next attempt at a stage, behind those scripted already, does.
    #[must_use]
    pub fn with(mut self, stage: StageId, outcome: Outcome) -> Self {
        self.script.entry(stage).or_default().push_back(outcome);
        self
    }

    /// Returns every attempt that was started, in order.
    pub fn started(&self) -> &[(StageId, u32)] {
        &self.started
    }

    fn play(&mut self, attempt: &Attempt, spec: &Spec) -> std::io::Result<()> {
        let outcome = self.script.get_mut(&spec.stage).and_then(VecDeque::pop_front);
        let mut running = Running { attempt: attempt.clone(), sequence: 0 };
        running.tell(EventKind::Started { pid: 0, machine: Box::new(Machine::default()) })?;
        running.tell(EventKind::Progress(Progress {
            done: 1,
            total: 1,
            unit: "steps".to_owned(),
            ..Progress::default()
        }))?;
        match outcome.unwrap_or(Outcome::Finish { value: 10.0 }) {
            Outcome::Finish { value } => running.finish(&spec.work, value, |bytes| bytes)?,
            Outcome::Lie => running.finish(&spec.work, 10.0, |bytes| [bytes, b"!".to_vec()].concat())?,
            Outcome::Fail { class, message } => running.tell(EventKind::Failed { class, message, hint: None })?,
            Outcome::Die => {}
            Outcome::Hang => {
                self.running.insert(spec.stage.clone(), running);
                return Ok(());
            }
        }
        self.ended.push((spec.stage.clone(), gone()));
        Ok(())
    }
}

impl Executor for ScriptedExecutor {
    fn prepare(&mut self) -> Result<(), StartError> {
        Ok(())
    }

    fn start(&mut self, attempt: &Attempt, spec: &Spec) -> Result<(), StartError> {
        self.started.push((spec.stage.clone(), spec.attempt));
        self.play(attempt, spec).map_err(|source| StartError::Spawn { path: attempt.folder.clone(), source })
    }

    fn adopt(&mut self, attempt: &Attempt, _pid: Option<u32>) {
        if !is_locked(&attempt.lock).unwrap_or(false) {
            self.ended.push((attempt.stage.clone(), gone()));
            return;
        }
        let sequence = attempt.tail().read().map_or(0, |events| events.len() as u64);
        self.running.insert(attempt.stage.clone(), Running { attempt: attempt.clone(), sequence });
    }

    fn stop(&mut self, stage: &StageId) {
        if let Some(mut running) = self.running.remove(stage) {
            // A log that cannot be written leaves a worker that died, which is what happened.
            let _ = running.tell(EventKind::Interrupted);
            self.ended.push((stage.clone(), gone()));
        }
    }

    fn kill(&mut self, stage: &StageId) {
        if self.running.remove(stage).is_some() {
            self.ended.push((stage.clone(), gone()));
        }
    }

    fn ended(&mut self) -> Vec<(StageId, Death)> {
        std::mem::take(&mut self.ended)
    }
}

fn gone() -> Death {
    Death { class: FailureClass::Infrastructure, message: "the script says so".to_owned(), hint: None }
}

impl Running {
    fn tell(&mut self, kind: EventKind) -> std::io::Result<()> {
        let Attempt { stage, number, .. } = &self.attempt;
        let event = Event {
            version: Event::VERSION,
            stage: stage.clone(),
            attempt: *number,
            sequence: self.sequence,
            at_ms: 0,
            kind,
        };
        let line = serde_json::to_string(&event).expect("an event serializes") + "\n";
        self.sequence += 1;
        fs::OpenOptions::new().append(true).create(true).open(self.attempt.events())?.write_all(line.as_bytes())
    }

    fn finish(&mut self, work: &Work, value: f64, spoil: impl Fn(Vec<u8>) -> Vec<u8>) -> std::io::Result<()> {
        fs::create_dir_all(self.attempt.outputs())?;
        for (name, content) in outputs(work, value) {
            let path = self.attempt.outputs().join(name);
            let (digest, bytes) = (Digest::of(&content), content.len() as u64);
            fs::write(&path, spoil(content))?;
            self.tell(EventKind::Output { name: name.to_owned(), path, digest, bytes })?;
        }
        self.tell(EventKind::Finished)
    }
}

/// Returns outputs as a worker would leave them: true reports, and a few bytes where data or weights would be.
fn outputs(work: &Work, value: f64) -> Vec<(&'static str, Vec<u8>)> {
    let text = |name: &'static str, stage: String| (name, format!("{name} of {stage}").into_bytes());
    let json = |name: &'static str, value: serde_json::Value| (name, value.to_string().into_bytes());
    match work {
        Work::Dataset(work) => {
            let data =
                ["train.parquet", "validation.parquet", "test.parquet"].map(|name| text(name, work.name.to_string()));
            let report = json!({ "files": 1, "source-bytes": 1, "steps": [], "splits": {} });
            data.into_iter().chain([json("report.json", report)]).collect()
        }
        Work::Tokenizer(work) => vec![json("tokenizer.json", json!({ "name": work.name }))],
        Work::Tokens(work) => {
            let names = ["train.safetensors", "validation.safetensors", "test.safetensors"];
            let data = names.map(|name| text(name, format!("{}/{}", work.dataset, work.tokenizer)));
            let report = json!({ "vocab-size": 64, "tokens": {}, "target-tokens": {} });
            data.into_iter().chain([json("report.json", report)]).collect()
        }
        Work::Contamination(work) => vec![json("contamination.json", json!(nothing_found(work)))],
        Work::Train(work) => vec![
            text("model.safetensors", work.model.to_string()),
            json("architecture.json", json!(work.architecture)),
            json(
                "training.json",
                json!(training(work.architecture.parameters_for(work.vocab_size, &work.train.objective))),
            ),
        ],
        Work::Evaluate(work) => {
            let report = EvaluationReport::new(work.metric, value, value.max(1.0).ln(), 100);
            vec![json("metrics.json", json!(report))]
        }
        Work::Sample(work) => {
            let (prompt, sampling) = (work.sample.prompt.clone(), work.sample.sampling.clone());
            vec![json("sample.json", json!(SampleReport { prompt, text: "…".to_owned(), tokens: 1, sampling }))]
        }
        Work::Import(_)
        | Work::Uncontaminated(_)
        | Work::Analyse(_)
        | Work::Gate(_)
        | Work::Card(_)
        | Work::Publish(_) => Vec::new(),
    }
}

fn nothing_found(work: &ContaminationWork) -> ContaminationReport {
    let ContaminationWork { dataset, evaluated, ngram, threshold } = work;
    let nothing = |split: &Evaluated| SplitContamination {
        dataset: split.dataset.clone(),
        split: split.split,
        records: 1,
        too_short: 0,
        allowed: 0,
        found: Vec::new(),
        matches: Vec::new(),
    };
    let splits = evaluated.iter().map(nothing).collect();
    ContaminationReport { dataset: dataset.clone(), records: 1, ngram: *ngram, threshold: *threshold, splits }
}

fn training(parameters: u64) -> TrainingReport {
    TrainingReport {
        parameters,
        trainable_parameters: parameters,
        steps: 1,
        tokens: 1,
        best_step: 1,
        train_loss: 1.0,
        validation_loss: 1.0,
        stopped_early: false,
        validation_accuracy: None,
        classes: Vec::new(),
        overfitting: None,
        diverged_since: None,
    }
}
