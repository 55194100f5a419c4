//! A GPT-2-style decoder: layer norm, learned positions, GELU, biases everywhere (Radford et al. 2019).
//!
//! Names and layouts are those of Hugging Face's GPT-2, so that its files fit as they are:
//!
//! | parameter | shape | what it is |
//! |---|---|---|
//! | `transformer.wte.weight` | `[V, D]` | a vector for every token; the output layer too, where they are tied |
//! | `transformer.wpe.weight` | `[C, D]` | a vector for every place of the context |
//! | `transformer.h.<n>.ln_1.{weight,bias}` | `[D]` | norm before attention |
//! | `transformer.h.<n>.attn.c_attn.{weight,bias}` | `[D, 3D]`, `[3D]` | queries, keys and values, side by side |
//! | `transformer.h.<n>.attn.c_proj.{weight,bias}` | `[D, D]`, `[D]` | what attention adds |
//! | `transformer.h.<n>.ln_2.{weight,bias}` | `[D]` | norm before the feed-forward part |
//! | `transformer.h.<n>.mlp.c_fc.{weight,bias}` | `[D, F]`, `[F]` | into the feed-forward part |
//! | `transformer.h.<n>.mlp.c_proj.{weight,bias}` | `[F, D]`, `[D]` | out of it |
//! | `transformer.ln_f.{weight,bias}` | `[D]` | last norm |
//! | `lm_head.weight` | `[V, D]` | the output layer, where it is not tied |
//!
//! The matrices of its linear layers have the inputs first. Dropout is left out: small budgets end long before it helps.
//!
//! Legend: B batch, S sequence, N = B * S, T keys (sequence and cache), D width, H heads, d head width, F inner width of
//! the feed-forward part, C context, V vocabulary.

use burn::tensor::{Int, Tensor, activation, module};

use crate::engine::model::attention::{Documents, Mask, Places};
use crate::engine::model::cache::Cache;
use crate::engine::model::classifier::{LANGUAGE_HEAD, Records};
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::linear::{self, Layout};
use crate::engine::model::parameters::Parameters;
use crate::recipe::model::Gpt2;

/// The name of the input embedding, which is also the output layer where they are tied.
pub const EMBEDDING: &str = "transformer.wte.weight";

/// The name of the vectors of the places.
pub const POSITIONS: &str = "transformer.wpe.weight";

/// The last norm.
pub const LAST_NORM: &str = "transformer.ln_f";

/// What the names of the blocks' parameters begin with.
pub const BLOCKS: &str = "transformer.h.";

/// How the matrices of the linear layers lie.
pub const LAYOUT: Layout = Layout::InputsFirst;

/// Returns the name of a layer of a block.
pub fn layer(block: u32, name: &str) -> String {
    format!("{BLOCKS}{block}.{name}")
}

/// Returns the name of the output layer's matrix.
pub fn head(shape: &Gpt2) -> &'static str {
    if shape.tie_embeddings { EMBEDDING } else { LANGUAGE_HEAD }
}

/// Returns the parameters of the network.
pub fn declarations(shape: &Gpt2, vocab_size: usize) -> Vec<Declaration> {
    let [width, context] = [shape.width, shape.context].map(|n| n as usize);
    let embedding = |name: &str, rows| Declaration::new(name, &[rows, width], Init::Normal(0.02));
    let mut all = vec![embedding(EMBEDDING, vocab_size), embedding(POSITIONS, context)];
    (0..shape.layers).for_each(|block| all.extend(block_declarations(shape, block)));
    all.extend(norm(LAST_NORM, width));
    if !shape.tie_embeddings {
        all.push(embedding(head(shape), vocab_size));
    }
    all
}

fn block_declarations(shape: &Gpt2, block: u32) -> Vec<Declaration> {
    let [width, inner] = [shape.width, shape.mlp_width].map(|n| n as usize);
    // Both sums into the residual stream start smaller, so that its variance does not grow with the depth.
    let (plain, residual) = (0.02, 0.02 / f64::from(2 * shape.layers).sqrt());
    let linear = [
        ("attn.c_attn", [width, 3 * width], plain),
        ("attn.c_proj", [width, width], residual),
        ("mlp.c_fc", [width, inner], plain),
        ("mlp.c_proj", [inner, width], residual),
    ];
    let linear = linear.into_iter().flat_map(|(name, shape, deviation)| {
        let name = layer(block, name);
        let bias = Declaration::new(format!("{name}.bias"), &shape[1..], Init::Zeros);
        [Declaration::new(format!("{name}.weight"), &shape, Init::Normal(deviation)), bias]
    });
    let norms = ["ln_1", "ln_2"].into_iter().flat_map(|name| norm(&layer(block, name), width));
    linear.chain(norms).collect()
}

fn norm(name: &str, width: usize) -> [Declaration; 2] {
    let part = |part, init| Declaration::new(format!("{name}.{part}"), &[width], init);
    [part("weight", Init::Ones), part("bias", Init::Zeros)]
}

/// Returns the logits of every place.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> logits: `[B * S, V]`
pub fn logits(
    shape: &Gpt2,
    mask: &Mask,
    parameters: &Parameters,
    tokens_BS: Tensor<2, Int>,
    documents: Option<&Documents>,
    cache: Option<&mut Cache>,
) -> Tensor<2> {
    let hidden_ND = hidden(shape, mask, parameters, tokens_BS, documents, cache, None);
    hidden_ND.matmul(parameters.matrix(head(shape)).transpose())
}

/// Returns what the network makes of every place, before the output layer; of records, where a classifier reads them.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> hidden: `[B * S, D]`
pub fn hidden(
    shape: &Gpt2,
    mask: &Mask,
    parameters: &Parameters,
    tokens_BS: Tensor<2, Int>,
    documents: Option<&Documents>,
    mut cache: Option<&mut Cache>,
    records: Option<&Records>,
) -> Tensor<2> {
    let places = Places::of(&tokens_BS, cache.as_deref());
    let Places { batch, sequence, before } = places;
    let embedded_BSD = module::embedding(parameters.matrix(EMBEDDING), tokens_BS);
    let positions = match documents {
        Some(documents) => module::embedding(parameters.matrix(POSITIONS), documents.places_BS.clone()),
        None => parameters.matrix(POSITIONS).narrow(0, before, sequence).unsqueeze::<3>(),
    };
    let hidden_BSD = embedded_BSD + positions;
    let mut hidden_ND = hidden_BSD.reshape([batch * sequence, shape.width as usize]);
    if let Some(drop_ND) = records.and_then(|records| records.embedding_drop_ND.clone()) {
        hidden_ND = hidden_ND * drop_ND;
    }
    for number in 0..shape.layers {
        let block = Block { shape, mask, parameters, places, records, documents, number };
        hidden_ND = block.forward(hidden_ND, cache.as_deref_mut());
    }
    layer_norm(parameters, LAST_NORM, shape.norm_epsilon, hidden_ND)
}

struct Block<'a> {
    shape: &'a Gpt2,
    mask: &'a Mask,
    parameters: &'a Parameters,
    places: Places,
    records: Option<&'a Records>,
    documents: Option<&'a Documents>,
    number: u32,
}

impl Block<'_> {
    fn forward(&self, hidden_ND: Tensor<2>, cache: Option<&mut Cache>) -> Tensor<2> {
        let normed_ND = self.norm("ln_1", hidden_ND.clone());
        let hidden_ND = hidden_ND + self.attention(normed_ND, cache);
        let normed_ND = self.norm("ln_2", hidden_ND.clone());
        let inner_NF = activation::gelu_approximate(self.linear("mlp.c_fc", normed_ND));
        hidden_ND + self.linear("mlp.c_proj", inner_NF)
    }

    fn norm(&self, name: &str, hidden_ND: Tensor<2>) -> Tensor<2> {
        layer_norm(self.parameters, &layer(self.number, name), self.shape.norm_epsilon, hidden_ND)
    }

    fn linear(&self, name: &str, input: Tensor<2>) -> Tensor<2> {
        linear::apply(self.parameters, &layer(self.number, name), LAYOUT, input)
    }

    fn attention(&self, normed_ND: Tensor<2>, cache: Option<&mut Cache>) -> Tensor<2> {
        let width = self.shape.width as usize;
        let all = self.linear("attn.c_attn", normed_ND);
        let part = |n: usize| self.places.heads(all.clone().narrow(1, n * width, width), self.shape.heads);
        let [query_BHSd, key_BHSd, value_BHSd] = [0, 1, 2].map(part);
        let (key_BHTd, value_BHTd) = match cache {
            Some(cache) => cache.extend(self.number as usize, key_BHSd, value_BHSd),
            None => (key_BHSd, value_BHSd),
        };
        self.linear(
            "attn.c_proj",
            self.mask.attend(self.places, self.records, self.documents, query_BHSd, key_BHTd, value_BHTd),
        )
    }
}

/// Takes the mean from every row, divides it by its deviation, and scales and shifts every column.
///
/// # Shapes
/// - hidden: `[N, D]` -> `[N, D]`
fn layer_norm(parameters: &Parameters, name: &str, epsilon: f64, hidden_ND: Tensor<2>) -> Tensor<2> {
    let [weight_1D, bias_1D] =
        ["weight", "bias"].map(|part| parameters.vector(&format!("{name}.{part}")).unsqueeze::<2>());
    let centred_ND = hidden_ND.clone() - hidden_ND.mean_dim(1);
    let deviation_N1 = (centred_ND.clone().square().mean_dim(1) + epsilon).sqrt();
    centred_ND / deviation_N1 * weight_1D + bias_1D
}
