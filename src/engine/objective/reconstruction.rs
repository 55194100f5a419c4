//! Reconstruction: how far off a record is that was made whole again (Vincent et al. 2008; He et al. 2022).
//!
//! What is spoiled of a record is drawn from its key, and so is the same on every backend and after a resumption.

use crate::engine::model::{Network, Pass};
use crate::engine::sampler::Batch;
use crate::engine::seed;
use crate::engine::value::{Ints, Value};
use crate::recipe::objective::Corruption;

/// Returns the mean square by which the numbers of a batch are off, all records together over the `n_records` of a step.
pub fn loss(network: &Network, pass: &Pass, batch: &Batch, corruption: Corruption, n_records: f64) -> Value {
    each(network, pass, batch, corruption).sum() / n_records
}

/// Returns the mean square by which the numbers of each record of a batch are off.
///
/// # Shapes
/// - `[B]`
pub fn each(network: &Network, pass: &Pass, batch: &Batch, corruption: Corruption) -> Value {
    let features = batch.features.as_ref().expect("it learns from pictures or sounds");
    let shape: Vec<usize> = std::iter::once(batch.rows).chain(features.shape.iter().copied()).collect();
    let value = |values: Vec<f32>| Value::new(values, &shape, network.device());
    let (whole, n) = (value(features.values.clone()), features.values.len() / batch.rows.max(1));
    match network.n_patches() {
        Some(n_patches) => {
            let read = match corruption {
                Corruption::Noise { deviation } => value(noisy(&features.values, n, &batch.keys, deviation)),
                Corruption::None | Corruption::Mask { .. } => whole.clone(),
            };
            let hidden = n_patches - corruption.n_read(n_patches as u64) as usize;
            let orders: Vec<Vec<u32>> = batch.keys.iter().map(|key| order(*key, n_patches, hidden)).collect();
            of_patches(network, pass, [&read, &whole], &orders, hidden)
        }
        None => {
            let read = match corruption {
                Corruption::None => whole.clone(),
                Corruption::Noise { deviation } => value(noisy(&features.values, n, &batch.keys, deviation)),
                Corruption::Mask { share } => value(holed(&features.values, n, &batch.keys, share)),
            };
            of_rows(network, pass, [&read, &whole])
        }
    }
}

/// Returns the numbers with noise.
fn noisy(values: &[f32], n: usize, keys: &[u64], deviation: f64) -> Vec<f32> {
    let record = |(record, key): (&[f32], &u64)| {
        let noise = seed::normals(&mut seed::stream(*key, "noise"), record.len(), deviation);
        record.iter().zip(noise).map(|(value, noise)| value + noise).collect::<Vec<f32>>()
    };
    values.chunks(n).zip(keys).flat_map(record).collect()
}

/// Returns the numbers, a share of them 0.
fn holed(values: &[f32], n: usize, keys: &[u64], share: f64) -> Vec<f32> {
    let record = |(record, key): (&[f32], &u64)| {
        let holes = seed::coins(&mut seed::stream(*key, "mask"), record.len(), share);
        record.iter().zip(holes).map(|(value, is_hole)| if is_hole { 0.0 } else { *value }).collect::<Vec<f32>>()
    };
    values.chunks(n).zip(keys).flat_map(record).collect()
}

/// Returns the mean square by which the numbers of each record are off: `[B]`.
pub(crate) fn of_rows(network: &Network, pass: &Pass, [read, whole]: [&Value; 2]) -> Value {
    let made = network.reconstruction(pass, read);
    let rows = made.shape()[0];
    (&made - whole.reshape(&made.shape())).square().mean_along(-1).reshape(&[rows])
}

/// Returns the mean square by which the patches of each record are off that were not read, or all where all were: `[B]`.
///
/// Each record's patches come in an order of its own, the last `hidden` of which are not read.
pub(crate) fn of_patches(
    network: &Network,
    pass: &Pass,
    [read, whole]: [&Value; 2],
    orders: &[Vec<u32>],
    hidden: usize,
) -> Value {
    let (rows, n_patches) = (orders.len(), orders.first().map_or(0, Vec::len));
    let n_kept = n_patches - hidden;
    let kept = orders.iter().flat_map(|order| order[..n_kept].iter().map(|patch| i64::from(*patch)));
    let kept = Ints::new(kept.collect(), &[rows, n_kept], network.device());
    let (mut restore, mut counts) = (vec![0; rows * n_patches], vec![0.0; rows * n_patches]);
    for (row, order) in orders.iter().enumerate() {
        for (place, patch) in order.iter().enumerate() {
            restore[row * n_patches + *patch as usize] = place as i64;
            let is_counted = hidden == 0 || place >= n_kept;
            counts[row * n_patches + *patch as usize] = f32::from(u8::from(is_counted));
        }
    }
    let restore = Ints::new(restore, &[rows, n_patches], network.device());
    let counts = Value::new(counts, &[rows, n_patches], network.device());
    let made = network.patches(pass, read, &kept, &restore);
    let off = (made - network.patches_of(whole)).square().mean_along(-1).reshape(&[rows, n_patches]);
    let n_counted = if hidden == 0 { n_patches } else { hidden };
    (off * counts).sum_along(-1).reshape(&[rows]) / n_counted as f64
}

/// Returns the patches of a record in an order of chance, those that are read first; in their own order where all are read.
fn order(key: u64, n_patches: usize, hidden: usize) -> Vec<u32> {
    if hidden == 0 {
        return (0..n_patches as u32).collect();
    }
    seed::permutation(&mut seed::stream(key, "patches"), n_patches)
}
