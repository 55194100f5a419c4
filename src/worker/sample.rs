//! Lets a model write a sample, or fill in what is hidden in its prompt.

use crate::plan::work::SampleWork;
use crate::recipe::head::Head;
use crate::recipe::model::Architecture;
use crate::record::ArchitectureFile;
use crate::record::report::SampleReport;
use crate::worker::failure::Failure;
use crate::worker::filling::{Filled, fill};
use crate::worker::inference::Model;
use crate::worker::loaded::Loaded;
use crate::worker::task::Task;
use crate::worker::train::json;

/// Lets the model of the task write; one that fills in hidden tokens tells the whole text.
///
/// # Errors
/// When inputs are missing or damaged.
pub fn run(task: &mut Task, work: &SampleWork) -> Result<(), Failure> {
    let weights = task.input(&task.spec.weights_of(&work.sample.model, 1), "model.safetensors")?;
    let tokenizer = task.input(&task.spec.tokenizer_of(&work.tokenizer), "tokenizer.json")?;
    if let Architecture::Bert(_) = work.architecture {
        let about = ArchitectureFile::new(&work.architecture, work.vocab_size, &Head::Language);
        let loaded = Loaded::of(about, &weights, Some(&tokenizer), &work.compute)?;
        let Filled { text, hidden } = fill(&loaded, &work.sample.prompt, 1)?;
        return tell(task, work, text, hidden.len() as u64);
    }
    let model = Model::load(&work.architecture, work.vocab_size, &weights, &tokenizer, &work.compute)?;
    let answer = model.write(&work.sample.prompt, &work.sample.sampling, |_| Ok(()))?;
    if answer.cut > 0 {
        task.emit
            .note(format!("the prompt is longer than the context: its first {} tokens were left out", answer.cut))?;
    }
    tell(task, work, answer.text, answer.tokens)
}

fn tell(task: &mut Task, work: &SampleWork, text: String, tokens: u64) -> Result<(), Failure> {
    let (prompt, sampling) = (work.sample.prompt.clone(), work.sample.sampling.clone());
    task.output("sample.json", &json(&SampleReport { prompt, text, tokens, sampling }))
}
