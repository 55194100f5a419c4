//! What a plan counts is what the engine declares: names, shapes and buffers, and the layers that adapters add to.

use std::collections::BTreeMap;

use burn::tensor::Device;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};

use crate::engine::model::linear::{Layout, Linear};
use crate::engine::model::{Network, fixture, lora};
use crate::engine::train::learner::load_parameters;
use crate::plan::estimate::parameters::with_adapter;
use crate::recipe::adapter::layers::{Layer, layers};
use crate::recipe::head::Head;
use crate::recipe::model::cnn::Block;
use crate::recipe::model::{
    Activation, Adapter, AdapterThen, Architecture, Autoencoder, Bert, Clip, ClipText, Cnn, Gan, Gpt2, Llama, Mlp,
    Recurrent, Vit,
};

/// Returns an architecture of a kind, of numbers of 1 to 4.
fn architecture(kind: usize, n: &[u32], is: &[bool]) -> Architecture {
    let (layers, kv_heads, heads) = (n[0], n[1], n[1] * n[2]);
    let (width, mlp_width, context, dropout) = (heads * 2 * n[3], n[4] * 3, n[5] + 1, 0.0);
    let side = 8 * n[6];
    let input = if is[0] { vec![n[7], side, side + 8] } else { vec![side, side + 8] };
    let (activation, tie_embeddings) = (Activation::Relu, is[1]);
    let recurrent = || Recurrent { layers, width, embedding_width: width, context, dropout, tie_embeddings };
    let vit = || Vit {
        input: input.clone(),
        patch: 1 + n[8],
        layers,
        width,
        heads,
        mlp_width,
        norm_epsilon: Vit::NORM_EPSILON,
        dropout,
    };
    let hidden: Vec<u32> = n[8..8 + n[9] as usize].to_vec();
    match kind {
        0 => Architecture::Llama(Llama {
            layers,
            width,
            heads,
            kv_heads,
            mlp_width,
            context,
            rope_theta: 10_000.0,
            norm_epsilon: 1e-5,
            tie_embeddings,
            attention_bias: is[2],
            sliding_window: None,
            dropout,
        }),
        1 => Architecture::Gpt2(Gpt2 {
            layers,
            width,
            heads,
            mlp_width,
            context,
            norm_epsilon: 1e-5,
            tie_embeddings,
            dropout,
        }),
        2 => Architecture::Bert(Bert { layers, width, heads, mlp_width, context, norm_epsilon: 1e-12, dropout }),
        3 => Architecture::Rnn(recurrent()),
        4 => Architecture::Lstm(recurrent()),
        5 => Architecture::Gru(Recurrent { embedding_width: n[10], tie_embeddings: false, ..recurrent() }),
        6 => Architecture::Mlp(Mlp { input, hidden, activation, dropout }),
        7 => Architecture::Cnn(Cnn {
            // Odd sides are halved upwards by some blocks, and downwards by others.
            input: if is[0] { vec![n[7], side + n[11], side] } else { vec![side, side + n[11]] },
            block: if is[1] { Block::Residual } else { Block::Plain },
            channels: n[9..9 + n[3].min(3) as usize].to_vec(),
            depth: n[0],
            kernel: if is[2] { 3 } else { 1 },
            dense: if is[3] { hidden } else { vec![] },
            activation,
            dropout,
        }),
        8 => Architecture::Vit(vit()),
        9 => {
            let text = ClipText { layers: n[8], width: width + heads, heads, mlp_width, context };
            Architecture::Clip(Clip { image: vit(), text, projection: n[10] })
        }
        10 => Architecture::Autoencoder(Autoencoder { input, hidden, code: n[10], activation }),
        11 => Architecture::Gan(Gan { input, latent: n[10], channels: n[11] }),
        _ => unreachable!("there are twelve kinds"),
    }
}

/// Returns any small architecture.
fn any_architecture() -> impl Strategy<Value = Architecture> {
    (0..12usize, vec(1..5u32, 13), vec(any::<bool>(), 4)).prop_map(|(kind, n, is)| architecture(kind, &n, &is))
}

/// Returns names with shapes and whether each is a buffer.
type Table = BTreeMap<String, (Vec<usize>, bool)>;

fn planned(architecture: &Architecture, vocab_size: u32, head: &Head) -> Table {
    let tensors = architecture.tensors(vocab_size, head);
    let each = tensors.iter().flat_map(|tensor| {
        let shape: Vec<usize> = tensor.shape.iter().map(|side| *side as usize).collect();
        tensor.names().map(move |name| (name, (shape.clone(), tensor.is_buffer))).collect::<Vec<_>>()
    });
    each.collect()
}

fn declared(network: &Network) -> Table {
    network.declarations().into_iter().map(|own| (own.name, (own.shape, own.is_buffer))).collect()
}

fn adapted(network: &Network) -> Vec<(String, u64, u64)> {
    let own = |Linear { name, inputs, outputs, layout: _ }| (name, inputs as u64, outputs as u64);
    let mut all: Vec<_> = network.linear_layers().into_iter().map(own).collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn the_planned_parameters_are_those_of_the_network(architecture in any_architecture(), vocab_size in 1..50u32) {
        for objective in fixture::objectives(&architecture) {
            let head = Head::of(&objective, &architecture);
            let network = Network::of(&architecture, vocab_size, head.clone(), &Device::flex());
            let declared = declared(&network);
            prop_assert_eq!(declared.len(), network.declarations().len(), "no name stands twice");
            let learnt = declared.values().filter(|(_, is_buffer)| !is_buffer);
            let n: usize = learnt.map(|(shape, _)| shape.iter().product::<usize>()).sum();
            prop_assert_eq!(architecture.parameters_with(vocab_size, &head), n as u64);
            prop_assert_eq!(planned(&architecture, vocab_size, &head), declared);
        }
    }

    #[test]
    fn as_many_parameters_learn_beside_an_adapter_as_were_planned(
        architecture in any_architecture(),
        rank in 1..4u32,
        is_meant in any::<bool>(),
    ) {
        let targets = layers(&architecture).take(if is_meant { 1 } else { 0 }).map(|layer| layer.name).collect();
        let adapter =
            Adapter::Lora { rank, alpha: 1.0, dropout: 0.0, targets, then: AdapterThen::Merge, parent: None };
        // What has no layers that an adapter could add to is given none.
        let has_layers = layers(&architecture).next().is_some();
        for objective in fixture::objectives(&architecture).into_iter().filter(|_| has_layers) {
            let head = Head::of(&objective, &architecture);
            let network = Network::of(&architecture, 7, head.clone(), &Device::flex());
            let mut parameters = load_parameters(&network, None, 1).unwrap();
            lora::attach(&mut parameters, &network, &adapter, 1);
            let planned = with_adapter(&architecture, 7, &head, Some(&adapter));
            prop_assert_eq!(parameters.count(), (planned.total(), planned.trainable()), "{:?}", objective);
        }
    }

    #[test]
    fn the_planned_layers_of_an_adapter_are_those_of_the_network(architecture in any_architecture()) {
        let network = Network::of(&architecture, 7, Head::None, &Device::flex());
        let own = |Layer { name, inputs, outputs }| (name, inputs, outputs);
        let mut planned: Vec<_> = layers(&architecture).map(own).collect();
        planned.sort();
        prop_assert_eq!(planned, adapted(&network));
        let matrices = declared(&network);
        for Linear { name, inputs, outputs, layout } in network.linear_layers() {
            let shape = match layout {
                Layout::OutputsFirst => vec![outputs, inputs],
                Layout::InputsFirst => vec![inputs, outputs],
            };
            prop_assert_eq!(&matrices[&format!("{}.weight", name)].0, &shape);
        }
    }
}
