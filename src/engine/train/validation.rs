//! The validation loss: of a mix, the mean of its datasets by their shares.

use crate::engine::error::EngineError;
use crate::engine::model::{Network, Parameters};
use crate::engine::sampler::Rows;
use crate::engine::{confusion, evaluate};

/// What is measured while a model learns.
#[derive(Debug)]
pub struct Validation {
    /// The rows of every dataset, with its share.
    pub splits: Vec<(f64, Rows)>,
    /// The most tokens a measurement reads, of all datasets together.
    pub tokens: u64,
}

impl Validation {
    /// Returns the validation loss, in nats a token, or a record of a classifier, with the share of its classes that are right.
    ///
    /// # Errors
    /// When the tokens cannot be read any more.
    pub fn measure(&self, network: &Network, parameters: &Parameters) -> Result<(f64, Option<f64>), EngineError> {
        let total: f64 = self.splits.iter().map(|(weight, _)| weight).sum();
        let (mut loss, mut accuracy) = (0.0, 0.0);
        for (weight, rows) in &self.splits {
            let share = weight / total;
            // 0 would read all; a small share reads one row at least.
            let tokens = if self.tokens == 0 { 0 } else { ((self.tokens as f64 * share) as u64).max(1) };
            match network.classification() {
                None => loss += share * evaluate::measure(network, parameters, rows, tokens)?.loss,
                Some(_) => {
                    let told = confusion::measure(network, parameters, rows, tokens)?;
                    loss += share * told.loss;
                    accuracy += share * told.confusion.accuracy();
                }
            }
        }
        Ok((loss, network.classification().map(|_| accuracy)))
    }
}
