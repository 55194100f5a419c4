//! `type: rnn`, `lstm` and `gru`: networks that read one token after the other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::head::Head;
use crate::recipe::model::outputs::of_language_model;
use crate::recipe::model::tensor::{Part, Tensor};
use crate::recipe::typed::defaults;

/// The shape of a recurrent network: a vector for every token, layers of cells, and a state that is carried from place to place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({ "dropout": Recurrent::DROPOUT, "tie-embeddings": Recurrent::TIE_EMBEDDINGS })]))]
pub struct Recurrent {
    /// The number of layers.
    #[schemars(range(min = 1, max = 1024), extend("x-unit" = "layers"), example = 2)]
    pub layers: u32,
    /// The width of the state.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "numbers"), example = 512)]
    pub width: u32,
    /// The width of a token's vector.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576), extend("x-unit" = "numbers", "x-default" = "as `width`"), example = 128)]
    pub embedding_width: u32,
    /// The longest sequence that is learnt from, in tokens; gradients reach as far back.
    #[schemars(range(min = 2, max = 1_048_576), extend("x-unit" = "tokens"), example = 128)]
    pub context: u32,
    /// The share of the numbers that are left out while it learns: of the tokens' vectors, between layers, and behind the last (Zaremba et al. 2014).
    #[schemars(range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.2)]
    pub dropout: f64,
    /// Whether the output layer shares the input embedding, whose width is then `width`.
    #[schemars(example = true)]
    pub tie_embeddings: bool,
}

impl Recurrent {
    /// The share that is left out where the recipe says nothing.
    pub const DROPOUT: f64 = 0.0;
    /// Whether the output layer shares the input embedding where the recipe says nothing.
    pub const TIE_EMBEDDINGS: bool = false;

    /// Returns the parameters with a vocabulary of `vocab_size` tokens; those of the cells are called as in PyTorch.
    pub(super) fn tensors(&self, cell: Cell, vocab_size: u32, head: &Head) -> Vec<Tensor> {
        let [width, embedding_width, vocab, gates] =
            [self.width, self.embedding_width, vocab_size, cell.gates()].map(u64::from);
        let places = f64::from(self.context);
        let uses = if *head == Head::Language && self.tie_embeddings { places } else { 0.0 };
        let mut all = vec![Tensor::new(Part::Embedding, "embedding.weight", &[vocab, embedding_width]).used(uses)];
        for layer in 0..self.layers {
            let inputs = if layer == 0 { embedding_width } else { width };
            let matrix = |name: &str, inputs| {
                Tensor::new(Part::Recurrent, format!("rnn.weight_{name}_l{layer}"), &[gates * width, inputs])
                    .used(places)
            };
            let bias = |name: &str| Tensor::new(Part::Recurrent, format!("rnn.bias_{name}_l{layer}"), &[gates * width]);
            all.extend([matrix("ih", inputs), matrix("hh", width), bias("ih"), bias("hh")]);
        }
        all.extend(of_language_model(head, vocab, width, self.tie_embeddings, places));
        all
    }
}

/// The cell of a recurrent network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// A layer with a hyperbolic tangent (Elman 1990).
    Rnn,
    /// Long short-term memory (Hochreiter & Schmidhuber 1997), with a forget gate (Gers et al. 2000).
    Lstm,
    /// Gated recurrent unit (Cho et al. 2014).
    Gru,
}

impl Cell {
    /// Returns how many matrices stand below one another in each of a layer's weights.
    pub const fn gates(self) -> u32 {
        match self {
            Self::Rnn => 1,
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }
}
