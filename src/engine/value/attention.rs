//! Attention: every place mixes the values of the places it sees, by how well their keys fit its query (Vaswani et al. 2017).
//!
//! Legend: B batch, H heads, K kv-heads, G = H / K, S sequence, T keys, d head width.

use crate::engine::value::{Ints, Value};

/// Which places a place sees.
#[derive(Debug, Clone, Copy)]
pub enum Sight<'a> {
    /// All.
    All,
    /// Itself and those before it; keys and queries begin together.
    Causal,
    /// What is added to the scores: 0, or far below where a place is not seen; `[B | 1, 1, S | 1, T]`.
    Bias(&'a Value),
}

/// What is added to the score of a place that is not seen: far below every score, and finite, so that no gradient becomes NaN.
pub const HIDDEN: f32 = -1e30;

/// Splits every row into heads.
///
/// # Shapes
/// - `[B * S, H * d]` -> `[B, H, S, d]`
pub fn heads(rows: &Value, batch: usize, heads: u32) -> Value {
    let (shape, heads) = (rows.shape(), heads as usize);
    rows.reshape(&[batch, shape[0] / batch, heads, shape[1] / heads]).swap(1, 2)
}

/// Puts the heads of every place side by side.
///
/// # Shapes
/// - `[B, H, S, d]` -> `[B * S, H * d]`
pub fn joined(mixed_BHSd: &Value) -> Value {
    let [batch, heads, sequence, width] = sides(mixed_BHSd);
    mixed_BHSd.swap(1, 2).reshape(&[batch * sequence, heads * width])
}

/// Mixes the values of the places each place sees.
///
/// # Shapes
/// - query: `[B, H, S, d]`, key and value: `[B, K, T, d]` -> `[B, H, S, d]`
pub fn attend(query_BHSd: &Value, key_BKTd: &Value, value_BKTd: &Value, sight: Sight<'_>) -> Value {
    if let (Value::Torch(query), Value::Torch(key), Value::Torch(value)) = (query_BHSd, key_BKTd, value_BKTd) {
        let bias = match sight {
            Sight::Bias(Value::Torch(bias)) => Some(bias),
            Sight::All | Sight::Causal => None,
            Sight::Bias(Value::Plain(_)) => unreachable!("all of a network lives on one backend"),
        };
        let is_causal = matches!(sight, Sight::Causal);
        let is_grouped = key.size()[1] != query.size()[1];
        let mixed =
            tch::Tensor::scaled_dot_product_attention(query, key, value, bias, 0.0, is_causal, None, is_grouped);
        return Value::Torch(mixed);
    }
    let shares = shares(query_BHSd, key_BKTd, sight);
    mix(&shares, value_BKTd)
}

/// Returns by how much each place looks at each other.
///
/// # Shapes
/// - query: `[B, H, S, d]`, key: `[B, K, T, d]` -> `[B, H, S, T]`
pub fn shares(query_BHSd: &Value, key_BKTd: &Value, sight: Sight<'_>) -> Value {
    let [batch, heads, sequence, width] = sides(query_BHSd);
    let [_, kv, keys, _] = sides(key_BKTd);
    // The query heads of one group stand in one long sequence, so that keys and values need no copies.
    let query = query_BHSd.reshape(&[batch, kv, heads / kv * sequence, width]);
    let scores = query.times(&key_BKTd.swap(-1, -2)) / (width as f64).sqrt();
    let scores_BHST = scores.reshape(&[batch, heads, sequence, keys]);
    match sight {
        Sight::All => scores_BHST,
        Sight::Causal => scores_BHST + later(sequence, keys, query_BHSd),
        Sight::Bias(bias) => scores_BHST + bias,
    }
    .softmax(-1)
}

/// Mixes values by shares.
///
/// # Shapes
/// - shares: `[B, H, S, T]`, value: `[B, K, T, d]` -> `[B, H, S, d]`
pub fn mix(shares_BHST: &Value, value_BKTd: &Value) -> Value {
    let [batch, heads, sequence, keys] = sides(shares_BHST);
    let [_, kv, _, width] = sides(value_BKTd);
    let grouped = shares_BHST.reshape(&[batch, kv, heads / kv * sequence, keys]);
    grouped.times(value_BKTd).reshape(&[batch, heads, sequence, width])
}

/// Returns what hides later places: `[1, 1, S, T]`.
fn later(sequence: usize, keys: usize, beside: &Value) -> Value {
    let bias = causal_bias(sequence, keys, 0, None);
    beside.beside(bias, &[1, 1, sequence, keys])
}

/// Returns what hides the places behind a query, and those further back than a window, where there is one; `before` keys stand before
/// the first query.
pub fn causal_bias(sequence: usize, keys: usize, before: usize, window: Option<usize>) -> Vec<f32> {
    let is_seen = |query: usize, key: usize| key <= query && window.is_none_or(|window| query < key + window);
    let row = |query: usize| (0..keys).map(move |key| if is_seen(query + before, key) { 0.0 } else { HIDDEN });
    (0..sequence).flat_map(row).collect()
}

/// How far a place sees within its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All of it.
    Everywhere,
    /// Itself and what is before it: not further back than a window, where there is one.
    Before(Option<usize>),
}

/// Returns what hides the places of other documents, and of the own one those that are out of reach.
///
/// # Shapes
/// - numbers of the documents: `[B, S]` -> `[B, 1, S, S]`
pub fn document_bias(numbers_BS: &Ints, reach: Reach) -> Value {
    let shape = numbers_BS.shape();
    let [batch, sequence] = shape[..] else { panic!("expected rows, found {shape:?}") };
    match numbers_BS {
        Ints::Torch(numbers) => {
            let is_same = numbers.unsqueeze(2).eq_tensor(&numbers.unsqueeze(1));
            let is_seen = match reach {
                Reach::Everywhere => is_same,
                Reach::Before(None) => is_same.tril(0),
                Reach::Before(Some(window)) => is_same.tril(0).triu(1 - window as i64),
            };
            let is_hidden = is_seen.logical_not().unsqueeze(1).to_kind(tch::Kind::Float);
            Value::Torch(is_hidden * f64::from(HIDDEN))
        }
        Ints::Plain(..) => {
            let within = match reach {
                Reach::Everywhere => vec![0.0; sequence * sequence],
                Reach::Before(window) => causal_bias(sequence, sequence, 0, window),
            };
            let row = |numbers: &[i64]| {
                let hides = |(i, bias): (usize, &f32)| {
                    if numbers[i / sequence] == numbers[i % sequence] { *bias } else { HIDDEN }
                };
                within.iter().enumerate().map(hides).collect::<Vec<f32>>()
            };
            let bias = numbers_BS.to_vec().chunks(sequence).flat_map(row).collect();
            Value::new(bias, &[batch, 1, sequence, sequence], &numbers_BS.device())
        }
    }
}

fn sides(value: &Value) -> [usize; 4] {
    value.shape().try_into().expect("attention has four dimensions")
}

impl Value {
    /// Copies numbers to where this value lives.
    #[must_use]
    pub fn beside(&self, values: Vec<f32>, shape: &[usize]) -> Self {
        match self {
            Self::Torch(tensor) => {
                let made = tch::Tensor::from_slice(&values).to_device(tensor.device());
                Self::Torch(made.view(crate::engine::value::wide(shape).as_slice()))
            }
            Self::Plain(tensor) => {
                let device = crate::engine::value::ranked::every!(tensor, t => t.device());
                Self::new(values, shape, &device)
            }
        }
    }
}
