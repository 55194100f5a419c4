//! Measures a model on one split of a dataset.

use crate::engine::device;
use crate::engine::model::{Network, Parameters};
use crate::engine::sampler::{Kind, Rows};
use crate::engine::tokens::Tokens;
use crate::engine::train::learner::load_parameters;
use crate::engine::{confusion, evaluate};
use crate::plan::work::EvaluateWork;
use crate::recipe::classification::Classification;
use crate::recipe::evaluation::Metric;
use crate::record::FailureClass;
use crate::record::report::{ClassificationReport, EvaluationReport};
use crate::worker::failure::Failure;
use crate::worker::task::Task;
use crate::worker::train::{json, tokens};

/// Measures the model of the task.
///
/// # Errors
/// When inputs are missing or damaged, and when the split is empty.
pub fn run(task: &mut Task, work: &EvaluateWork) -> Result<(), Failure> {
    let weights = task.input(&task.spec.weights_of(&work.model, work.repeat), "model.safetensors")?;
    let tokens = tokens(task, &work.dataset, &work.tokenizer, work.split, work.vocab_size)?;
    let device = device::open(work.compute.device, work.compute.threads)?;
    let network = Network::with_head(&work.architecture, work.vocab_size, work.classification.as_ref(), &device);
    let parameters = load_parameters(&network, Some(&weights), 0)?;
    let report = match &work.classification {
        Some(classification) => classes(work, classification, &network, &parameters, tokens)?,
        None => language(work, &network, &parameters, tokens)?,
    };
    if !report.loss.is_finite() {
        let message = format!("the loss of model `{}` on `{}` is {}", work.model, work.dataset, report.loss);
        return Err(Failure::new(FailureClass::Work, message));
    }
    task.emit.metric(work.metric.word(), 0, report.value)?;
    task.output("metrics.json", &json(&report))
}

fn language(
    work: &EvaluateWork,
    network: &Network,
    parameters: &Parameters,
    tokens: Tokens,
) -> Result<EvaluationReport, Failure> {
    let kind = if tokens.has_loss_mask() { Kind::Records } else { Kind::Text };
    let rows = Rows::to_measure(tokens, kind, network.context())?;
    let measured = evaluate::measure(network, parameters, &rows, work.tokens)?;
    let value = match work.metric {
        Metric::Loss => measured.loss,
        Metric::Perplexity => measured.loss.exp(),
        Metric::Accuracy => measured.accuracy,
        Metric::MacroF1 => return Err(foreign(work, "a language model")),
    };
    let (metric, loss, tokens) = (work.metric, measured.loss, measured.tokens);
    Ok(EvaluationReport { metric, value, loss, tokens, classification: None })
}

fn classes(
    work: &EvaluateWork,
    classification: &Classification,
    network: &Network,
    parameters: &Parameters,
    tokens: Tokens,
) -> Result<EvaluationReport, Failure> {
    tokens.check_classes(classification.classes.len())?;
    let rows = Rows::to_measure(tokens, Kind::Labelled, network.context())?;
    let measured = confusion::measure(network, parameters, &rows, work.tokens)?;
    let confusion = measured.confusion;
    let value = match work.metric {
        Metric::Accuracy => confusion.accuracy(),
        Metric::MacroF1 => confusion.macro_f1(),
        Metric::Loss | Metric::Perplexity => return Err(foreign(work, "a classifier")),
    };
    let report = ClassificationReport {
        records: confusion.records(),
        accuracy: confusion.accuracy(),
        macro_f1: confusion.macro_f1(),
        classes: confusion.by_class(&classification.classes),
        confusion,
    };
    let (metric, loss, tokens) = (work.metric, measured.loss, measured.tokens);
    Ok(EvaluationReport { metric, value, loss, tokens, classification: Some(Box::new(report)) })
}

fn foreign(work: &EvaluateWork, what: &str) -> Failure {
    Failure::new(FailureClass::Bug, format!("`{}` is {what}, and has no {}", work.model, work.metric.word()))
}
