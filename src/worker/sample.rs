//! Lets a model write a sample.

use crate::plan::work::SampleWork;
use crate::record::report::SampleReport;
use crate::worker::failure::Failure;
use crate::worker::inference::Model;
use crate::worker::task::Task;
use crate::worker::train::json;

/// Lets the model of the task write.
///
/// # Errors
/// When inputs are missing or damaged.
pub fn run(task: &mut Task, work: &SampleWork) -> Result<(), Failure> {
    let weights = task.input(&task.spec.weights_of(&work.sample.model, 1), "model.safetensors")?;
    let tokenizer = task.input(&task.spec.tokenizer_of(&work.tokenizer), "tokenizer.json")?;
    let model = Model::load(&work.architecture, work.vocab_size, &weights, &tokenizer, &work.compute)?;
    let answer = model.write(&work.sample.prompt, &work.sample.sampling, |_| Ok(()))?;
    if answer.cut > 0 {
        task.emit
            .note(format!("the prompt is longer than the context: its first {} tokens were left out", answer.cut))?;
    }
    let report = SampleReport {
        prompt: work.sample.prompt.clone(),
        text: answer.text,
        tokens: answer.tokens,
        sampling: work.sample.sampling.clone(),
    };
    task.output("sample.json", &json(&report))
}
