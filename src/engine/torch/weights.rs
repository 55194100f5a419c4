//! Parameters as libtorch's tensors in their shapes, and the layers every network has.
//!
//! Legend: B batch, S sequence, N = B * S, H heads, K kv-heads, d head width.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

use std::collections::BTreeMap;

use tch::Tensor;

use crate::engine::model::Records;
use crate::engine::model::attention::Documents;
use crate::engine::model::linear::Layout;
use crate::engine::torch::{raw, raw_int};

/// Parameters by name, in their shapes.
#[derive(Debug)]
pub struct Weights {
    /// The parameters.
    pub by_name: BTreeMap<String, Tensor>,
    /// The factor of the low-rank additions; without one there are none.
    pub adapter_scale: Option<f64>,
}

impl Weights {
    /// Returns a parameter that the network declares.
    pub fn get(&self, name: &str) -> &Tensor {
        self.by_name.get(name).expect("a network asks for what it declares")
    }

    /// Applies a linear layer, with its bias and its low-rank addition where it has them.
    ///
    /// # Shapes
    /// - input: `[N, inputs]` -> `[N, outputs]`
    pub fn linear(&self, layer: &str, layout: Layout, input: &Tensor) -> Tensor {
        let weight = self.get(&format!("{layer}.weight"));
        let bias = self.by_name.get(&format!("{layer}.bias"));
        let output = match layout {
            Layout::OutputsFirst => input.linear(weight, bias),
            Layout::InputsFirst => input.linear(&weight.tr(), bias),
        };
        let half = |half: &str| self.by_name.get(&format!("{layer}.lora_{half}.weight"));
        match (self.adapter_scale, half("A"), half("B")) {
            (Some(scale), Some(down), Some(up)) => {
                output + input.linear(down, None::<&Tensor>).linear(up, None::<&Tensor>) * scale
            }
            (None | Some(_), _, _) => output,
        }
    }
}

/// What a classifier reads its records with, as libtorch's tensors.
#[derive(Debug)]
pub struct Reading {
    /// What is added to the scores of the places a place looks at: `[B, 1, 1, S]`.
    pub sight: Option<Tensor>,
    /// What the vectors of the tokens are multiplied with: `[N, D]`.
    pub embedding_drop: Option<Tensor>,
    /// How much each place counts: `[B, 1, S]`.
    pub pool: Tensor,
    /// What the layer over the classes reads is multiplied with: `[B, D]`.
    pub pool_drop: Option<Tensor>,
}

impl Reading {
    /// Returns the tensors behind records; on another backend there are none.
    pub fn of(records: &Records) -> Option<Self> {
        let some = |tensor: &Option<burn::tensor::Tensor<2>>| match tensor {
            Some(tensor) => raw(tensor).map(Some),
            None => Some(None),
        };
        Some(Self {
            sight: some(&records.sight_BS)?.map(|sight_BS| sight_BS.unsqueeze(1).unsqueeze(1)),
            embedding_drop: some(&records.embedding_drop_ND)?,
            pool: raw(&records.pool_BS)?.unsqueeze(1),
            pool_drop: some(&records.pool_drop_BD)?,
        })
    }

    /// Returns the logits of the classes.
    ///
    /// # Shapes
    /// - hidden: `[N, D]`, score: `[C, D]` -> `[B, C]`
    pub fn logits(&self, hidden_ND: &Tensor, score_CD: &Tensor) -> Tensor {
        let (batch, sequence) = (self.pool.size()[0], self.pool.size()[2]);
        let hidden_BSD = hidden_ND.view([batch, sequence, -1]);
        let mut pooled_BD = self.pool.bmm(&hidden_BSD).squeeze_dim(1);
        if let Some(drop_BD) = &self.pool_drop {
            pooled_BD *= drop_BD;
        }
        pooled_BD.linear(score_CD, None::<&Tensor>)
    }
}

/// Documents that do not look into each other.
pub struct Apart {
    /// Whether a place may look at another: one before it in its document.
    may_look_B1SS: Tensor,
    /// The place within the document.
    pub places_BS: Tensor,
}

impl Apart {
    /// Returns what documents mean for attention, or nothing where they are on another backend.
    pub fn of(documents: &Documents) -> Option<Self> {
        let numbers_BS = raw_int(&documents.numbers_BS)?;
        let is_same_BSS = numbers_BS.unsqueeze(2).eq_tensor(&numbers_BS.unsqueeze(1));
        let may_look_B1SS = is_same_BSS.tril(0).unsqueeze(1);
        Some(Self { may_look_B1SS, places_BS: raw_int(&documents.places_BS)? })
    }
}

/// Mixes the values of the places each place may look at.
///
/// # Shapes
/// - query: `[B, H, S, d]`, key and value: `[B, K, S, d]` -> `[N, H * d]`
pub fn attend(
    query_BHSd: &Tensor,
    key_BKSd: &Tensor,
    value_BKSd: &Tensor,
    reading: Option<&Reading>,
    apart: Option<&Apart>,
) -> Tensor {
    let sight = reading.and_then(|reading| reading.sight.as_ref());
    let mask = sight.or(apart.map(|apart| &apart.may_look_B1SS));
    let (heads, width) = (query_BHSd.size()[1], query_BHSd.size()[3]);
    let is_grouped = key_BKSd.size()[1] != heads;
    let mixed_BHSd = Tensor::scaled_dot_product_attention(
        query_BHSd,
        key_BKSd,
        value_BKSd,
        mask,
        0.0,
        mask.is_none(),
        None,
        is_grouped,
    );
    mixed_BHSd.transpose(1, 2).reshape([-1, heads * width])
}
