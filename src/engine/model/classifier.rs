//! What makes a classifier of a network: the layer over the classes, and how the places of a record become one.
//!
//! Legend: B batch, S sequence, N = B * S, D width, C classes.

use burn::tensor::{Device, Tensor, TensorData};

use crate::engine::model::declare::{Declaration, Init};
use crate::recipe::classification::{Attention, Classification, Pool};

/// The name of the layer over the classes, as Hugging Face has it: `[C, D]`.
pub const SCORE: &str = "score.weight";

/// What a language model reads its tokens out with, where it does not share the embedding.
pub const LANGUAGE_HEAD: &str = "lm_head.weight";

/// What hides a place from another: a later one, one of another document, or filling; far below every score, and finite, so that no gradient becomes NaN.
pub const HIDDEN: f32 = -1e30;

/// Returns the declaration of the layer over the classes.
pub fn declaration(classification: &Classification, width: usize) -> Declaration {
    Declaration::new(SCORE, &[classification.classes.len(), width], Init::Normal(0.02))
}

/// The records of one pass on a device, filled up to the longest of them.
#[derive(Debug, Clone)]
pub struct Records {
    /// How much each place counts in what the layer over the classes reads; each row adds up to 1.
    pub pool_BS: Tensor<2>,
    /// What is added to the scores of the places a place looks at: 0, or far below where a place is filling. Without it every
    /// place looks at itself and at those before it, and so at no filling.
    pub sight_BS: Option<Tensor<2>>,
    /// What the vectors of the tokens are multiplied with: 0 where they are left out.
    pub embedding_drop_ND: Option<Tensor<2>>,
    /// What the layer over the classes reads is multiplied with: 0 where it is left out.
    pub pool_drop_BD: Option<Tensor<2>>,
}

impl Records {
    /// Returns records of these lengths, each at least 1, nothing of them left out.
    pub fn new(classification: &Classification, lengths: &[usize], sequence: usize, device: &Device) -> Self {
        let tensor = |value: &dyn Fn(usize, usize) -> f32| {
            let values: Vec<f32> =
                lengths.iter().flat_map(|length| (0..sequence).map(|place| value(place, *length))).collect();
            Tensor::from_data(TensorData::new(values, [lengths.len(), sequence]), device)
        };
        let pool_BS = match classification.pool {
            Pool::Mean => tensor(&|place, length| if place < length { 1.0 / length as f32 } else { 0.0 }),
            Pool::Last => tensor(&|place, length| if place + 1 == length { 1.0 } else { 0.0 }),
        };
        let sight_BS = match classification.attention {
            Attention::Causal => None,
            Attention::Bidirectional => Some(tensor(&|place, length| if place < length { 0.0 } else { HIDDEN })),
        };
        Self { pool_BS, sight_BS, embedding_drop_ND: None, pool_drop_BD: None }
    }

    /// Returns how likely every class is for every record, as logarithms up to a constant, from what a network makes of the places.
    ///
    /// # Shapes
    /// - hidden: `[N, D]`, score: `[C, D]` -> logits: `[B, C]`
    pub fn logits(&self, hidden_ND: Tensor<2>, score_CD: Tensor<2>) -> Tensor<2> {
        let [batch, sequence] = self.pool_BS.dims();
        let width = hidden_ND.dims()[1];
        let hidden_BSD = hidden_ND.reshape([batch, sequence, width]);
        let pooled_B1D = self.pool_BS.clone().unsqueeze_dim::<3>(1).matmul(hidden_BSD);
        let mut pooled_BD = pooled_B1D.reshape([batch, width]);
        if let Some(drop_BD) = &self.pool_drop_BD {
            pooled_BD = pooled_BD * drop_BD.clone();
        }
        pooled_BD.matmul(score_CD.transpose())
    }
}
