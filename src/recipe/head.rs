//! The head of a network: what its objective puts on top of the body that its architecture describes.

use serde::{Deserialize, Serialize};

use crate::recipe::classification::{Classification, Pool};
use crate::recipe::model::Architecture;
use crate::recipe::objective::{Contrastive, Corruption, Decoder, Objective, Reconstruction, Regression};

/// What stands on top of a network's body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Head {
    /// The next or the hidden token, out of the vocabulary.
    Language,
    /// The class of a record.
    Classes(Classification),
    /// A number of a record.
    Value(Regression),
    /// A decoder of patches.
    Decoder {
        /// Its shape.
        decoder: Decoder,
        /// What is spoiled of what it makes whole.
        corruption: Corruption,
    },
    /// Two layers, behind which records are compared.
    Projection {
        /// Their width.
        width: u32,
    },
    /// None: the network has all it needs.
    None,
}

impl Head {
    /// Returns the head that an objective puts on a network.
    pub fn of(objective: &Objective, architecture: &Architecture) -> Self {
        if let Some(classification) = objective.classification() {
            return Self::Classes(classification.clone());
        }
        match objective {
            Objective::CausalLm
            | Objective::MaskedLm(_)
            | Objective::Instruction
            | Objective::Classification(_)
            | Objective::Distillation(_)
            | Objective::Preference(_) => Self::Language,
            Objective::Regression(regression) => Self::Value(regression.clone()),
            Objective::Autoencoder(Reconstruction { corruption, decoder }) => match (architecture, decoder) {
                (Architecture::Vit(_), Some(decoder)) => {
                    Self::Decoder { decoder: decoder.clone(), corruption: *corruption }
                }
                (_, Some(_) | None) => Self::None,
            },
            Objective::Contrastive(Contrastive::Views { projection, .. }) => Self::Projection { width: *projection },
            Objective::Contrastive(Contrastive::Captions) | Objective::Adversarial(_) => Self::None,
        }
    }

    /// Returns whether the layers of another head can go on as those of this one: they are of the same shape, and mean the same.
    pub fn goes_on_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Classes(own), Self::Classes(others)) => {
                own.classes == others.classes && self.is_of_first() == other.is_of_first()
            }
            (Self::Decoder { decoder: own, .. }, Self::Decoder { decoder: others, .. }) => own == others,
            (Self::Projection { width: own }, Self::Projection { width: others }) => own == others,
            (Self::Value(_), Self::Value(_)) => self.is_of_first() == other.is_of_first(),
            (Self::Language, Self::Language) | (Self::None, Self::None) => true,
            (
                Self::Language
                | Self::Classes(_)
                | Self::Value(_)
                | Self::Decoder { .. }
                | Self::Projection { .. }
                | Self::None,
                _,
            ) => false,
        }
    }

    /// Returns whether it reads the first place, which can take layers of its own.
    fn is_of_first(&self) -> bool {
        self.pool() == Some(Pool::First)
    }

    /// Returns how the places of a record become one, where it tells something of a record.
    pub fn pool(&self) -> Option<Pool> {
        match self {
            Self::Classes(own) => Some(own.pool),
            Self::Value(own) => Some(own.pool),
            Self::Language | Self::Decoder { .. } | Self::Projection { .. } | Self::None => None,
        }
    }

    /// Returns what it tells apart, where it is that of a classifier.
    pub fn classification(&self) -> Option<&Classification> {
        match self {
            Self::Classes(classification) => Some(classification),
            Self::Language | Self::Value(_) | Self::Decoder { .. } | Self::Projection { .. } | Self::None => None,
        }
    }
}
