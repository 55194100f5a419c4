//! Muon in place: parameter and momentum are read and written where they lie; the iteration takes three small matrices.

use burn::tensor::Tensor;

use crate::engine::optimizer::muon::{FACTORS, LEAST_NORM};
use crate::engine::torch::raw;

/// The numbers of one step.
#[derive(Debug, Clone, Copy)]
pub struct Factors {
    /// The decay of the momentum.
    pub momentum: f64,
    /// Whether the gradient is mixed into the momentum once more.
    pub nesterov: bool,
    /// How often the iteration is gone through.
    pub iterations: u32,
    /// The rows and columns of the matrix.
    pub sides: [usize; 2],
    /// The learning rate, times what is due to the shape.
    pub learning_rate: f64,
    /// What is left of a parameter after decay.
    pub decay: f64,
}

/// Changes a matrix and its momentum in place; returns false, and changes nothing, where they live on another backend.
pub fn step(values: &Tensor<1>, remembered: &Tensor<1>, gradient: &Tensor<1>, factors: Factors) -> bool {
    let (Some(mut values), Some(mut mean), Some(gradient)) = (raw(values), raw(remembered), raw(gradient)) else {
        return false;
    };
    let Factors { momentum, nesterov, iterations, sides, learning_rate, decay } = factors;
    tch::no_grad(|| {
        let _ = mean.lerp_(&gradient, 1.0 - momentum);
        let direction = if nesterov { gradient.lerp(&mean, momentum) } else { mean };
        let mut change = orthogonal(&direction.view(sides.map(|side| side as i64)), iterations);
        if decay != 1.0 {
            let _ = values.g_mul_scalar_(decay);
        }
        let _ = values.g_sub_(&change.g_mul_scalar_(learning_rate).reshape([-1]));
    });
    true
}

/// Returns nearly the nearest matrix whose singular values are all 1.
///
/// # Shapes
/// - `[rows, columns]` -> `[rows, columns]`
fn orthogonal(matrix: &tch::Tensor, iterations: u32) -> tch::Tensor {
    let is_tall = matrix.size()[0] > matrix.size()[1];
    let matrix = if is_tall { matrix.tr() } else { matrix.shallow_clone() };
    let mut near = &matrix / matrix.norm().clamp_min(LEAST_NORM);
    let [a, b, c] = FACTORS;
    for _ in 0..iterations {
        let gram = near.matmul(&near.tr());
        let change = gram.matmul(&gram).g_mul_scalar_(c).g_add_(&(gram * b));
        near = change.matmul(&near).g_add_(&(near * a));
    }
    if is_tall { near.tr() } else { near }
}
