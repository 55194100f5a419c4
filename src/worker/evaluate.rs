//! Measures a model on one split of a dataset.

use crate::engine::device;
use crate::engine::evaluate::measure;
use crate::engine::model::Network;
use crate::engine::sampler::{Kind, Rows};
use crate::engine::train::learner::load_parameters;
use crate::plan::work::EvaluateWork;
use crate::recipe::evaluation::Metric;
use crate::record::FailureClass;
use crate::record::report::EvaluationReport;
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
    let network = Network::new(&work.architecture, work.vocab_size, &device);
    let parameters = load_parameters(&network, Some(&weights), 0)?;
    let kind = if tokens.has_loss_mask() { Kind::Records } else { Kind::Text };
    let rows = Rows::to_measure(tokens, kind, network.context())?;
    let measured = measure(&network, &parameters, &rows, work.tokens)?;
    if !measured.loss.is_finite() {
        let message = format!("the loss of model `{}` on `{}` is {}", work.model, work.dataset, measured.loss);
        return Err(Failure::new(FailureClass::Work, message));
    }
    let value = match work.metric {
        Metric::Loss => measured.loss,
        Metric::Perplexity => measured.loss.exp(),
        Metric::Accuracy => measured.accuracy,
    };
    let report = EvaluationReport { metric: work.metric, value, loss: measured.loss, tokens: measured.tokens };
    task.emit.metric(work.metric.word(), 0, value)?;
    task.output("metrics.json", &json(&report))
}
