//! Products of matrices.

use crate::engine::value::ranked::both;
use crate::engine::value::{Ranked, Value};

impl Value {
    /// Multiplies matrices: the last two dimensions; those before are repeated where they are 1.
    ///
    /// # Shapes
    /// - `[…, N, I]`, `[…, I, O]` -> `[…, N, O]`
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Torch(left), Self::Torch(right)) => Self::Torch(left.matmul(right)),
            (Self::Plain(left), Self::Plain(right)) => {
                let (left, right) = (left.clone(), right.clone());
                Self::Plain(both!(left, right, l, r => l.matmul(r)))
            }
            _ => unreachable!("all of a network lives on one backend"),
        }
    }

    /// Applies a linear layer to the last dimension.
    ///
    /// # Shapes
    /// - `[N, I]`, weight: `[O, I]`, bias: `[O]` -> `[N, O]`
    #[must_use]
    pub fn linear(&self, weight_OI: &Self, bias_O: Option<&Self>) -> Self {
        match (self, weight_OI) {
            (Self::Torch(input), Self::Torch(weight)) => {
                let bias = bias_O.map(|bias| match bias {
                    Self::Torch(tensor) => tensor,
                    Self::Plain(_) => unreachable!("all of a network lives on one backend"),
                });
                Self::Torch(input.linear(weight, bias))
            }
            (Self::Plain(input), Self::Plain(weight)) => {
                let rows = input.shape();
                let (inputs, outputs) = (rows[rows.len() - 1], weight.shape()[0]);
                let n = rows.iter().product::<usize>() / inputs;
                let product = input.clone().reshape(&[n, inputs]).matrix().matmul(weight.clone().matrix().transpose());
                let mut shape = rows;
                *shape.last_mut().expect("it has dimensions") = outputs;
                let output = Self::Plain(Ranked::R2(product).reshape(&shape));
                match bias_O {
                    Some(bias) => output + bias,
                    None => output,
                }
            }
            _ => unreachable!("all of a network lives on one backend"),
        }
    }
}
