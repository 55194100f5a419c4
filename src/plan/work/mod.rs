//! What a stage has to do, complete: a worker needs nothing else but its inputs.

mod data;
mod learning;
mod measuring;
mod telling;

pub use data::{ContaminationWork, DatasetWork, Evaluated, Sorter, TokenizerWork, TokensWork, UncontaminatedWork};
pub use learning::{Compute, ImportWork, Teacher, TrainWork};
pub use measuring::{AnalyseWork, EvaluateWork, GateWork, Judge, SampleWork};
pub use telling::{CardWork, PublishWork};

use serde::{Deserialize, Serialize};

/// The work of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Work {
    /// Outputs `model.safetensors`, `architecture.json` and, of a model that reads tokens, `tokenizer.json`; done by the manager.
    Import(ImportWork),
    /// Outputs `train.parquet`, `validation.parquet`, `test.parquet` and `report.json`.
    Dataset(DatasetWork),
    /// Outputs `tokenizer.json`.
    Tokenizer(TokenizerWork),
    /// Outputs `train.safetensors`, `validation.safetensors`, `test.safetensors` and `report.json`.
    Tokens(TokensWork),
    /// Outputs `contamination.json`.
    Contamination(ContaminationWork),
    /// Outputs `exposures.json`; done by the manager.
    Uncontaminated(UncontaminatedWork),
    /// Outputs `model.safetensors`, `architecture.json`, `training.json` and, with an adapter, `adapter.safetensors`.
    ///
    /// An adapter that is kept adds `frozen.safetensors`, the weights under all adapters, `adapters.json`, which lists them
    /// in order, and `adapter-1.safetensors` and so on for those under the last.
    Train(Box<TrainWork>),
    /// Outputs `metrics.json`.
    Evaluate(EvaluateWork),
    /// Outputs `sample.json`.
    Sample(SampleWork),
    /// Outputs `gate.json`; done by the manager.
    Gate(GateWork),
    /// Outputs `law.json` and `law.svg`; done by the manager.
    Analyse(AnalyseWork),
    /// Outputs `README.md`; done by the manager.
    Card(CardWork),
    /// Outputs `versions.json`; done by the manager.
    Publish(PublishWork),
}

impl Work {
    /// Returns whether the manager does this work itself, in an instant, without a worker.
    pub fn is_done_by_manager(&self) -> bool {
        match self {
            Self::Import(_)
            | Self::Uncontaminated(_)
            | Self::Analyse(_)
            | Self::Gate(_)
            | Self::Card(_)
            | Self::Publish(_) => true,
            Self::Dataset(_)
            | Self::Tokenizer(_)
            | Self::Tokens(_)
            | Self::Contamination(_)
            | Self::Train(_)
            | Self::Evaluate(_)
            | Self::Sample(_) => false,
        }
    }

    /// Returns how tensors are computed, for work that computes any.
    pub fn compute(&self) -> Option<&Compute> {
        match self {
            Self::Train(work) => Some(&work.compute),
            Self::Evaluate(work) => Some(&work.compute),
            Self::Sample(work) => Some(&work.compute),
            Self::Dataset(work) => work.sorters.values().next().map(|sorter| &sorter.compute),
            Self::Import(_)
            | Self::Tokenizer(_)
            | Self::Tokens(_)
            | Self::Contamination(_)
            | Self::Uncontaminated(_)
            | Self::Gate(_)
            | Self::Analyse(_)
            | Self::Card(_)
            | Self::Publish(_) => None,
        }
    }
}
