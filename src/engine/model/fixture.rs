//! Small networks for tests, one of every architecture.

use burn::tensor::Device;

use crate::engine::model::{Network, Parameters};
use crate::recipe::classification::{Attention, Classification, Pool};
use crate::recipe::model::cnn::Block;
use crate::recipe::model::{
    Activation, Architecture, Autoencoder, Bert, Clip, ClipText, Cnn, Gan, Gpt2, Llama, Mlp, Recurrent, Vit,
};
use crate::recipe::objective::{
    Adversarial, Contrastive, Corruption, Decoder, Distillation, MaskedLm, Objective, Preference, Reconstruction,
    Regression, RegressionLoss,
};

/// The shape of the pictures that small networks read.
pub const PICTURE: [u32; 3] = [1, 8, 8];

/// The classes that small networks tell apart.
pub const CLASSES: [&str; 3] = ["finance", "realty", "stocks"];

/// Returns the shape of a small Llama-style network with groups of query heads.
pub fn llama() -> Architecture {
    Architecture::Llama(Llama {
        layers: 2,
        width: 16,
        heads: 4,
        kv_heads: 2,
        mlp_width: 24,
        context: 16,
        rope_theta: 10000.0,
        norm_epsilon: 1e-5,
        tie_embeddings: false,
        attention_bias: false,
        sliding_window: None,
        dropout: 0.0,
    })
}

/// Returns the shape of a small GPT-2-style network, its output layer tied.
pub fn gpt2() -> Architecture {
    Architecture::Gpt2(Gpt2 {
        layers: 2,
        width: 16,
        heads: 4,
        mlp_width: 40,
        context: 16,
        norm_epsilon: 1e-5,
        tie_embeddings: true,
        dropout: 0.0,
    })
}

/// Returns the shape of a small recurrent network.
pub fn recurrent() -> Recurrent {
    Recurrent { layers: 2, width: 16, embedding_width: 12, context: 16, dropout: 0.0, tie_embeddings: false }
}

/// Returns the two whose places look at one another.
pub fn architectures() -> [Architecture; 2] {
    [llama(), gpt2()]
}

/// Returns all that write one token after the other.
pub fn writers() -> Vec<Architecture> {
    let Architecture::Llama(shape) = llama() else { unreachable!("it is made so") };
    let windowed = Llama { attention_bias: true, sliding_window: Some(5), tie_embeddings: true, ..shape };
    let cells = [Architecture::Rnn(recurrent()), Architecture::Lstm(recurrent()), Architecture::Gru(recurrent())];
    [llama(), gpt2(), Architecture::Llama(windowed)].into_iter().chain(cells).collect()
}

/// Returns one of every architecture, and of convolutional networks one of each kind of block; all that can leave numbers out do so.
pub fn all(dropout: f64) -> Vec<Architecture> {
    let (Architecture::Llama(llama), Architecture::Gpt2(gpt2)) = (llama(), gpt2()) else { unreachable!("made so") };
    let recurrent = || Recurrent { dropout, ..recurrent() };
    let (input, activation) = (PICTURE.to_vec(), Activation::default());
    let bert =
        Bert { layers: 2, width: 16, heads: 4, mlp_width: 24, context: 16, norm_epsilon: Bert::NORM_EPSILON, dropout };
    let cnn = |block, dense| Cnn {
        input: input.clone(),
        block,
        channels: vec![4, 6],
        depth: 1,
        kernel: 3,
        dense,
        activation,
        dropout,
    };
    let vit = || Vit {
        input: input.clone(),
        patch: 4,
        layers: 2,
        width: 16,
        heads: 4,
        mlp_width: 24,
        norm_epsilon: Vit::NORM_EPSILON,
        dropout,
    };
    let text = ClipText { layers: 2, width: 12, heads: 3, mlp_width: 20, context: 16 };
    vec![
        Architecture::Llama(Llama { dropout, ..llama }),
        Architecture::Gpt2(Gpt2 { dropout, ..gpt2 }),
        Architecture::Bert(bert),
        Architecture::Rnn(recurrent()),
        Architecture::Lstm(recurrent()),
        Architecture::Gru(recurrent()),
        Architecture::Mlp(Mlp { input: input.clone(), hidden: vec![20, 12], activation: Activation::Gelu, dropout }),
        Architecture::Cnn(cnn(Block::Plain, vec![10])),
        Architecture::Cnn(cnn(Block::Residual, vec![])),
        Architecture::Vit(vit()),
        Architecture::Clip(Clip { image: vit(), text, projection: 8 }),
        Architecture::Autoencoder(Autoencoder { input: input.clone(), hidden: vec![20], code: 6, activation }),
        Architecture::Gan(Gan { input: input.clone(), latent: 5, channels: 4 }),
    ]
}

/// Returns the classification of small networks.
pub fn classification() -> Classification {
    let classes = CLASSES.map(str::to_owned).to_vec();
    let (attention, pool) = (Attention::default(), Pool::default());
    Classification { classes, attention, pool, class_weights: None, label_smoothing: 0.1, dropout: 0.1 }
}

/// Returns what a network can learn, every objective that goes together with it once.
pub fn objectives(architecture: &Architecture) -> Vec<Objective> {
    let of_patches = matches!(architecture, Architecture::Vit(_));
    let decoder = of_patches.then_some(Decoder { layers: 1, width: 8, heads: 2 });
    let corruption = if of_patches { Corruption::Mask { share: 0.5 } } else { Corruption::Noise { deviation: 0.2 } };
    let teacher = || "teacher".parse().expect("it is a name");
    let taught = |classification| {
        Objective::Distillation(Distillation {
            teacher: teacher(),
            temperature: 2.0,
            teacher_share: 0.5,
            classification,
        })
    };
    let all = vec![
        Objective::CausalLm,
        Objective::MaskedLm(MaskedLm { mask_share: 0.3 }),
        Objective::Instruction,
        Objective::Classification(classification()),
        Objective::Regression(Regression { loss: RegressionLoss::Huber, ..Regression::default() }),
        Objective::Autoencoder(Reconstruction { corruption, decoder }),
        Objective::Adversarial(Adversarial { critic_steps: 2, ..Adversarial::default() }),
        Objective::Contrastive(Contrastive::Views { temperature: 0.5, projection: 6 }),
        Objective::Contrastive(Contrastive::Captions),
        taught(None),
        taught(Some(classification())),
        Objective::Preference(Preference { beta: 0.5, label_smoothing: 0.1 }),
    ];
    all.into_iter().filter(|objective| architecture.learns(objective)).collect()
}

/// Returns a small network with random parameters, large enough that its guesses differ and that no bias is nothing.
pub fn network(architecture: &Architecture, device: &Device) -> (Network, Parameters) {
    with_parameters(Network::new(architecture, 31, device))
}

/// Returns a small classifier, likewise.
pub fn classifier(
    architecture: &Architecture,
    classification: &Classification,
    device: &Device,
) -> (Network, Parameters) {
    with_parameters(Network::with_head(architecture, 31, Some(classification), device))
}

/// Returns a network with such parameters.
pub fn with_parameters(network: Network) -> (Network, Parameters) {
    let drawn = network.declarations().into_iter().map(|declaration| {
        let mut tensor = declaration.draw(9);
        let is_matrix = tensor.shape.len() > 1;
        for (i, value) in tensor.values.iter_mut().enumerate() {
            *value = if is_matrix { *value * 10.0 } else { *value + 0.05 * (i % 7) as f32 };
        }
        (declaration.name, tensor)
    });
    let mut parameters = Parameters::from_host(drawn.collect::<Vec<_>>(), network.device());
    network.declarations().iter().filter(|own| own.is_buffer).for_each(|own| parameters.set_buffer(&own.name));
    (network, parameters)
}
