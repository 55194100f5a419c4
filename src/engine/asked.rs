//! What a network makes of records it is asked about, many at once: vectors, shares of classes, numbers, hidden tokens, pictures.

use crate::engine::model::{Network, Parameters, Pass, Reading, TokenRows};
use crate::engine::sampler::labelled::fitted;
use crate::engine::seed;
use crate::engine::value::{Ints, Value, tape};
use crate::recipe::head::Head;

/// The tokens of one pass, fillings included: enough to keep the threads busy, little enough for any memory.
const PASS_TOKENS: usize = 8192;

/// The pictures or sounds of one pass.
const PASS_RECORDS: usize = 64;

/// What is asked of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// How likely every class is, as shares that add up to 1.
    Shares,
    /// The number it tells.
    Number,
    /// The vector it makes of a record, before its head.
    Vector,
    /// That vector, scaled to a length of 1.
    UnitVector,
}

/// Returns what a network makes of documents, each in its place.
///
/// A document is its tokens with the end token behind them, as it stands in a shard; what is longer than the context loses
/// what is before that. Documents of like length are read together.
///
/// # Panics
/// When the network has no such answer, or a document has no token.
pub fn of_documents(
    network: &Network,
    parameters: &Parameters,
    documents: Vec<Vec<u32>>,
    wanted: Wanted,
) -> Vec<Vec<f32>> {
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
        let tokens = Ints::new(tokens, &[pass.len(), longest], network.device());
        let rows = TokenRows { lengths: Some(lengths), ..TokenRows::of(tokens) };
        let told = tell(network, parameters, &Reading { tokens: Some(rows), features: None }, wanted);
        for (index, values) in pass.iter().zip(told.chunks(told.len() / pass.len())) {
            all[*index] = values.to_vec();
        }
    }
    all
}

/// Returns what a network makes of the features of records, each in its place.
///
/// # Panics
/// When the network has no such answer.
pub fn of_features(
    network: &Network,
    parameters: &Parameters,
    shape: &[usize],
    records: &[Vec<f32>],
    wanted: Wanted,
) -> Vec<Vec<f32>> {
    let mut all = Vec::with_capacity(records.len());
    for part in records.chunks(PASS_RECORDS) {
        let features = together(network, shape, part);
        let told = tell(network, parameters, &Reading { tokens: None, features: Some(features) }, wanted);
        all.extend(told.chunks(told.len() / part.len()).map(<[f32]>::to_vec));
    }
    all
}

fn together(network: &Network, shape: &[usize], records: &[Vec<f32>]) -> Value {
    let shape: Vec<usize> = std::iter::once(records.len()).chain(shape.iter().copied()).collect();
    Value::new(records.concat(), &shape, network.device())
}

fn tell(network: &Network, parameters: &Parameters, reading: &Reading, wanted: Wanted) -> Vec<f32> {
    tape::without(|| {
        let pass = Pass::measuring(parameters, network.device());
        match wanted {
            Wanted::Shares => network.outputs(&pass, reading).softmax(-1),
            Wanted::Number => network.outputs(&pass, reading),
            Wanted::Vector => network.embedding(&pass, reading),
            Wanted::UnitVector => network.embedding(&pass, reading).unit_rows(),
        }
        .to_vec()
    })
}

/// Returns the factor by which the nearness of pictures and texts is scaled; of a `clip`.
pub fn scale(network: &Network, parameters: &Parameters) -> f32 {
    tape::without(|| network.scale(&Pass::measuring(parameters, network.device())).number() as f32)
}

/// Returns how likely every token is at some places of a text, as shares that add up to 1; of a network that fills in hidden tokens.
pub fn hidden(network: &Network, parameters: &Parameters, tokens: &[u32], places: &[usize]) -> Vec<Vec<f32>> {
    let ids = tokens.iter().map(|token| i64::from(*token)).collect();
    let rows = TokenRows::of(Ints::new(ids, &[1, tokens.len()], network.device()));
    tape::without(|| {
        let logits = network.logits(&Pass::measuring(parameters, network.device()), &rows, None);
        places.iter().map(|place| logits.part(0, *place, 1).softmax(-1).to_vec()).collect()
    })
}

/// Returns pictures a generator makes, one after the other, between -1 and 1; the same seed makes the same, however many there are.
pub fn made(network: &Network, parameters: &Parameters, n: usize, seed: u64) -> Vec<f32> {
    let keys: Vec<u64> = (0..n as u64).map(|i| seed::mix(seed, i)).collect();
    keys.chunks(PASS_RECORDS).flat_map(|keys| crate::engine::objective::generated(network, parameters, keys)).collect()
}

/// Returns what an autoencoder makes of the codes of records, one after the other.
pub fn made_again(network: &Network, parameters: &Parameters, shape: &[usize], records: &[Vec<f32>]) -> Vec<f32> {
    let again = |part: &[Vec<f32>]| {
        let pass = Pass::measuring(parameters, network.device());
        tape::without(|| network.reconstruction(&pass, &together(network, shape, part)).to_vec())
    };
    records.chunks(PASS_RECORDS).flat_map(again).collect()
}

/// Returns what a network tells of a record besides its vector.
pub fn answer_of(head: &Head) -> Option<Wanted> {
    match head {
        Head::Classes(_) => Some(Wanted::Shares),
        Head::Value(_) => Some(Wanted::Number),
        Head::Language | Head::Decoder { .. } | Head::Projection { .. } | Head::None => None,
    }
}

/// Returns how many of the documents, the shortest first, make a pass.
fn rows_of_a_pass(order: &[usize], documents: &[Vec<u32>]) -> usize {
    let fits = |(n, index): &(usize, &usize)| (n + 1) * documents[**index].len() <= PASS_TOKENS;
    order.iter().enumerate().take_while(fits).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::model::fixture;
    use crate::recipe::model::{Activation, Architecture, Autoencoder, Bert};
    use burn::tensor::Device;

    #[test]
    fn the_vector_of_a_document_depends_on_no_other() {
        for architecture in fixture::writers() {
            let (network, parameters) = fixture::network(&architecture, &Device::flex());
            let documents: Vec<Vec<u32>> = vec![vec![3, 1, 4, 1, 5, 0], vec![9, 0], vec![2, 6, 5, 0]];
            let together = of_documents(&network, &parameters, documents.clone(), Wanted::UnitVector);
            for (document, vector) in documents.into_iter().zip(together) {
                let alone = of_documents(&network, &parameters, vec![document], Wanted::UnitVector).remove(0);
                assert!(vector.iter().zip(&alone).all(|(a, b)| (a - b).abs() < 1e-5));
                assert_eq!(vector.len(), network.width());
                assert!((vector.iter().map(|value| value * value).sum::<f32>() - 1.0).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn hidden_tokens_have_shares_and_a_text_without_a_pooler_has_a_vector() {
        let shape =
            Bert { layers: 1, width: 16, heads: 2, mlp_width: 24, context: 12, norm_epsilon: 1e-12, dropout: 0.0 };
        let (network, parameters) = fixture::network(&Architecture::Bert(shape), &Device::flex());
        let shares = hidden(&network, &parameters, &[3, 7, 1, 0], &[1, 2]);
        assert!(shares.len() == 2 && shares.iter().all(|shares| shares.len() == 31));
        assert!(shares.iter().all(|shares| (shares.iter().sum::<f32>() - 1.0).abs() < 1e-4));
        let vectors = of_documents(&network, &parameters, vec![vec![3, 7, 0]], Wanted::Vector);
        assert!(vectors[0].len() == 16 && vectors[0].iter().all(|value| value.is_finite()));
    }

    #[test]
    fn many_records_are_read_in_their_order() {
        let shape = Autoencoder { input: vec![6], hidden: vec![5], code: 3, activation: Activation::Relu };
        let network = Network::of(&Architecture::Autoencoder(shape), 0, Head::None, &Device::flex());
        let drawn = network.declarations().into_iter().map(|own| (own.name.clone(), own.draw(4))).collect::<Vec<_>>();
        let parameters = Parameters::from_host(drawn, network.device());
        let records: Vec<Vec<f32>> = (0..150).map(|i| (0..6).map(|j| (i * 7 + j) as f32 / 500.0).collect()).collect();
        let all = of_features(&network, &parameters, &[6], &records, Wanted::Vector);
        assert_eq!(all.len(), 150);
        for i in [0, 63, 64, 149] {
            let alone = of_features(&network, &parameters, &[6], &records[i..=i], Wanted::Vector).remove(0);
            assert!(all[i].len() == 3 && all[i].iter().zip(&alone).all(|(a, b)| (a - b).abs() < 1e-5));
        }
        assert_eq!(made_again(&network, &parameters, &[6], &records).len(), 150 * 6);
    }
}
