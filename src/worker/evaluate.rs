//! Measures a model on one split of a dataset.

mod language;
mod classes;
mod retrieval;
mod making;
mod timing;
mod spoiled;
mod items;
mod choosing;
mod writing;

use crate::data::tokenizer::{self, Tokenizer};
use crate::engine::device;
use crate::engine::model::{Network, Parameters};
use crate::engine::sampler::Data;
use crate::engine::tokens::Tokens;
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
use crate::worker::reading::Reading;
use crate::worker::task::Task;
use crate::worker::train::{json, tokens};

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
            (Some(Skill::Reconstruction), _) => making::measure_again(self, self.data(spoiling)?),
            (Some(Skill::Numbers | Skill::Embedding), _) => Err(self.foreign("no such model")),
            (Some(Skill::Language | Skill::Classes) | None, Some(own)) => {
                classes::measure(self, own, self.data(spoiling)?)
            }
            (Some(Skill::Language | Skill::Classes) | None, None) => language::measure(self, self.tokens(spoiling)?),
        }
    }

    /// Returns the split as the model reads it, its texts spoiled where that is asked for.
    fn data(&self, spoiling: Option<&Perturbation>) -> Result<Data, Failure> {
        let Self { task, work, .. } = self;
        if spoiling.is_some() {
            return self.tokens(spoiling).map(Data::Tokens);
        }
        let reading = Reading {
            dataset: &work.dataset,
            tokenizer: &work.tokenizer,
            vocab_size: work.vocab_size,
            architecture: &work.architecture,
            objective: work.objective.as_ref(),
            features: work.features.as_ref(),
        };
        reading.split(task, work.split)
    }

    /// Returns the tokens of the split, spoiled where that is asked for.
    fn tokens(&self, spoiling: Option<&Perturbation>) -> Result<Tokens, Failure> {
        let Self { task, work, .. } = self;
        match spoiling {
            None => tokens(task, &work.dataset, &work.tokenizer, work.split, work.vocab_size),
            Some(perturbation) => spoiled::tokens(self, perturbation),
        }
    }

    /// Returns the tokenizer, which is an input only where texts are needed.
    fn tokenizer(&self) -> Result<Tokenizer, Failure> {
        let stage = self.task.spec.tokenizer_of(&self.work.tokenizer);
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
