//! Gradient descent in place: every value is read and written where it lies.

use burn::tensor::Tensor;

use crate::engine::torch::raw;

/// The numbers of one step.
#[derive(Debug, Clone, Copy)]
pub struct Factors {
    /// The share of the last change that goes on.
    pub momentum: f64,
    /// Whether the gradient is taken where the momentum leads.
    pub nesterov: bool,
    /// The share of the parameter that is added to its gradient.
    pub weight_decay: f64,
    /// The learning rate.
    pub learning_rate: f64,
}

/// Changes a parameter and its momentum in place; returns false, and changes nothing, where they live on another backend.
pub fn step(values: &Tensor<1>, remembered: Option<&Tensor<1>>, gradient: &Tensor<1>, factors: Factors) -> bool {
    let (Some(mut values), Some(mut gradient)) = (raw(values), raw(gradient)) else { return false };
    let Factors { momentum, nesterov, weight_decay, learning_rate } = factors;
    tch::no_grad(|| {
        if weight_decay != 0.0 {
            let _ = gradient.g_add_(&(&values * weight_decay));
        }
        if let Some(mut last) = remembered.and_then(raw) {
            let _ = last.g_mul_scalar_(momentum);
            let _ = last.g_add_(&gradient);
            match nesterov {
                true => drop(gradient.g_add_(&(last * momentum))),
                false => gradient = last,
            }
        }
        let _ = values.g_sub_(&(gradient * learning_rate));
    });
    true
}
