//! Tells the classes of records, many at once.

use burn::tensor::{Int, Tensor, TensorData};

use crate::engine::model::{Network, Parameters, Records};
use crate::engine::objective::classification::shares;
use crate::engine::sampler::labelled::fitted;

/// The tokens of one pass, fillings included: enough to keep the threads busy, little enough for any memory.
const PASS_TOKENS: usize = 8192;

/// Returns the shares of all classes for every document, in their order; each document's add up to 1.
///
/// A document is its tokens with the end token behind them, as it stands in a shard; what is longer than the context loses
/// what is before that. Documents of like length are read together.
///
/// # Panics
/// When the network is no classifier, or a document has no token.
pub fn classify(network: &Network, parameters: &Parameters, documents: Vec<Vec<u32>>) -> Vec<Vec<f32>> {
    let classification = network.classification().expect("a classifier tells classes");
    let documents: Vec<Vec<u32>> = documents.into_iter().map(|document| fitted(document, network.context())).collect();
    let mut order: Vec<usize> = (0..documents.len()).collect();
    order.sort_by_key(|index| documents[*index].len());
    let mut all = vec![Vec::new(); documents.len()];
    let mut rest = order.as_slice();
    while !rest.is_empty() {
        let (pass, later) = rest.split_at(rows_of_a_pass(rest, &documents));
        rest = later;
        let lengths: Vec<usize> = pass.iter().map(|index| documents[*index].len()).collect();
        let longest = lengths[lengths.len() - 1];
        let filled = |index: &usize| {
            let document = &documents[*index];
            let filling = std::iter::repeat_n(0, longest - document.len());
            document.iter().map(|token| i64::from(*token)).chain(filling).collect::<Vec<_>>()
        };
        let tokens: Vec<i64> = pass.iter().flat_map(filled).collect();
        let tokens: Tensor<2, Int> =
            Tensor::from_data(TensorData::new(tokens, [pass.len(), longest]), network.device());
        let records = Records::new(classification, &lengths, longest, network.device());
        let told = shares(network, parameters, tokens, &records);
        for (index, shares) in pass.iter().zip(told.chunks(classification.classes.len())) {
            all[*index] = shares.to_vec();
        }
    }
    all
}

/// Returns how many of the documents, the shortest first, make a pass.
fn rows_of_a_pass(order: &[usize], documents: &[Vec<u32>]) -> usize {
    let fits = |(n, index): &(usize, &usize)| (n + 1) * documents[**index].len() <= PASS_TOKENS;
    order.iter().enumerate().take_while(fits).count().max(1)
}
