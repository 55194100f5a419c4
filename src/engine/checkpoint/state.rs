//! What a training needs to go on, beside its tensors.

use serde::{Deserialize, Serialize};

use crate::engine::error::EngineError;
use crate::engine::sampler::Cursor;
use crate::id::Digest;
use crate::record::Machine;
use crate::record::divergence::Watch;
use crate::record::overfitting::{self, Measured};

/// What a training needs to go on, beside its tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct State {
    /// The version of this format: 1.
    pub version: u32,
    /// The optimizer steps taken, in steps.
    pub step: u64,
    /// Where the sampler stands.
    pub cursor: Cursor,
    /// The lowest validation loss so far.
    pub best: Option<Best>,
    /// The measurements since then.
    pub without_better: u32,
    /// Whether early stopping ended the training.
    pub stopped_early: bool,
    /// The last training loss, in nats a token.
    pub train_loss: f64,
    /// The tokens seen.
    pub tokens: u64,
    /// Both losses at every measurement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<Measured>,
    /// The training losses since the last one: how many, and their mean.
    #[serde(default)]
    pub unmeasured: (u64, f64),
    /// The measurements in a row by which the model overfits.
    #[serde(default)]
    pub overfitting: u32,
    /// Whether the training loss runs away.
    #[serde(default)]
    pub watch: Watch,
    /// The seed of every random stream.
    pub seed: u64,
    /// The digest of everything that can change the outputs.
    pub fingerprint: Digest,
    /// What the training ran on.
    pub machine: Machine,
}

/// A validation loss and its step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Best {
    /// The step, in steps.
    pub step: u64,
    /// The loss, in nats a token.
    pub loss: f64,
    /// The share of the records whose class was told right then, of a classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
}

impl State {
    /// The version of `state.json` this program writes and reads.
    pub const VERSION: u32 = 1;

    /// Returns the state of a training that has not begun.
    pub fn start(n_sources: usize, seed: u64, fingerprint: Digest, machine: &Machine) -> Self {
        Self {
            version: Self::VERSION,
            step: 0,
            cursor: Cursor::start(n_sources),
            best: None,
            without_better: 0,
            stopped_early: false,
            train_loss: 0.0,
            tokens: 0,
            curve: Vec::new(),
            unmeasured: (0, 0.0),
            overfitting: 0,
            watch: Watch::default(),
            seed,
            fingerprint,
            machine: machine.clone(),
        }
    }

    /// Notes a training loss; returns the step at which the loss ran away, where that is to be told now.
    pub fn trained(&mut self, loss: f64) -> Option<u64> {
        let (n, mean) = self.unmeasured;
        self.unmeasured = (n + 1, mean + (loss - mean) / (n + 1) as f64);
        self.train_loss = loss;
        self.watch.see(self.step, loss)
    }

    /// Notes a validation loss, and of a classifier its accuracy; returns whether these are the parameters to keep: the loss is the
    /// lowest so far, or of two that play against each other these are the newest.
    pub fn measured(&mut self, loss: f64, accuracy: Option<f64>, has_loss_that_falls: bool) -> bool {
        let (_, train) = std::mem::take(&mut self.unmeasured);
        self.curve.push(Measured { step: self.step, train, held_out: loss });
        let is_better = !has_loss_that_falls || self.best.is_none_or(|best| loss < best.loss);
        if is_better {
            self.best = Some(Best { step: self.step, loss, accuracy });
            self.without_better = 0;
        } else {
            self.without_better += 1;
        }
        is_better
    }

    /// Judges the curves once more; returns by how many measurements in a row the model overfits.
    pub fn overfits(&mut self) -> u32 {
        let is_overfitting = overfitting::judge(&self.curve).verdict.is_overfitting();
        self.overfitting = if is_overfitting { self.overfitting + 1 } else { 0 };
        self.overfitting
    }

    /// Returns whether this step's parameters are the best so far.
    pub fn is_best(&self) -> bool {
        self.best.is_some_and(|best| best.step == self.step)
    }

    /// Refuses to go on where the same steps would give other bits.
    ///
    /// # Errors
    /// When libtorch, device, instruction set or threads differ.
    pub fn check_machine(&self, here: &Machine) -> Result<(), EngineError> {
        let threads = |machine: &Machine| machine.threads.to_string();
        let fields = [
            ("libtorch", self.machine.libtorch.clone(), here.libtorch.clone()),
            ("device", self.machine.device.clone(), here.device.clone()),
            ("CPU capability", self.machine.cpu_capability.clone(), here.cpu_capability.clone()),
            ("threads", threads(&self.machine), threads(here)),
        ];
        match fields.into_iter().find(|(_, recorded, here)| recorded != here) {
            Some((field, recorded, here)) => Err(EngineError::OtherMachine { step: self.step, field, recorded, here }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_threads_are_refused_and_another_host_is_not() {
        let here = Machine { threads: 2, host: "a".into(), ..Machine::default() };
        let state = State::start(1, 1, Digest::of(b""), &here);
        assert!(state.check_machine(&Machine { host: "b".into(), ..here.clone() }).is_ok());
        let error = state.check_machine(&Machine { threads: 1, ..here }).unwrap_err();
        assert_eq!(error.class(), crate::record::FailureClass::BadInput);
    }

    #[test]
    fn the_first_of_two_equal_losses_stays_the_best() {
        let mut state = State::start(1, 1, Digest::of(b""), &Machine::default());
        let better: Vec<bool> = [3.0, 2.0, 2.0, 2.5].into_iter().map(|loss| state.measured(loss, None, true)).collect();
        assert_eq!(better, [true, true, false, false]);
        assert_eq!(state.without_better, 2);
    }
}
