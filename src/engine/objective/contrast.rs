//! Contrast: what belongs together is to lie closer than all else of the batch.

use burn::tensor::Device;

use crate::engine::model::reading::TokenRows;
use crate::engine::model::{Network, Pass, Reading};
use crate::engine::sampler::{Batch, Features};
use crate::engine::value::attention::HIDDEN;
use crate::engine::value::{Ints, Value};

/// Returns the normalised, temperature-scaled cross-entropy of two views of every record (NT-Xent; Chen et al. 2020), over the
/// `n_records` records of a step: each view is to be told from all others of the batch by its other view.
pub fn views(network: &Network, pass: &Pass, batch: &Batch, temperature: f64, n_records: f64) -> Value {
    let device = network.device();
    let view =
        |features: &Option<Features>| value(features.as_ref().expect("it learns from views"), batch.rows, device);
    let both = Value::cat(&[view(&batch.features), view(&batch.second_view)], 0);
    let projected = network.projection(pass, &Reading { tokens: None, features: Some(both) }).unit_rows();
    nt_xent(&projected, temperature) / n_records
}

/// Returns the loss of `2 n` vectors of length 1, of which `i` and `i + n` belong together, summed over the `n` pairs.
///
/// # Shapes
/// - `[2 n, P]` -> `[1]` or none
pub fn nt_xent(vectors: &Value, temperature: f64) -> Value {
    let both = vectors.shape()[0];
    let nearness = vectors.times(&vectors.swap(0, 1)) / temperature;
    let own = (0..both * both).map(|i| if i / both == i % both { HIDDEN } else { 0.0 }).collect();
    let nearness = nearness + vectors.beside(own, &[both, both]);
    let others = (0..both).map(|i| ((i + both / 2) % both) as i64).collect();
    nearness.surprise(&vectors.ints_beside(others, &[both]), None, 0.0) / 2.0
}

/// Returns CLIP's loss of pictures and their captions (Radford et al. 2021), over the `n_records` records of a step, and how many of the
/// captions are nearest to their pictures.
pub fn captions(network: &Network, pass: &Pass, batch: &Batch, n_records: f64) -> (Value, u64) {
    let device = network.device();
    let features = value(batch.features.as_ref().expect("it learns from pictures"), batch.rows, device);
    let images = network.embedding(pass, &Reading { tokens: None, features: Some(features) });
    let rows = TokenRows::new(batch, device);
    let texts = network.embedding(pass, &Reading { tokens: Some(rows), features: None });
    let nearness = images.times(&texts.swap(0, 1)) * network.scale(pass);
    let own = Ints::new((0..batch.rows as i64).collect(), &[batch.rows], device);
    let right = nearness.detach().argmax().n_equal(&own);
    let both = nearness.surprise(&own, None, 0.0) + nearness.swap(0, 1).surprise(&own, None, 0.0);
    (both / (2.0 * n_records), right)
}

fn value(features: &Features, rows: usize, device: &Device) -> Value {
    let shape: Vec<usize> = std::iter::once(rows).chain(features.shape.iter().copied()).collect();
    Value::new(features.values.clone(), &shape, device)
}
