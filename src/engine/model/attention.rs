//! Attention: every place looks at itself and at those before it; in a classifier perhaps at all of its record.
//!
//! Legend: B batch, S sequence, N = B * S, T keys (sequence and cache), H heads, K kv-heads, G = H / K, d head width.

use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use crate::engine::model::cache::Cache;
use crate::engine::model::classifier::{HIDDEN, Records};

/// Which places a forward pass is about.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// The number of rows.
    pub batch: usize,
    /// The length of a row, in tokens.
    pub sequence: usize,
    /// How many tokens were read before these.
    pub before: usize,
}

impl Places {
    /// Returns the places of tokens that follow those in a cache.
    ///
    /// # Shapes
    /// - tokens: `[B, S]` (int)
    pub fn of(tokens_BS: &Tensor<2, Int>, cache: Option<&Cache>) -> Self {
        let [batch, sequence] = tokens_BS.dims();
        Self { batch, sequence, before: cache.map_or(0, Cache::len) }
    }

    /// Splits every row into heads.
    ///
    /// # Shapes
    /// - `[N, heads * d]` -> `[B, heads, S, d]`
    pub fn heads(self, rows: Tensor<2>, heads: u32) -> Tensor<4> {
        let (heads, width) = (heads as usize, rows.dims()[1]);
        rows.reshape([self.batch, self.sequence, heads, width / heads]).swap_dims(1, 2)
    }
}

/// Which document each place belongs to: none looks into another, and places are counted from its beginning.
#[derive(Debug, Clone)]
pub struct Documents {
    /// The document within the row.
    pub numbers_BS: Tensor<2, Int>,
    /// The place within the document.
    pub places_BS: Tensor<2, Int>,
}

impl Documents {
    /// Returns what is added to the scores of places in other documents.
    ///
    /// # Shapes
    /// - `[B, 1, 1, S, S]`
    fn bias(&self) -> Tensor<5> {
        let [batch, sequence] = self.numbers_BS.dims();
        let asking = self.numbers_BS.clone().reshape([batch, sequence, 1]).expand([batch, sequence, sequence]);
        let asked = self.numbers_BS.clone().reshape([batch, 1, sequence]).expand([batch, sequence, sequence]);
        let is_other = asking.not_equal(asked).float() * HIDDEN;
        is_other.reshape([batch, 1, 1, sequence, sequence])
    }
}

/// What every place may not look at.
#[derive(Debug)]
pub struct Mask {
    bias_SS: Tensor<2>,
}

impl Mask {
    /// Computes the mask for all of a context.
    pub fn new(context: usize, device: &Device) -> Self {
        let hide = |i: usize| if i % context > i / context { HIDDEN } else { 0.0 };
        let bias: Vec<f32> = (0..context * context).map(hide).collect();
        Self { bias_SS: Tensor::from_data(TensorData::new(bias, [context, context]), device) }
    }

    /// Mixes the values of the places each place looks at, by how well their keys fit its query.
    ///
    /// # Shapes
    /// - query: `[B, H, S, d]`, key and value: `[B, K, T, d]` -> `[N, H * d]`
    pub fn attend(
        &self,
        places: Places,
        records: Option<&Records>,
        documents: Option<&Documents>,
        query_BHSd: Tensor<4>,
        key_BKTd: Tensor<4>,
        value_BKTd: Tensor<4>,
    ) -> Tensor<2> {
        let Places { batch, sequence, before } = places;
        let ([_, heads, _, width], kv) = (query_BHSd.dims(), key_BKTd.dims()[1]);
        let (group, keys) = (heads / kv, before + sequence);
        // The query heads of one group stand in one long sequence, so that keys and values need no copies.
        let query = query_BHSd.reshape([batch, kv, group * sequence, width]);
        let scores = query.matmul(key_BKTd.transpose()) / (width as f64).sqrt();
        let bias_BKGST = match records.and_then(|records| records.sight_BS.clone()) {
            Some(sight_BT) => sight_BT.reshape([batch, 1, 1, 1, keys]),
            None => self.bias_SS.clone().narrow(0, before, sequence).narrow(1, 0, keys).unsqueeze::<5>(),
        };
        let scores_BKGST = scores.reshape([batch, kv, group, sequence, keys]) + bias_BKGST;
        let scores_BKGST = match documents {
            Some(documents) => scores_BKGST + documents.bias(),
            None => scores_BKGST,
        };
        let shares = activation::softmax(scores_BKGST, 4).reshape([batch, kv, group * sequence, keys]);
        let mixed_BHSd = shares.matmul(value_BKTd).reshape([batch, heads, sequence, width]);
        mixed_BHSd.swap_dims(1, 2).reshape([batch * sequence, heads * width])
    }
}
