//! Moving averages in place.

use burn::tensor::Tensor;

use crate::engine::torch::raw;

/// Moves a tensor a share of the way to another, in place; returns false, and changes nothing, on another backend.
pub fn lerp(average: &Tensor<1>, values: &Tensor<1>, share: f64) -> bool {
    let (Some(mut average), Some(values)) = (raw(average), raw(values)) else { return false };
    tch::no_grad(|| drop(average.lerp_(&values, share)));
    true
}
