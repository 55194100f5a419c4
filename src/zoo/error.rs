//! What can go wrong with the zoo.

use crate::artifact::ArtifactError;
use crate::error::{Exit, Explain};
use crate::id::{Name, NameError};
use crate::store::StoreError;

/// What can go wrong with the zoo.
#[derive(Debug, thiserror::Error)]
pub enum ZooError {
    /// The entry and the model make no name together.
    #[error("model `{model}` cannot be published under `{entry}`")]
    Name {
        /// The published name.
        entry: Name,
        /// The model.
        model: Name,
        /// Why not.
        #[source]
        source: NameError,
    },
    /// A parent is not published with, and before, its child.
    #[error("model `{model}` needs its parent `{parent}` published before it")]
    ParentMissing {
        /// The child.
        model: Name,
        /// The parent.
        parent: Name,
    },
    /// An alias points at nothing.
    #[error("alias `{alias}` points at `{model}`, which is not published with it")]
    AliasDangles {
        /// The alias.
        alias: Name,
        /// What it points at.
        model: Name,
    },
    /// An alias looks like a version.
    #[error("alias `{alias}` looks like a version")]
    AliasIsVersion {
        /// The alias.
        alias: Name,
    },
    /// A card is no text.
    #[error("the card of `{model}` is not UTF-8")]
    CardIsNoText {
        /// The model.
        model: Name,
    },
    /// A file is missing or damaged.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for ZooError {
    fn exit(&self) -> Exit {
        match self {
            Self::Name { .. } | Self::AliasIsVersion { .. } | Self::AliasDangles { .. } => Exit::BadInput,
            Self::ParentMissing { .. } => Exit::Bug,
            Self::CardIsNoText { .. } => Exit::Integrity,
            Self::Artifact(error) => error.exit(),
            Self::Store(error) => error.exit(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Name { .. } => Some("both names together have at most 63 characters".into()),
            Self::AliasIsVersion { .. } => Some("choose a word such as `champion`".into()),
            Self::AliasDangles { .. } => Some("an alias points at a model of the recipe".into()),
            Self::ParentMissing { .. } | Self::CardIsNoText { .. } => None,
            Self::Artifact(error) => error.hint(),
            Self::Store(error) => error.hint(),
        }
    }
}
