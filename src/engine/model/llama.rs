//! A Llama-style decoder: RMS norm, rotary positions, SwiGLU, grouped-query attention (Touvron et al. 2023).
//!
//! Legend: B batch, S sequence, N = B * S, T keys (sequence and cache), D width, H heads, K kv-heads, d head width,
//! h = d / 2, F inner width of the feed-forward part, V vocabulary.

use burn::tensor::{Device, Int, Tensor, TensorData, activation, module};

use crate::engine::model::attention::{Documents, Mask, Places};
use crate::engine::model::cache::Cache;
use crate::engine::model::classifier::{LANGUAGE_HEAD, Records};
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::linear::{self, Layout};
use crate::engine::model::parameters::Parameters;
use crate::recipe::model::Llama;

/// The name of the input embedding, which is also the output layer where they are tied.
pub const EMBEDDING: &str = "model.embed_tokens.weight";

/// The linear layers of a block.
pub const LINEAR: [&str; 7] = [
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
];

/// What the names of the blocks' parameters begin with.
pub const BLOCKS: &str = "model.layers.";

/// How the matrices of the linear layers lie.
pub const LAYOUT: Layout = Layout::OutputsFirst;

/// Numbers that depend on places only.
#[derive(Debug)]
pub struct Tables {
    pub(crate) cos_Sh: Tensor<2>,
    pub(crate) sin_Sh: Tensor<2>,
    mask: Mask,
}

impl Tables {
    /// Computes the tables of a network for all of its context.
    pub fn new(shape: &Llama, device: &Device) -> Self {
        let (context, half) = (shape.context as usize, shape.head_width() as usize / 2);
        let angle = |i: usize| {
            let (place, pair) = (i / half, i % half);
            place as f64 / shape.rope_theta.powf(pair as f64 / half as f64)
        };
        let table = |f: fn(f64) -> f64| -> Tensor<2> {
            let values: Vec<f32> = (0..context * half).map(|i| f(angle(i)) as f32).collect();
            Tensor::from_data(TensorData::new(values, [context, half]), device)
        };
        Self { cos_Sh: table(f64::cos), sin_Sh: table(f64::sin), mask: Mask::new(context, device) }
    }
}

/// Returns the parameters of the network.
pub fn declarations(shape: &Llama, vocab_size: usize) -> Vec<Declaration> {
    let [width, mlp] = [shape.width, shape.mlp_width].map(|n| n as usize);
    let embedding = [vocab_size, width];
    let mut all = vec![Declaration::new(EMBEDDING, &embedding, Init::Normal(0.02))];
    for block in 0..shape.layers {
        all.extend(block_declarations(shape, block, width, mlp));
    }
    all.push(Declaration::new("model.norm.weight", &[width], Init::Ones));
    if !shape.tie_embeddings {
        all.push(Declaration::new(LANGUAGE_HEAD, &embedding, Init::Normal(0.02)));
    }
    all
}

fn block_declarations(shape: &Llama, block: u32, width: usize, mlp: usize) -> Vec<Declaration> {
    let kv = (shape.kv_heads * shape.head_width()) as usize;
    // Both sums into the residual stream start smaller, so that its variance does not grow with the depth.
    let (plain, residual) = (Init::Normal(0.02), Init::Normal(0.02 / f64::from(2 * shape.layers).sqrt()));
    let shapes = [
        ([width, width], plain),
        ([kv, width], plain),
        ([kv, width], plain),
        ([width, width], residual),
        ([mlp, width], plain),
        ([mlp, width], plain),
        ([width, mlp], residual),
    ];
    let linear = LINEAR.iter().zip(shapes);
    let norms = ["input_layernorm", "post_attention_layernorm"];
    linear
        .map(|(name, (shape, init))| Declaration::new(layer(block, name), &shape, init))
        .chain(norms.map(|name| Declaration::new(layer(block, name), &[width], Init::Ones)))
        .collect()
}

/// Returns the name of the output layer's matrix.
pub fn head(shape: &Llama) -> &'static str {
    if shape.tie_embeddings { EMBEDDING } else { LANGUAGE_HEAD }
}

fn layer(block: u32, name: &str) -> String {
    format!("{BLOCKS}{block}.{name}.weight")
}

/// Returns the logits of every place.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> logits: `[B * S, V]`
pub fn logits(
    shape: &Llama,
    tables: &Tables,
    parameters: &Parameters,
    tokens_BS: Tensor<2, Int>,
    documents: Option<&Documents>,
    cache: Option<&mut Cache>,
) -> Tensor<2> {
    let hidden_ND = hidden(shape, tables, parameters, tokens_BS, documents, cache, None);
    hidden_ND.matmul(parameters.matrix(head(shape)).transpose())
}

/// Returns what the network makes of every place, before the output layer; of records, where a classifier reads them.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> hidden: `[B * S, D]`
pub fn hidden(
    shape: &Llama,
    tables: &Tables,
    parameters: &Parameters,
    tokens_BS: Tensor<2, Int>,
    documents: Option<&Documents>,
    mut cache: Option<&mut Cache>,
    records: Option<&Records>,
) -> Tensor<2> {
    let places = Places::of(&tokens_BS, cache.as_deref());
    let Places { batch, sequence, .. } = places;
    let embedding_VD = parameters.matrix(EMBEDDING);
    let mut hidden_ND = module::embedding(embedding_VD, tokens_BS).reshape([batch * sequence, shape.width as usize]);
    if let Some(drop_ND) = records.and_then(|records| records.embedding_drop_ND.clone()) {
        hidden_ND = hidden_ND * drop_ND;
    }
    for block in 0..shape.layers {
        let block = Block { shape, tables, parameters, places, records, documents, number: block };
        hidden_ND = block.forward(hidden_ND, cache.as_deref_mut());
    }
    rms_norm(hidden_ND, parameters.vector("model.norm.weight"), shape.norm_epsilon)
}

struct Block<'a> {
    shape: &'a Llama,
    tables: &'a Tables,
    parameters: &'a Parameters,
    places: Places,
    records: Option<&'a Records>,
    documents: Option<&'a Documents>,
    number: u32,
}

impl Block<'_> {
    fn forward(&self, hidden_ND: Tensor<2>, cache: Option<&mut Cache>) -> Tensor<2> {
        let normed_ND = self.norm("input_layernorm", hidden_ND.clone());
        let hidden_ND = hidden_ND + self.attention(normed_ND, cache);
        let normed_ND = self.norm("post_attention_layernorm", hidden_ND.clone());
        hidden_ND + self.feed_forward(normed_ND)
    }

    fn norm(&self, name: &str, hidden_ND: Tensor<2>) -> Tensor<2> {
        rms_norm(hidden_ND, self.parameters.vector(&layer(self.number, name)), self.shape.norm_epsilon)
    }

    fn linear(&self, name: &str, input: Tensor<2>) -> Tensor<2> {
        linear::apply(self.parameters, &format!("{BLOCKS}{}.{name}", self.number), LAYOUT, input)
    }

    fn feed_forward(&self, normed_ND: Tensor<2>) -> Tensor<2> {
        let gate_NF = activation::silu(self.linear("mlp.gate_proj", normed_ND.clone()));
        let up_NF = self.linear("mlp.up_proj", normed_ND);
        self.linear("mlp.down_proj", gate_NF * up_NF)
    }

    fn attention(&self, normed_ND: Tensor<2>, cache: Option<&mut Cache>) -> Tensor<2> {
        let query_BHSd = self.heads("self_attn.q_proj", normed_ND.clone(), self.shape.heads);
        let key_BKSd = self.heads("self_attn.k_proj", normed_ND.clone(), self.shape.kv_heads);
        let value_BKSd = self.heads("self_attn.v_proj", normed_ND, self.shape.kv_heads);
        let (query_BHSd, key_BKSd) = (self.rotate(query_BHSd), self.rotate(key_BKSd));
        let (key_BKTd, value_BKTd) = match cache {
            Some(cache) => cache.extend(self.number as usize, key_BKSd, value_BKSd),
            None => (key_BKSd, value_BKSd),
        };
        let mixed_ND =
            self.tables.mask.attend(self.places, self.records, self.documents, query_BHSd, key_BKTd, value_BKTd);
        self.linear("self_attn.o_proj", mixed_ND)
    }

    /// # Shapes
    /// - `[N, D]` -> `[B, heads, S, d]`
    fn heads(&self, name: &str, normed_ND: Tensor<2>, heads: u32) -> Tensor<4> {
        self.places.heads(self.linear(name, normed_ND), heads)
    }

    /// Turns every pair of values by an angle that grows with the place; pairs are half a head apart.
    fn rotate(&self, heads_BHSd: Tensor<4>) -> Tensor<4> {
        let Places { batch, sequence, before } = self.places;
        let half = self.shape.head_width() as usize / 2;
        let table = |table_Sh: &Tensor<2>| match self.documents {
            Some(documents) => {
                let places_N = documents.places_BS.clone().reshape([batch * sequence]);
                table_Sh.clone().select(0, places_N).reshape([batch, 1, sequence, half])
            }
            None => table_Sh.clone().narrow(0, before, sequence).unsqueeze::<4>(),
        };
        let (cos, sin) = (table(&self.tables.cos_Sh), table(&self.tables.sin_Sh));
        let (first, second) = (heads_BHSd.clone().narrow(3, 0, half), heads_BHSd.narrow(3, half, half));
        let turned_first = first.clone() * cos.clone() - second.clone() * sin.clone();
        let turned_second = second * cos + first * sin;
        Tensor::cat(vec![turned_first, turned_second], 3)
    }
}

/// Divides every row by its root mean square, and scales every column.
///
/// # Shapes
/// - hidden: `[N, D]`, weight: `[D]` -> `[N, D]`
fn rms_norm(hidden_ND: Tensor<2>, weight_D: Tensor<1>, epsilon: f64) -> Tensor<2> {
    let size_N1 = (hidden_ND.clone().square().mean_dim(1) + epsilon).sqrt();
    hidden_ND / size_N1 * weight_D.unsqueeze::<2>()
}
