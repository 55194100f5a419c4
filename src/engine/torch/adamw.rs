//! AdamW in place: every value is read and written where it lies.
//!
//! Clones of a parameter share its values and so change with it; what has to stay, such as the best weights so far, is
//! copied to the host.

use burn::tensor::Tensor;

use crate::engine::torch::raw;

/// The numbers of one step.
#[derive(Debug, Clone, Copy)]
pub struct Factors {
    /// The decay of the first moment.
    pub beta_1: f64,
    /// The decay of the second moment.
    pub beta_2: f64,
    /// What keeps the update from dividing by zero.
    pub epsilon: f64,
    /// The number of the step, from 1, in steps.
    pub step: u64,
    /// The learning rate.
    pub learning_rate: f64,
    /// What is left of a parameter after decay.
    pub decay: f64,
}

/// Changes parameters and moments in place; returns false, and changes nothing, where they live on another backend.
pub fn step(values: &Tensor<1>, first: &Tensor<1>, second: &Tensor<1>, gradient: &Tensor<1>, factors: Factors) -> bool {
    let (Some(mut values), Some(mut first), Some(mut second), Some(mut gradient)) =
        (raw(values), raw(first), raw(second), raw(gradient))
    else {
        return false;
    };
    let Factors { beta_1, beta_2, epsilon, step, learning_rate, decay } = factors;
    let correction = |beta: f64| 1.0 - beta.powf(step as f64);
    let rate = learning_rate / correction(beta_1);
    tch::no_grad(|| {
        let _ = first.lerp_(&gradient, 1.0 - beta_1);
        let _ = second.lerp_(&gradient.square_(), 1.0 - beta_2);
        if learning_rate == 0.0 {
            return;
        }
        // `values -= rate * first / (sqrt(second / correction) + epsilon)`, with the factors in the denominator.
        let mut size = second.sqrt();
        let _ = size.g_mul_scalar_(-1.0 / (correction(beta_2).sqrt() * rate));
        let _ = size.g_add_scalar_(-epsilon / rate);
        if decay != 1.0 {
            let _ = values.g_mul_scalar_(decay);
        }
        let _ = values.addcdiv_(&first, &size);
    });
    true
}

/// Returns the norm of a tensor, or nothing where it lives on another backend.
pub fn norm(gradient: &Tensor<1>) -> Option<f64> {
    Some(raw(gradient)?.norm().double_value(&[]))
}

/// Multiplies a tensor in place; returns false, and changes nothing, where it lives on another backend.
pub fn scale(gradient: &Tensor<1>, factor: f64) -> bool {
    let Some(mut gradient) = raw(gradient) else { return false };
    tch::no_grad(|| drop(gradient.g_mul_scalar_(factor)));
    true
}
