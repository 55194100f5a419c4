//! Trains a model: inputs to engine values, engine results to outputs.

use serde::Serialize;

use crate::engine::device;
use crate::engine::tokens::Tokens;
use crate::engine::train::{Dataset, Ended, Teacher, Trained, Training, train};
use crate::id::Name;
use crate::plan::work::TrainWork;
use crate::recipe::dataset::SplitName;
use crate::recipe::head::Head;
use crate::record::event::PEAK_MEMORY;
use crate::record::{ArchitectureFile, Seen};
use crate::worker::Outcome;
use crate::worker::failure::Failure;
use crate::worker::parent::Parent;
use crate::worker::reading::Reading;
use crate::worker::report::Told;
use crate::worker::task::Task;

/// Trains the model of the task.
///
/// # Errors
/// When inputs are missing or damaged, and when the engine fails.
pub fn run(task: &mut Task, work: &TrainWork) -> Result<Outcome, Failure> {
    let parent = Parent::read(task, work)?;
    let taught = match &work.teacher {
        Some(teacher) => Some(task.input(&teacher.weights, "model.safetensors")?),
        None => None,
    };
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
        teacher: work.teacher.as_ref().zip(taught.as_deref()).map(|(teacher, weights)| Teacher {
            architecture: &teacher.architecture,
            vocab_size: teacher.vocab_size,
            head: teacher.classification.as_ref().map_or(Head::Language, |own| Head::Classes(own.clone())),
            weights,
        }),
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
    match own_peak_memory() {
        Some(bytes) => task.emit.metric(PEAK_MEMORY, step, bytes as f64),
        None => Ok(()),
    }
}

/// Returns the most memory this process has held, in bytes; nothing where the system does not say.
pub(super) fn own_peak_memory() -> Option<u64> {
    peak_memory(&std::fs::read_to_string("/proc/self/status").unwrap_or_default())
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
            let reading = Reading {
                dataset: &share.dataset,
                tokenizer: work.tokenizer.as_ref(),
                vocab_size: work.vocab_size,
                architecture: &work.architecture,
                objective: Some(&work.train.objective),
                features: work.features.get(&share.dataset),
            };
            Ok(Dataset {
                weight: share.weight,
                train: reading.split(task, SplitName::Train)?,
                validation: reading.split(task, SplitName::Validation)?,
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
    let head = Head::of(&train.objective, architecture);
    let file = ArchitectureFile { seen: seen(work), ..ArchitectureFile::new(architecture, *vocab_size, &head) };
    task.output("model.safetensors", &trained.model)?;
    task.output("architecture.json", &json(&file))?;
    task.output("training.json", &json(&trained.report))?;
    match (&trained.adapter, adapter, parent) {
        (Some(trained), Some(adapter), Some(parent)) if adapter.is_kept() => parent.write_kept(task, adapter, trained),
        (Some(trained), _, _) => task.output("adapter.safetensors", trained),
        (None, _, _) => Ok(()),
    }
}

/// Returns how pictures or sounds became what a model learnt from: as its first dataset has it, whose features all others share in shape.
fn seen(work: &TrainWork) -> Option<Seen> {
    let first = work.train.data.iter().find_map(|share| work.features.get(&share.dataset))?;
    Some(Seen { clean: work.media_steps.clone(), features: first.without_augmentation() })
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
