//! What a training takes from the model's parent: its weights, and the adapters it kept.

use crate::engine::model::lora::Stored;
use crate::engine::train::Base;
use crate::id::{Digest, StageId};
use crate::plan::work::TrainWork;
use crate::recipe::head::Head;
use crate::recipe::model::{Adapter, ParentAdapter};
use crate::record::{AdapterFile, Adapters, ArchitectureFile, FailureClass};
use crate::worker::failure::Failure;
use crate::worker::task::Task;
use crate::worker::train::json;

/// What a training takes from the model's parent.
#[derive(Debug)]
pub struct Parent {
    /// The weights under all adapters of the child.
    frozen: Vec<u8>,
    /// The weights with the adapters that stay as they are, where the parent has them in a file.
    whole: Option<Vec<u8>>,
    /// The adapters that stay as they are, in order.
    stay: Vec<Kept>,
    /// The adapter that goes on being trained.
    goes_on: Option<Kept>,
    /// What stands on its body.
    head: Head,
}

/// An adapter the parent kept.
#[derive(Debug)]
struct Kept {
    rank: u32,
    alpha: f64,
    bytes: Vec<u8>,
}

impl Parent {
    /// Reads what the model of the task takes from its parent, where it has one.
    ///
    /// # Errors
    /// When an input is missing or damaged.
    pub fn read(task: &Task, work: &TrainWork) -> Result<Option<Self>, Failure> {
        let Some(base) = &work.base else { return Ok(None) };
        let stage = task.spec.weights_of(base, work.repeat);
        let weights = |name| task.input(&stage, name);
        let head = head(task, &stage)?;
        let parent = match work.adapter.as_ref().and_then(Adapter::parent) {
            None | Some(ParentAdapter::Merge) => {
                Self { frozen: weights("model.safetensors")?, whole: None, stay: Vec::new(), goes_on: None, head }
            }
            Some(ParentAdapter::Stack) => {
                let (frozen, whole) = (weights("frozen.safetensors")?, Some(weights("model.safetensors")?));
                Self { frozen, whole, stay: kept(task, &stage)?, goes_on: None, head }
            }
            Some(ParentAdapter::Continue) => {
                let mut stay = kept(task, &stage)?;
                let goes_on = stay.pop();
                Self { frozen: weights("frozen.safetensors")?, whole: None, stay, goes_on, head }
            }
        };
        Ok(Some(parent))
    }

    /// Returns what the training starts from.
    pub fn base(&self) -> Base<'_> {
        let goes_on = self.goes_on.as_ref().map(Kept::stored);
        match &self.whole {
            Some(weights) => Base { goes_on, head: self.head.clone(), ..Base::of(weights) },
            None => {
                let added = self.stay.iter().map(Kept::stored).collect();
                Base { added, goes_on, head: self.head.clone(), ..Base::of(&self.frozen) }
            }
        }
    }

    /// Writes what belongs to an adapter that is kept: the weights under it, the adapters between, and the list of all.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write_kept(&self, task: &mut Task, adapter: &Adapter, trained: &[u8]) -> Result<(), Failure> {
        let Adapter::Lora { rank, alpha, .. } = adapter;
        let last = Stored { rank: *rank, alpha: *alpha, bytes: trained };
        let all: Vec<Stored<'_>> = self.stay.iter().map(Kept::stored).chain([last]).collect();
        let mut adapters = Vec::new();
        for (position, Stored { rank, alpha, bytes }) in all.iter().copied().enumerate() {
            let file = Adapters::file(position, all.len());
            task.output(&file, bytes)?;
            adapters.push(AdapterFile { file, digest: Digest::of(bytes), rank, alpha });
        }
        task.output("frozen.safetensors", &self.frozen)?;
        let list = Adapters { version: Adapters::VERSION, frozen: Digest::of(&self.frozen), adapters };
        task.output("adapters.json", &json(&list))
    }
}

/// Returns what stands on a parent's body, as the file beside its weights says.
fn head(task: &Task, stage: &StageId) -> Result<Head, Failure> {
    let file = ArchitectureFile::read(&task.input(stage, "architecture.json")?)
        .map_err(|error| Failure::new(FailureClass::Integrity, format!("`architecture.json` of `{stage}`: {error}")))?;
    Ok(file.head())
}

impl Kept {
    fn stored(&self) -> Stored<'_> {
        Stored { rank: self.rank, alpha: self.alpha, bytes: &self.bytes }
    }
}

/// Reads the adapters a model has kept, in order.
fn kept(task: &Task, stage: &StageId) -> Result<Vec<Kept>, Failure> {
    let foreign = |reason: String| {
        Failure::new(FailureClass::Integrity, format!("`adapters.json` of `{stage}` cannot be read: {reason}"))
    };
    let list: Adapters =
        serde_json::from_slice(&task.input(stage, "adapters.json")?).map_err(|error| foreign(error.to_string()))?;
    if list.version != Adapters::VERSION || list.adapters.is_empty() {
        return Err(foreign(format!("it is of version {} with {} adapters", list.version, list.adapters.len())));
    }
    let read = |AdapterFile { file, digest, rank, alpha }: AdapterFile| {
        let bytes = task.input(stage, &file)?;
        if Digest::of(&bytes) != digest {
            return Err(foreign(format!("`{file}` is not the adapter it lists")));
        }
        Ok(Kept { rank, alpha, bytes })
    };
    list.adapters.into_iter().map(read).collect()
}
