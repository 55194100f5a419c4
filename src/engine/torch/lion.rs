//! Lion in place: every value is read and written where it lies.

use burn::tensor::Tensor;

use crate::engine::torch::raw;

/// The numbers of one step.
#[derive(Debug, Clone, Copy)]
pub struct Factors {
    /// The share of the momentum in what the sign is taken of.
    pub beta_1: f64,
    /// The decay of the momentum.
    pub beta_2: f64,
    /// The learning rate.
    pub learning_rate: f64,
    /// What is left of a parameter after decay.
    pub decay: f64,
}

/// Changes a parameter and its momentum in place; returns false, and changes nothing, where they live on another backend.
pub fn step(values: &Tensor<1>, momentum: &Tensor<1>, gradient: &Tensor<1>, factors: Factors) -> bool {
    let (Some(mut values), Some(mut momentum), Some(gradient)) = (raw(values), raw(momentum), raw(gradient)) else {
        return false;
    };
    let Factors { beta_1, beta_2, learning_rate, decay } = factors;
    tch::no_grad(|| {
        let mut change = momentum.lerp(&gradient, 1.0 - beta_1).sign_();
        if decay != 1.0 {
            let _ = values.g_mul_scalar_(decay);
        }
        let _ = values.g_sub_(&change.g_mul_scalar_(learning_rate));
        let _ = momentum.lerp_(&gradient, 1.0 - beta_2);
    });
    true
}
