//! `objective`: what a model learns to do.

mod kind;
mod words;
mod networks;
mod masked_lm;
mod regression;
mod reconstruction;
mod adversarial;
mod contrastive;
mod distillation;
mod preference;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Name;
pub use crate::recipe::classification::{ClassWeights, Classification};
pub use adversarial::{Adversarial, AdversarialLoss};
pub use contrastive::{Contrastive, Pairs};
pub use distillation::Distillation;
pub use kind::ObjectiveKind;
pub use masked_lm::MaskedLm;
pub use preference::Preference;
pub use reconstruction::{Corruption, Decoder, Reconstruction};
pub use regression::{Regression, RegressionLoss};

/// What a model learns to do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Objective {
    /// Predicts every next token.
    #[default]
    CausalLm,
    /// Predicts tokens that are hidden in their text (Devlin et al. 2019).
    MaskedLm(MaskedLm),
    /// Predicts the tokens of the response only.
    Instruction,
    /// Tells the class of a record.
    Classification(Classification),
    /// Tells a number of a record.
    Regression(Regression),
    /// Makes a record whole again of which something is spoiled.
    Autoencoder(Reconstruction),
    /// A generator learns to make what its critic takes for real, and the critic to tell them apart (Goodfellow et al. 2014).
    Adversarial(Adversarial),
    /// Brings together what belongs together, and keeps the rest apart.
    Contrastive(#[schemars(with = "contrastive::Typed")] Contrastive),
    /// Learns to say what another model says (Hinton et al. 2015).
    Distillation(Distillation),
    /// Learns to prefer the chosen answer to the rejected one (Rafailov et al. 2023).
    Preference(Preference),
}

impl Objective {
    /// Returns what a classifier tells apart; nothing of another model.
    pub fn classification(&self) -> Option<&Classification> {
        match self {
            Self::Classification(classification) => Some(classification),
            Self::Distillation(distillation) => distillation.classification.as_ref(),
            Self::CausalLm
            | Self::MaskedLm(_)
            | Self::Instruction
            | Self::Regression(_)
            | Self::Autoencoder(_)
            | Self::Adversarial(_)
            | Self::Contrastive(_)
            | Self::Preference(_) => None,
        }
    }

    /// Returns the model it learns from, where it has one.
    pub fn teacher(&self) -> Option<&Name> {
        match self {
            Self::Distillation(distillation) => Some(&distillation.teacher),
            Self::CausalLm
            | Self::MaskedLm(_)
            | Self::Instruction
            | Self::Classification(_)
            | Self::Regression(_)
            | Self::Autoencoder(_)
            | Self::Adversarial(_)
            | Self::Contrastive(_)
            | Self::Preference(_) => None,
        }
    }

    /// Returns whether it puts layers of its own behind a network, which are trained whole also beside an adapter.
    pub fn has_own_layers(&self) -> bool {
        match self {
            Self::Classification(_) | Self::Regression(_) | Self::Contrastive(Contrastive::Views { .. }) => true,
            Self::Autoencoder(own) => own.decoder.is_some(),
            Self::Distillation(own) => own.classification.is_some(),
            Self::CausalLm
            | Self::MaskedLm(_)
            | Self::Instruction
            | Self::Contrastive(Contrastive::Captions)
            | Self::Adversarial(_)
            | Self::Preference(_) => false,
        }
    }

    /// Returns whether a model that has learnt it writes text, one token after the other.
    pub fn writes(&self) -> bool {
        match self {
            Self::CausalLm | Self::Instruction | Self::Preference(_) => true,
            Self::Distillation(own) => own.classification.is_none(),
            Self::MaskedLm(_)
            | Self::Classification(_)
            | Self::Regression(_)
            | Self::Autoencoder(_)
            | Self::Adversarial(_)
            | Self::Contrastive(_) => false,
        }
    }
}
