//! Trains a model: inputs to engine values, engine results to outputs.

use serde::{Deserialize, Serialize};

use crate::engine::device;
use crate::engine::tokens::Tokens;
use crate::engine::train::{Dataset, Ended, Trained, Training, train};
use crate::id::Name;
use crate::plan::work::TrainWork;
use crate::recipe::classification::Classification;
use crate::recipe::dataset::SplitName;
use crate::recipe::model::Architecture;
use crate::record::FailureClass;
use crate::record::event::PEAK_MEMORY;
use crate::worker::Outcome;
use crate::worker::failure::Failure;
use crate::worker::parent::Parent;
use crate::worker::report::Told;
use crate::worker::task::Task;

/// `architecture.json`: what it takes to build the network again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ArchitectureFile {
    /// The version of this format: 1.
    pub version: u32,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// What it tells apart, where it is a classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
}

impl ArchitectureFile {
    /// The version of `architecture.json` this program writes and reads.
    pub const VERSION: u32 = 1;

    /// Reads the file.
    ///
    /// # Errors
    /// When the bytes are no such file.
    pub fn read(bytes: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(bytes)
            .map_err(|error| Failure::new(FailureClass::Integrity, format!("`architecture.json`: {error}")))
    }
}

/// Trains the model of the task.
///
/// # Errors
/// When inputs are missing or damaged, and when the engine fails.
pub fn run(task: &mut Task, work: &TrainWork) -> Result<Outcome, Failure> {
    let parent = Parent::read(task, work)?;
    let data = datasets(task, work)?;
    let device = device::open(work.compute.device, work.compute.threads)?;
    let machine = device::machine(work.compute.device, work.compute.threads);
    let checkpoints = task.checkpoints();
    let training = Training {
        architecture: &work.architecture,
        vocab_size: work.vocab_size,
        adapter: work.adapter.as_ref(),
        train: &work.train,
        base: parent.as_ref().map(Parent::base),
        seed: work.seed,
        device: &device,
        machine: &machine,
        checkpoints: &checkpoints,
        fingerprint: task.spec.fingerprint,
    };
    match train(&training, data, &mut Told(task))? {
        Ended::Interrupted => Ok(Outcome::Interrupted),
        Ended::Finished(trained) => {
            tell_peak_memory(task, trained.report.steps)?;
            write(task, work, parent.as_ref(), &trained).map(|()| Outcome::Finished)
        }
    }
}

/// Tells the most memory this process has held, in bytes; nothing where the system does not say.
fn tell_peak_memory(task: &mut Task, step: u64) -> Result<(), Failure> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    match peak_memory(&status) {
        Some(bytes) => task.emit.metric(PEAK_MEMORY, step, bytes as f64),
        None => Ok(()),
    }
}

/// Returns the line `VmHWM`, which Linux gives in units of 1024 bytes, in bytes.
fn peak_memory(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn datasets(task: &Task, work: &TrainWork) -> Result<Vec<Dataset>, Failure> {
    let shares = work.train.data.iter();
    shares
        .map(|share| {
            let split = |split| tokens(task, &share.dataset, &work.tokenizer, split, work.vocab_size);
            Ok(Dataset {
                weight: share.weight,
                train: split(SplitName::Train)?,
                validation: split(SplitName::Validation)?,
            })
        })
        .collect()
}

/// Returns the tokens of one split of a dataset.
///
/// # Errors
/// When the input is missing or damaged.
pub fn tokens(
    task: &Task,
    dataset: &Name,
    tokenizer: &Name,
    split: SplitName,
    vocab_size: u32,
) -> Result<Tokens, Failure> {
    let stage = task.spec.tokens_of(dataset, tokenizer);
    let file = task.input_file(&stage, &format!("{}.safetensors", split.word()))?;
    Ok(Tokens::open(&file.path, dataset.as_str(), split.word(), vocab_size)?)
}

fn write(task: &mut Task, work: &TrainWork, parent: Option<&Parent>, trained: &Trained) -> Result<(), Failure> {
    let TrainWork { architecture, vocab_size, adapter, train, .. } = work;
    let file = ArchitectureFile {
        version: ArchitectureFile::VERSION,
        architecture: architecture.clone(),
        vocab_size: *vocab_size,
        classification: train.objective.classification().cloned(),
    };
    task.output("model.safetensors", &trained.model)?;
    task.output("architecture.json", &json(&file))?;
    task.output("training.json", &json(&trained.report))?;
    match (&trained.adapter, adapter, parent) {
        (Some(trained), Some(adapter), Some(parent)) if adapter.is_kept() => parent.write_kept(task, adapter, trained),
        (Some(trained), _, _) => task.output("adapter.safetensors", trained),
        (None, _, _) => Ok(()),
    }
}

/// Returns a value as JSON a person can read.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("our own types serialize");
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_of_memory_is_read_where_the_system_tells_it() {
        let status = "Name:\tpedigree-engine\nVmPeak:\t 9000 kB\nVmHWM:\t  523 kB\nVmRSS:\t  400 kB\n";
        assert_eq!(peak_memory(status), Some(523 * 1024));
        assert_eq!(peak_memory("VmRSS: 400 kB\n"), None);
    }
}
