//! What can go wrong with a run as a whole; what goes wrong with a stage is told by that stage.

use crate::analysis::LawError;
use crate::artifact::ArtifactError;
use crate::card::CardError;
use crate::error::{Exit, Explain};
use crate::execute::executor::StartError;
use crate::execute::task_folder::TaskError;
use crate::id::StageId;
use crate::recipe::Reference;
use crate::store::StoreError;
use crate::zoo::ZooError;

/// What can go wrong with a run as a whole.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// Workers cannot be started here.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database says no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An artifact is missing or damaged, or cannot be stored.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// A task folder cannot be used.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// A card cannot be written.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The zoo says no.
    #[error(transparent)]
    Zoo(#[from] ZooError),
    /// A file of a model from outside of the recipe is missing or damaged.
    #[error("`{name}` of `{reference}` cannot be used")]
    Import {
        /// The model.
        reference: Box<Reference>,
        /// The file.
        name: &'static str,
        /// Why not.
        #[source]
        source: ArtifactError,
    },
    /// The plan calls a stage fresh of which the ledger knows nothing.
    #[error("`{stage}` is called fresh, but nothing is known of its outputs")]
    NoOutputs {
        /// The stage.
        stage: StageId,
    },
    /// A report among the outputs cannot be read.
    #[error("`{name}` of `{stage}` cannot be read")]
    Report {
        /// The stage.
        stage: StageId,
        /// The output.
        name: String,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// The trainings of an analysis have no law.
    #[error("`{stage}` finds no law")]
    Law {
        /// The stage.
        stage: StageId,
        /// Why not.
        #[source]
        source: LawError,
    },
    /// A stage lacks an output or an input it is known to have.
    #[error("`{stage}` has no `{name}`")]
    Lacks {
        /// The stage.
        stage: StageId,
        /// What it lacks.
        name: String,
    },
}

impl Explain for ExecuteError {
    fn exit(&self) -> Exit {
        match self {
            Self::Start(error) => error.exit(),
            Self::Store(error) => error.exit(),
            Self::Artifact(error) => error.exit(),
            Self::Task(error) => error.exit(),
            Self::Card(error) => error.exit(),
            Self::Zoo(error) => error.exit(),
            Self::Import { source, .. } => source.exit(),
            Self::Law { .. } => Exit::Failed,
            Self::NoOutputs { .. } => Exit::Bug,
            Self::Report { .. } | Self::Lacks { .. } => Exit::Integrity,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Start(error) => error.hint(),
            Self::Store(error) => error.hint(),
            Self::Artifact(error) => error.hint(),
            Self::Task(error) => error.hint(),
            Self::Card(error) => error.hint(),
            Self::Zoo(error) => error.hint(),
            Self::Import { reference, source, .. } => match source.exit() {
                Exit::Integrity => Some(format!(
                    "`pedigree zoo show {}` names the run it came from: running that recipe again makes the file anew",
                    reference.to_string().trim_start_matches("zoo/")
                )),
                Exit::Done
                | Exit::Failed
                | Exit::BadInput
                | Exit::Conflict
                | Exit::Resources
                | Exit::Remote
                | Exit::Bug
                | Exit::Interrupted => source.hint(),
            },
            Self::Law { .. } | Self::NoOutputs { .. } | Self::Report { .. } | Self::Lacks { .. } => None,
        }
    }
}
