//! What a network reads, on a device.
//!
//! Legend: B batch, S sequence, D width.

use burn::tensor::Device;

use crate::engine::sampler::Batch;
use crate::engine::value::attention::{HIDDEN, Reach, causal_bias, document_bias};
use crate::engine::value::{Ints, Sight, Value};
use crate::recipe::classification::Pool;

/// What a network reads of some records.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Tokens, where it reads any.
    pub tokens: Option<TokenRows>,
    /// Pictures or sounds, where it reads any: `[B, …]`.
    pub features: Option<Value>,
}

/// Rows of tokens.
#[derive(Debug, Clone)]
pub struct TokenRows {
    /// The tokens: `[B, S]`.
    pub tokens_BS: Ints,
    /// The tokens of each row, where rows are filled up to the longest of them.
    pub lengths: Option<Vec<usize>>,
    /// The document of each place within its row and its place within the document, where documents end what is looked at.
    pub documents: Option<Documents>,
    /// Whether each place looks at all of its row, and not only at what is before it.
    pub is_seen_whole: bool,
    /// The share of the numbers behind the embedding that are left out while it learns, beside the network's own.
    pub dropout: f64,
}

/// Which document each place belongs to: none looks into another, and places are counted from its beginning.
#[derive(Debug, Clone)]
pub struct Documents {
    /// The document within the row: `[B, S]`.
    pub numbers_BS: Ints,
    /// The place within the document: `[B, S]`.
    pub places_BS: Ints,
}

/// What each place sees, which may have to be kept.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "few of them live at once, and each is a handle to numbers elsewhere")]
pub enum Seen {
    /// All.
    All,
    /// Itself and those before it.
    Causal,
    /// What is added to the scores.
    Bias(Value),
}

impl Seen {
    /// Returns the same for the attention.
    pub fn sight(&self) -> Sight<'_> {
        match self {
            Self::All => Sight::All,
            Self::Causal => Sight::Causal,
            Self::Bias(bias) => Sight::Bias(bias),
        }
    }
}

impl Reading {
    /// Copies what is to be read of a batch to a device.
    pub fn new(batch: &Batch, device: &Device) -> Self {
        let features = batch.features.as_ref().map(|features| {
            let shape: Vec<usize> = std::iter::once(batch.rows).chain(features.shape.iter().copied()).collect();
            Value::new(features.values.clone(), &shape, device)
        });
        let tokens = (!batch.inputs.is_empty()).then(|| TokenRows::new(batch, device));
        Self { tokens, features }
    }
}

impl TokenRows {
    /// Copies the tokens of a batch to a device.
    pub fn new(batch: &Batch, device: &Device) -> Self {
        let shape = [batch.rows, batch.context];
        let documents = batch.documents.as_ref().map(|(numbers, places)| Documents {
            numbers_BS: Ints::new(numbers.clone(), &shape, device),
            places_BS: Ints::new(places.clone(), &shape, device),
        });
        let lengths = batch.lengths.clone();
        Self {
            tokens_BS: Ints::new(batch.inputs.clone(), &shape, device),
            lengths,
            documents,
            is_seen_whole: false,
            dropout: 0.0,
        }
    }

    /// Returns rows of one length, one document each.
    pub fn of(tokens_BS: Ints) -> Self {
        Self { tokens_BS, lengths: None, documents: None, is_seen_whole: false, dropout: 0.0 }
    }

    /// Returns the number of rows.
    pub fn batch(&self) -> usize {
        self.tokens_BS.shape()[0]
    }

    /// Returns the length of a row, in tokens.
    pub fn sequence(&self) -> usize {
        self.tokens_BS.shape()[1]
    }

    /// Returns what each place sees: all of its row, or what is before it; `before` tokens were read already.
    pub fn seen(&self, before: usize, window: Option<usize>, beside: &Value) -> Seen {
        if self.is_seen_whole { self.seen_from_everywhere(beside) } else { self.seen_before(window, before, beside) }
    }

    /// Returns what each place sees where all may look everywhere: all of its document that is no filling.
    pub fn seen_from_everywhere(&self, beside: &Value) -> Seen {
        if let Some(documents) = &self.documents {
            return Seen::Bias(document_bias(&documents.numbers_BS, Reach::Everywhere));
        }
        let (batch, sequence) = (self.batch(), self.sequence());
        match &self.lengths {
            Some(lengths) if lengths.iter().any(|length| *length < sequence) => {
                let row = |length: &usize| {
                    let length = *length;
                    (0..sequence).map(move |place| if place < length { 0.0 } else { HIDDEN })
                };
                Seen::Bias(beside.beside(lengths.iter().flat_map(row).collect(), &[batch, 1, 1, sequence]))
            }
            Some(_) | None => Seen::All,
        }
    }

    /// Returns what each place sees where it looks back: what is before it in its document, and within a window, where there is one;
    /// `before` tokens were read already.
    pub fn seen_before(&self, window: Option<usize>, before: usize, beside: &Value) -> Seen {
        let sequence = self.sequence();
        let keys = before + sequence;
        let window = window.filter(|window| *window < keys);
        if let Some(documents) = &self.documents {
            return Seen::Bias(document_bias(&documents.numbers_BS, Reach::Before(window)));
        }
        match (before, sequence, window) {
            (0, _, None) => Seen::Causal,
            // One token looks at all that was read.
            (_, 1, None) => Seen::All,
            (_, _, window) => {
                Seen::Bias(beside.beside(causal_bias(sequence, keys, before, window), &[1, 1, sequence, keys]))
            }
        }
    }

    /// Returns one vector a row of those of its places.
    ///
    /// # Shapes
    /// - hidden: `[B * S, D]` -> `[B, D]`
    pub fn pooled(&self, pool: Pool, hidden_ND: &Value) -> Value {
        let (batch, sequence, width) = (self.batch(), self.sequence(), hidden_ND.side(-1));
        let lengths = self.lengths.clone().unwrap_or_else(|| vec![sequence; batch]);
        let share = |place: usize, length: usize| match pool {
            Pool::Mean => {
                if place < length {
                    1.0 / length as f32
                } else {
                    0.0
                }
            }
            Pool::Last => f32::from(u8::from(place + 1 == length)),
            Pool::First => f32::from(u8::from(place == 0)),
        };
        let row = |length: usize| (0..sequence).map(move |place| share(place, length));
        let shares = hidden_ND.beside(lengths.into_iter().flat_map(row).collect(), &[batch, 1, sequence]);
        shares.times(&hidden_ND.reshape(&[batch, sequence, width])).reshape(&[batch, width])
    }
}
