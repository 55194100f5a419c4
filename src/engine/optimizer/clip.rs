//! Gradients together: their sum over micro-batches, their norm, and the factor that keeps it in bounds.

use burn::tensor::Tensor;

use crate::engine::model::Gradients;
use crate::engine::torch::adamw;

/// Adds the gradients of one more micro-batch.
pub fn add(sum: &mut Gradients, more: Gradients) {
    for (name, gradient) in more {
        match sum.remove(&name) {
            Some(old) => sum.insert(name, old + gradient),
            None => sum.insert(name, gradient),
        };
    }
}

/// Returns the norm of all gradients together.
pub fn global_norm(gradients: &Gradients) -> f64 {
    if let Some(norms) = gradients.values().map(adamw::norm).collect::<Option<Vec<f64>>>() {
        return norms.iter().map(|norm| norm * norm).sum::<f64>().sqrt();
    }
    let squares: Vec<Tensor<1>> = gradients.values().map(|gradient| gradient.clone().square().sum()).collect();
    f64::from(Tensor::cat(squares, 0).sum().sqrt().into_scalar::<f32>())
}

/// Returns a gradient multiplied with a factor below 1; on libtorch it is changed where it lies.
pub fn scaled(gradient: Tensor<1>, factor: f64) -> Tensor<1> {
    if factor >= 1.0 || adamw::scale(&gradient, factor) { gradient } else { gradient * factor }
}

/// Returns the factor that brings a norm down to the largest allowed.
pub fn factor(norm: f64, largest: f64) -> f64 {
    if norm > largest { largest / norm } else { 1.0 }
}
