//! What is written beside the tokens of a dataset, for whoever learns from them.

use serde::{Deserialize, Serialize};

use crate::recipe::classification::Classification;
use crate::recipe::metric::Metric;
use crate::recipe::objective::{Contrastive, Objective};

/// What is written beside the tokens of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Beside {
    /// Nothing but what is learnt of conversations.
    #[default]
    Nothing,
    /// The class of every record.
    Classes {
        /// The classes, in their order.
        classes: Vec<String>,
    },
    /// The number that is told of every record.
    Numbers,
    /// Nothing: every record is two documents, the chosen answer and the rejected one, each behind what was asked.
    Pairs,
    /// Nothing: every record is a picture or a sound, and its document the caption.
    Captions,
}

impl Beside {
    /// Returns what a classifier, or a model of another objective, reads beside tokens.
    pub fn of(objective: Option<&Objective>, classification: Option<&Classification>) -> Self {
        if let Some(own) = classification {
            return Self::Classes { classes: own.classes.clone() };
        }
        match objective {
            Some(Objective::Regression(_)) => Self::Numbers,
            Some(Objective::Preference(_)) => Self::Pairs,
            Some(Objective::Contrastive(Contrastive::Captions)) => Self::Captions,
            Some(
                Objective::CausalLm
                | Objective::MaskedLm(_)
                | Objective::Instruction
                | Objective::Classification(_)
                | Objective::Autoencoder(_)
                | Objective::Adversarial(_)
                | Objective::Contrastive(Contrastive::Views { .. })
                | Objective::Distillation(_),
            )
            | None => Self::Nothing,
        }
    }

    /// Returns what a model reads beside tokens that it is measured on: pairs where the metric compares answers, whatever it has learnt,
    /// and texts where it has learnt from pairs and the metric does not. What says something of the machine needs nothing told of records.
    pub fn of_measured(metric: Metric, objective: Option<&Objective>, classification: Option<&Classification>) -> Self {
        if metric.is_of_pairs() {
            return Self::Pairs;
        }
        match Self::of(objective, classification) {
            Self::Pairs => Self::Nothing,
            Self::Classes { .. } | Self::Numbers if metric.is_of_machine() => Self::Nothing,
            learnt @ (Self::Nothing | Self::Classes { .. } | Self::Numbers | Self::Captions) => learnt,
        }
    }

    /// Returns whether nothing is written beside the tokens.
    pub fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}
