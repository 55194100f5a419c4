//! Cross-entropy: how surprised a model is by the tokens that came, in nats.
//!
//! Legend: N places, V vocabulary.

use burn::tensor::{Int, Tensor, activation};

/// Returns the surprise at every place.
///
/// # Shapes
/// - logits: `[N, V]`, targets: `[N]` (int) -> `[N]`
pub fn surprise(logits_NV: Tensor<2>, targets_N: Tensor<1, Int>) -> Tensor<1> {
    let targets_N1 = targets_N.unsqueeze_dim::<2>(1);
    activation::log_softmax(logits_NV, 1).gather(1, targets_N1).neg().squeeze_dim::<1>(1)
}

/// Returns the sum of the surprises that count, over a number of targets.
///
/// # Shapes
/// - logits: `[N, V]`, targets: `[N]` (int), mask: `[N]` -> `[1]`
pub fn mean_over(logits_NV: Tensor<2>, targets_N: Tensor<1, Int>, mask_N: Tensor<1>, n_targets: f64) -> Tensor<1> {
    (surprise(logits_NV, targets_N) * mask_N).sum() / n_targets
}
