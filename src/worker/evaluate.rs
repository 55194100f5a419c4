//! Measures a model on one split of a dataset.

mod language;
mod classes;
mod retrieval;
mod making;
mod numbers;
mod reconstruction;
mod preference;
mod neighbours;
mod timing;
mod spoiled;
mod spoiled_features;
mod items;
mod choosing;
mod writing;

use crate::data::tokenizer::{self, Tokenizer};
use crate::engine::device;
use crate::engine::model::{Network, Parameters};
use crate::engine::sampler::Data;
use crate::engine::train::learner::load_parameters;
use crate::plan::work::EvaluateWork;
use crate::recipe::head::Head;
use crate::recipe::measured::skill;
use crate::recipe::metric::Skill;
use crate::recipe::robustness::Perturbation;
use crate::recipe::task::Task as Answering;
use crate::record::FailureClass;
use crate::record::report::{EvaluationReport, RobustnessReport};
use crate::worker::failure::Failure;
use crate::worker::reading::{Reading, named};
use crate::worker::task::Task;
use crate::worker::train::json;

/// A model that is measured.
struct Subject<'t> {
    task: &'t Task,
    work: &'t EvaluateWork,
    network: Network,
    parameters: Parameters,
}

/// Measures the model of the task.
///
/// # Errors
/// When inputs are missing or damaged, and when the split is empty.
pub fn run(task: &mut Task, work: &EvaluateWork) -> Result<(), Failure> {
    let weights = task.input(&task.spec.weights_of(&work.model, work.repeat), "model.safetensors")?;
    let device = device::open(work.compute.device, work.compute.threads)?;
    let head = match (&work.objective, &work.classification) {
        (Some(objective), _) => Head::of(objective, &work.architecture),
        (None, Some(classification)) => Head::Classes(classification.clone()),
        (None, None) => Head::Language,
    };
    let network = Network::of(&work.architecture, work.vocab_size, head, &device);
    let parameters = load_parameters(&network, Some(&weights), 0)?;
    let subject = Subject { task, work, network, parameters };
    let mut report = subject.measure(None)?;
    if let Some(perturbation) = &work.robustness {
        let clean = report.value;
        report = subject.measure(Some(perturbation))?;
        let drop = if work.metric.lower_is_better() { report.value - clean } else { clean - report.value };
        report.robustness = Some(RobustnessReport { clean, drop });
    }
    if let Some((what, value)) =
        [("loss", report.loss), (work.metric.word(), report.value)].into_iter().find(|(_, value)| !value.is_finite())
    {
        let message = format!("the {what} of model `{}` on `{}` is {value}", work.model, work.dataset);
        return Err(Failure::new(FailureClass::Work, message));
    }
    task.emit.metric(work.metric.word(), 0, report.value)?;
    task.output("metrics.json", &json(&report))
}

impl Subject<'_> {
    fn measure(&self, spoiling: Option<&Perturbation>) -> Result<EvaluationReport, Failure> {
        match &self.work.task {
            Some(Answering::MultipleChoice(task)) => choosing::measure(self, task, spoiling),
            Some(Answering::Generation(task)) => writing::measure(self, task, spoiling),
            None => self.measure_plain(spoiling),
        }
    }

    /// Measures on plain data, as the model reads it.
    fn measure_plain(&self, spoiling: Option<&Perturbation>) -> Result<EvaluationReport, Failure> {
        let work = self.work;
        let does = work.objective.as_ref().map(skill);
        match (does, &work.classification) {
            (Some(Skill::Retrieval), _) => retrieval::measure(self, self.data(spoiling)?),
            (Some(Skill::Making), _) => making::measure(self, self.data(spoiling)?),
            (Some(Skill::Numbers), _) => numbers::measure(self, self.data(spoiling)?),
            (Some(Skill::Reconstruction), _) => reconstruction::measure(self, self.data(spoiling)?),
            (Some(Skill::Embedding), _) => neighbours::measure(self, self.data(spoiling)?),
            (Some(Skill::Language | Skill::Filling | Skill::Classes) | None, Some(own)) => {
                classes::measure(self, own, self.data(spoiling)?)
            }
            (Some(Skill::Language | Skill::Filling | Skill::Classes) | None, None) => {
                let data = self.data(spoiling)?;
                if work.metric.is_of_pairs() { preference::measure(self, data) } else { language::measure(self, data) }
            }
        }
    }

    /// Returns the split as the model reads it, spoiled where that is asked for.
    fn data(&self, spoiling: Option<&Perturbation>) -> Result<Data, Failure> {
        let Self { task, work, .. } = self;
        let reading = Reading {
            dataset: &work.dataset,
            tokenizer: work.tokenizer.as_ref(),
            vocab_size: work.vocab_size,
            architecture: &work.architecture,
            objective: work.objective.as_ref(),
            features: work.features.as_ref(),
        };
        Ok(match spoiling {
            None => reading.split(task, work.split)?,
            Some(spoiling) if spoiling.is_of_features() => match reading.split(task, work.split)? {
                Data::Features(features) => Data::Features(spoiled_features::spoiled(features, spoiling)),
                Data::Captions(texts, features) => Data::Captions(texts, spoiled_features::spoiled(features, spoiling)),
                Data::Tokens(_) => return Err(self.foreign("a model of texts")),
            },
            Some(spoiling) => {
                let tokens = spoiled::tokens(self, spoiling)?;
                Data::Tokens(reading.with_special(task, tokens)?)
            }
        })
    }

    /// Returns the tokenizer, which is an input only where texts are needed.
    fn tokenizer(&self) -> Result<Tokenizer, Failure> {
        let stage = self.task.spec.tokenizer_of(named(self.work.tokenizer.as_ref())?);
        let tokenizer = tokenizer::load(&self.task.input(&stage, "tokenizer.json")?)?;
        if tokenizer.vocab_size() > self.work.vocab_size {
            let message = "the tokenizer has more tokens than the model";
            return Err(Failure::new(FailureClass::Integrity, message));
        }
        Ok(tokenizer)
    }

    fn foreign(&self, what: &str) -> Failure {
        let Self { work, .. } = self;
        Failure::new(FailureClass::Bug, format!("`{}` is {what}, and has no {}", work.model, work.metric.word()))
    }
}
