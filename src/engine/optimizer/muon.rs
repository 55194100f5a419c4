//! Muon (Jordan et al. 2024): of a matrix the momentum is made orthogonal before it is followed.
//!
//! Newton and Schulz's iteration of the fifth degree brings all singular values near 1; its factors are Jordan's, which get
//! there fast and leave them between about 0.7 and 1.2. It runs at the parameters' own precision.

use burn::tensor::Tensor;

use crate::engine::model::Parameter;
use crate::engine::torch::muon as torch;
use crate::recipe::parameter::{Part, part};
use crate::recipe::training::MuonScale;

/// The factors of the iteration: of the matrix, and of its product with its Gram matrix and with that one's square.
pub const FACTORS: [f64; 3] = [3.4445, -4.775, 2.0315];
/// The least norm that is divided by.
pub const LEAST_NORM: f64 = 1e-7;

/// The rule, and the momentum of one matrix, flat.
#[derive(Debug, Clone)]
pub struct Muon {
    /// The decay of the momentum.
    pub momentum: f64,
    /// Whether the gradient is mixed into the momentum once more.
    pub nesterov: bool,
    /// How often the iteration is gone through.
    pub iterations: u32,
    /// What the learning rate is multiplied with, for the shape of the matrix.
    pub scale: f64,
    /// The decoupled weight decay.
    pub weight_decay: f64,
    /// The rows and columns of the matrix.
    pub sides: [usize; 2],
    /// The running mean of the gradient.
    pub remembered: Tensor<1>,
}

/// Returns whether a parameter is a matrix between embedding and head.
pub fn is_meant(name: &str, shape: &[usize]) -> bool {
    shape.len() > 1 && part(name) == Part::Block
}

/// Returns the rows and columns of a parameter; of a kernel all but its outputs are columns.
pub fn sides(shape: &[usize]) -> [usize; 2] {
    [shape[0], shape[1..].iter().product()]
}

/// Layers of GPT-2, whose weights have the inputs first.
const INPUTS_FIRST: [&str; 3] = [".c_attn.weight", ".c_proj.weight", ".c_fc.weight"];

/// Returns what the learning rate is multiplied with, for the shape of a matrix.
pub fn scale(scale: MuonScale, name: &str, [rows, columns]: [usize; 2]) -> f64 {
    match scale {
        MuonScale::MatchAdamw => 0.2 * (rows.max(columns) as f64).sqrt(),
        MuonScale::Shape => {
            let is_turned = INPUTS_FIRST.iter().any(|end| name.ends_with(end));
            let (outputs, inputs) = if is_turned { (columns, rows) } else { (rows, columns) };
            (outputs as f64 / inputs as f64).max(1.0).sqrt()
        }
    }
}

impl Muon {
    /// Changes a matrix by one step along its gradient.
    pub fn step(&mut self, parameter: &mut Parameter, gradient: Tensor<1>, learning_rate: f64) {
        let Self { momentum, nesterov, iterations, scale, weight_decay, sides, remembered } = self;
        let (momentum, nesterov, iterations, sides) = (*momentum, *nesterov, *iterations, *sides);
        let decay = 1.0 - learning_rate * *weight_decay;
        let learning_rate = learning_rate * *scale;
        let factors = torch::Factors { momentum, nesterov, iterations, sides, learning_rate, decay };
        if torch::step(&parameter.values, remembered, &gradient, factors) {
            return;
        }
        remembered.inplace(|mean| mean * momentum + gradient.clone() * (1.0 - momentum));
        let direction = match nesterov {
            true => gradient * (1.0 - momentum) + remembered.clone() * momentum,
            false => remembered.clone(),
        };
        let change = orthogonal(direction.reshape(sides), iterations).reshape([sides[0] * sides[1]]);
        parameter.values.inplace(|values| values * decay - change * learning_rate);
    }
}

/// Returns nearly the nearest matrix whose singular values are all 1.
///
/// # Shapes
/// - `[rows, columns]` -> `[rows, columns]`
fn orthogonal(matrix: Tensor<2>, iterations: u32) -> Tensor<2> {
    let [rows, columns] = matrix.dims();
    // The smaller of the two Gram matrices is enough.
    let is_tall = rows > columns;
    let matrix = if is_tall { matrix.transpose() } else { matrix };
    let norm = matrix.clone().square().sum().sqrt().clamp_min(LEAST_NORM);
    let mut near = matrix / norm.reshape([1, 1]);
    let [a, b, c] = FACTORS;
    for _ in 0..iterations {
        let gram = near.clone().matmul(near.clone().transpose());
        let change = gram.clone() * b + gram.clone().matmul(gram) * c;
        near = near.clone() * a + change.matmul(near);
    }
    if is_tall { near.transpose() } else { near }
}
