//! Adafactor in place: parameter and moments are read and written where they lie.

use burn::tensor::Tensor;

use crate::engine::optimizer::adafactor::{Adafactor, LEAST_SIZE, Second};
use crate::engine::torch::raw;

/// The numbers of one step.
#[derive(Debug, Clone, Copy)]
pub struct Factors {
    /// The share of the second moments that is kept.
    pub kept: f64,
    /// The learning rate.
    pub learning_rate: f64,
    /// What is left of a parameter after decay.
    pub decay: f64,
}

/// Changes a parameter and its moments in place; returns false, and changes nothing, where they live on another backend.
pub fn step(values: &Tensor<1>, rule: &Adafactor, gradient: &Tensor<1>, factors: Factors) -> bool {
    let (Some(mut values), Some(gradient)) = (raw(values), raw(gradient)) else { return false };
    let Factors { kept, learning_rate, decay } = factors;
    tch::no_grad(|| {
        let squares = gradient.square().g_add_scalar_(rule.epsilon);
        let mut update = match &rule.second {
            Second::Whole(mean) => {
                let mut mean = own(mean);
                let _ = mean.lerp_(&squares, 1.0 - kept);
                gradient / mean.sqrt()
            }
            Second::Factored { rows, columns } => {
                let (mut rows, mut columns) = (own(rows), own(columns));
                let sides = [rows.size()[0], columns.size()[0]];
                let squares = squares.view(sides);
                let mean = |along: i64| squares.mean_dim([along].as_slice(), false, tch::Kind::Float);
                let _ = rows.lerp_(&mean(1), 1.0 - kept);
                let _ = columns.lerp_(&mean(0), 1.0 - kept);
                let share = (&rows / rows.mean(tch::Kind::Float)).sqrt_().view([-1, 1]);
                (gradient.view(sides) / share / columns.sqrt()).view([-1])
            }
        };
        let size = |tensor: &tch::Tensor| tensor.square().mean(tch::Kind::Float).sqrt_();
        let mut factor = learning_rate / (size(&update) / rule.clip_threshold).clamp_min_(1.0);
        if rule.scale_parameter {
            factor *= size(&values).clamp_min_(LEAST_SIZE);
        }
        let _ = update.g_mul_(&factor);
        if let Some(first) = &rule.first {
            let mut first = own(first);
            let _ = first.lerp_(&update, 1.0 - rule.beta_1);
            update = first;
        }
        if decay != 1.0 {
            let _ = values.g_mul_scalar_(decay);
        }
        let _ = values.g_sub_(&update);
    });
    true
}

/// Returns the libtorch tensor of a moment, which lives where its parameter does.
fn own(moment: &Tensor<1>) -> tch::Tensor {
    raw(moment).expect("a parameter's moments live where it does")
}
