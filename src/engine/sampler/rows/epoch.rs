//! The order in which the rows of a split are visited.

use crate::engine::sampler::rows::Rows;
use crate::engine::sampler::rows::layout::Layout;
use crate::engine::seed;

/// The order of the rows in one epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// The number of the epoch, from 0.
    pub number: u64,
    /// The rows in the order in which they are visited.
    pub order: Vec<u32>,
    /// By how many tokens the windows are shifted.
    pub shift: usize,
}

impl Rows {
    /// Returns the order of the rows in an epoch, and by how much its windows are shifted.
    pub fn epoch(&self, seed: u64, epoch: u64) -> Epoch {
        let mut rng = seed::stream(seed, &format!("shuffle/{}/{epoch}", self.data.names().0));
        let order = seed::permutation(&mut rng, self.len());
        let shift = match self.layout {
            Layout::Windows { slack, .. } => seed::below(&mut rng, slack + 1),
            Layout::Packs(_) | Layout::Each(_) => 0,
        };
        Epoch { number: epoch, order, shift }
    }
}
