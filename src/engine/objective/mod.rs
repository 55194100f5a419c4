//! Objectives: what a model learns to do, as a loss.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

pub mod language;
pub mod classes;
pub mod reconstruction;
pub mod contrast;
pub mod guide;
pub mod adversarial;

pub use adversarial::{Turn, generated};
pub use guide::Guide;

use crate::engine::error::EngineError;
use crate::engine::model::gan::{CRITIC, GENERATOR};
use crate::engine::model::pass::Updates;
use crate::engine::model::{Gradients, Network, Parameters, Pass};
use crate::engine::sampler::{Batch, Data, Kind, Rows};
use crate::engine::value::{Value, tape};
use crate::recipe::objective::{Contrastive, Distillation, Objective};

/// What a network learns to do, and what it takes to tell how well it does.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// The network.
    pub network: &'a Network,
    /// What it learns to do.
    pub objective: &'a Objective,
    /// The model it is held against, where it is.
    pub guide: Option<&'a Guide>,
    /// What the records of each class count, where they do not count alike.
    pub class_weights: Option<&'a [f32]>,
}

/// What came out of a pass over a batch.
#[derive(Debug)]
pub struct Told {
    /// The batch's share of the loss.
    pub loss: f64,
    /// How many records were told right, where there is a right and a wrong.
    pub right: Option<u64>,
    /// The gradients of the loss.
    pub gradients: Gradients,
    /// The buffers that the pass changed.
    pub updates: Updates,
}

impl Task<'_> {
    /// Returns what divides the loss of a batch: targets, records by the weights of their classes, or pairs.
    pub fn n_targets(&self, batch: &Batch) -> f64 {
        match self.class_weights {
            Some(weights) => classes::weight(batch, weights),
            None => batch.n_targets(),
        }
    }

    /// Returns the loss of a batch over the `n_targets` of a step, and its gradients by the trainable parameters; where two learn in
    /// turn, by those of the one whose turn it is.
    pub fn loss_and_gradients(
        &self,
        parameters: &Parameters,
        batch: &Batch,
        seed: u64,
        n_targets: f64,
        turn: Option<Turn>,
    ) -> Told {
        let is_meant = |name: &str| match turn {
            None => true,
            Some(Turn::Critic(_)) => name.starts_with(CRITIC),
            Some(Turn::Generator) => name.starts_with(GENERATOR),
        };
        let device = self.network.device();
        let (loss, gradients, pass, right) = tape::gradients_of_pass(parameters, is_meant, |weights| {
            let pass = Pass::learning(weights, parameters, seed, device);
            let (loss, right) = self.loss(&pass, batch, n_targets, turn);
            (loss, pass, right)
        });
        let updates = pass.into_updates().into_iter().filter(|(name, _)| is_meant(name)).collect();
        Told { loss, right, gradients, updates }
    }

    /// Returns the loss of a batch over `n_targets` without gradients, and how many records were told right.
    pub fn measured(&self, parameters: &Parameters, batch: &Batch, n_targets: f64) -> (f64, Option<u64>) {
        tape::without(|| {
            let pass = Pass::measuring(parameters, self.network.device());
            let turn = matches!(self.objective, Objective::Adversarial(_)).then_some(Turn::Generator);
            let (loss, right) = self.loss(&pass, batch, n_targets, turn);
            (loss.number(), right)
        })
    }

    fn loss(&self, pass: &Pass, batch: &Batch, n_targets: f64, turn: Option<Turn>) -> (Value, Option<u64>) {
        let Self { network, objective, guide, class_weights } = *self;
        let guide = || guide.expect("an objective that needs a guide is given one");
        match objective {
            Objective::CausalLm | Objective::Instruction | Objective::MaskedLm(_) => {
                (language::loss(network, pass, batch, n_targets), None)
            }
            Objective::Classification(own) => {
                let smoothing = own.label_smoothing;
                let (loss, right) = classes::loss(network, pass, batch, class_weights, smoothing, n_targets);
                (loss, Some(right))
            }
            Objective::Regression(own) => (classes::distance(network, pass, batch, own.loss, n_targets), None),
            Objective::Autoencoder(own) => {
                (reconstruction::loss(network, pass, batch, own.corruption, n_targets), None)
            }
            Objective::Contrastive(Contrastive::Views { temperature, projection: _ }) => {
                (contrast::views(network, pass, batch, *temperature, n_targets), None)
            }
            Objective::Contrastive(Contrastive::Captions) => {
                let (loss, right) = contrast::captions(network, pass, batch, n_targets);
                (loss, Some(right))
            }
            Objective::Distillation(own) => {
                let (loss, right) = guide::taught(network, pass, batch, guide(), own, n_targets);
                (loss, own.classification.is_some().then_some(right))
            }
            Objective::Preference(own) => {
                let (loss, right) = guide::preferred(network, pass, batch, guide(), own, n_targets);
                (loss, Some(right))
            }
            Objective::Adversarial(own) => {
                let turn = turn.expect("of two that learn in turn it is somebody's");
                (adversarial::loss(network, pass, batch, turn, own.loss, n_targets), None)
            }
        }
    }
}

/// Returns what the rows of an objective are on some data: who learns to write from another model learns the answers only where the
/// data tells them from the questions.
pub fn kind_on(data: &Data, objective: &Objective) -> Kind {
    match objective {
        Objective::Distillation(Distillation { classification: None, .. }) if data.has_loss_mask() => Kind::Records,
        _ => row_kind(objective),
    }
}

/// Returns what the rows of an objective are.
pub fn row_kind(objective: &Objective) -> Kind {
    match objective {
        Objective::CausalLm => Kind::Text,
        Objective::MaskedLm(_) => Kind::Masked,
        Objective::Instruction => Kind::Records,
        Objective::Classification(_) => Kind::Labelled,
        Objective::Regression(_) => Kind::Numbered,
        Objective::Autoencoder(_) | Objective::Adversarial(_) => Kind::Unlabelled,
        Objective::Contrastive(Contrastive::Views { .. }) => Kind::Views,
        Objective::Contrastive(Contrastive::Captions) => Kind::Captions,
        Objective::Distillation(Distillation { classification: Some(_), .. }) => Kind::Labelled,
        Objective::Distillation(Distillation { classification: None, .. }) => Kind::Text,
        Objective::Preference(_) => Kind::Pairs,
    }
}

/// Returns data with what the objective is told of every record: its class, or a number.
///
/// # Errors
/// When it is not told of a record.
pub fn told(data: Data, objective: &Objective) -> Result<Data, EngineError> {
    match row_kind(objective) {
        Kind::Labelled => {
            let classes = objective.classification().map(|own| own.classes.as_slice()).unwrap_or_default();
            data.with_classes(classes)
        }
        Kind::Numbered => data.with_numbers(),
        Kind::Text | Kind::Records | Kind::Masked | Kind::Pairs | Kind::Captions | Kind::Unlabelled | Kind::Views => {
            Ok(data)
        }
    }
}

/// Returns rows of which the objective hides what it hides.
///
/// # Errors
/// When the tokenizer has no token that hides another.
pub fn hidden(rows: Rows, objective: &Objective) -> Result<Rows, EngineError> {
    match objective {
        Objective::MaskedLm(masked) => rows.hiding(masked.mask_share),
        Objective::CausalLm
        | Objective::Instruction
        | Objective::Classification(_)
        | Objective::Regression(_)
        | Objective::Autoencoder(_)
        | Objective::Adversarial(_)
        | Objective::Contrastive(_)
        | Objective::Distillation(_)
        | Objective::Preference(_) => Ok(rows),
    }
}
