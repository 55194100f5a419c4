//! Tells the classes of records, many at once.

use crate::engine::asked::{Wanted, of_documents};
use crate::engine::model::{Network, Parameters, Pass, Reading};
use crate::engine::value::tape;

/// Returns the shares of all classes for every document, in their order; each document's add up to 1.
///
/// # Panics
/// When the network is no classifier, or a document has no token.
pub fn classify(network: &Network, parameters: &Parameters, documents: Vec<Vec<u32>>) -> Vec<Vec<f32>> {
    of_documents(network, parameters, documents, Wanted::Shares)
}

/// Returns how likely every class is for every record, as shares that add up to 1, record after record; nothing is recorded for gradients.
pub fn shares(network: &Network, parameters: &Parameters, reading: &Reading) -> Vec<f32> {
    tape::without(|| {
        let pass = Pass::measuring(parameters, network.device());
        network.outputs(&pass, reading).softmax(-1).to_vec()
    })
}
