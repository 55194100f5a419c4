//! Adafactor (Shazeer & Stern 2018): the second moments of a matrix from the means of its rows and columns, updates clipped.
//!
//! A parameter of more than two dimensions is taken as a matrix of its first dimension and all others together, those of
//! length 1 aside: of the kernels of a convolution far less is kept so than of each little kernel on its own.

use burn::tensor::Tensor;

use crate::engine::model::Parameter;
use crate::engine::torch::adafactor as torch;

/// The least size of a parameter that its learning rate is a share of.
pub const LEAST_SIZE: f64 = 1e-3;

/// The rule, and the moments of one parameter, each flat.
#[derive(Debug, Clone)]
pub struct Adafactor {
    /// The decoupled weight decay.
    pub weight_decay: f64,
    /// How fast the second moments forget less.
    pub decay_exponent: f64,
    /// What is added to the squares of the gradients.
    pub epsilon: f64,
    /// The largest root mean square of an update.
    pub clip_threshold: f64,
    /// Whether the learning rate is a share of the size of the parameter.
    pub scale_parameter: bool,
    /// The decay of the first moment.
    pub beta_1: f64,
    /// The running mean of the update; nothing without a first moment.
    pub first: Option<Tensor<1>>,
    /// The running means of the squares.
    pub second: Second,
}

/// The running means of the squares of a gradient.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "few of them live at once, and each is a handle to numbers elsewhere")]
pub enum Second {
    /// Of every number.
    Whole(Tensor<1>),
    /// Of the rows and of the columns of a matrix.
    Factored {
        /// A mean for each row.
        rows: Tensor<1>,
        /// A mean for each column.
        columns: Tensor<1>,
    },
}

/// Returns the rows and columns of a parameter that is a matrix.
fn sides(shape: &[usize]) -> Option<[usize; 2]> {
    let long: Vec<usize> = shape.iter().copied().filter(|length| *length > 1).collect();
    (long.len() > 1).then(|| [long[0], long[1..].iter().product()])
}

impl Adafactor {
    /// Returns the moments of a parameter that has seen no gradient; the rule's other numbers are still to be said.
    pub fn new(parameter: &Parameter, beta_1: f64) -> Self {
        let zeros = |n: usize| Tensor::zeros([n], &parameter.values.device());
        let n = parameter.values.dims()[0];
        let second = match sides(&parameter.shape) {
            Some([rows, columns]) => Second::Factored { rows: zeros(rows), columns: zeros(columns) },
            None => Second::Whole(zeros(n)),
        };
        Self {
            weight_decay: 0.0,
            decay_exponent: 0.8,
            epsilon: 0.0,
            clip_threshold: 1.0,
            scale_parameter: false,
            beta_1,
            first: (beta_1 > 0.0).then(|| zeros(n)),
            second,
        }
    }

    /// Changes a parameter by one step along its gradient.
    pub fn step(&mut self, parameter: &mut Parameter, gradient: Tensor<1>, step: u64, learning_rate: f64) {
        // At the first step nothing is kept of the zeros, so that no correction is needed.
        let kept = 1.0 - (step as f64).powf(-self.decay_exponent);
        let decay = 1.0 - learning_rate * self.weight_decay;
        if torch::step(&parameter.values, self, &gradient, torch::Factors { kept, learning_rate, decay }) {
            return;
        }
        let squares = gradient.clone().square() + self.epsilon;
        let update = match &mut self.second {
            Second::Whole(mean) => {
                mean.inplace(|mean| mean * kept + squares * (1.0 - kept));
                gradient / mean.clone().sqrt()
            }
            Second::Factored { rows, columns } => {
                let [n_rows, n_columns] = [rows.dims()[0], columns.dims()[0]];
                let squares = squares.reshape([n_rows, n_columns]);
                let of_rows = squares.clone().mean_dim(1).reshape([n_rows]);
                let of_columns = squares.mean_dim(0).reshape([n_columns]);
                rows.inplace(|mean| mean * kept + of_rows * (1.0 - kept));
                columns.inplace(|mean| mean * kept + of_columns * (1.0 - kept));
                let share = (rows.clone() / rows.clone().mean()).sqrt().reshape([n_rows, 1]);
                let size = columns.clone().sqrt().reshape([1, n_columns]);
                (gradient.reshape([n_rows, n_columns]) / share / size).reshape([n_rows * n_columns])
            }
        };
        let excess = (update.clone().square().mean().sqrt() / self.clip_threshold).clamp_min(1.0);
        let mut change = update / excess * learning_rate;
        if self.scale_parameter {
            change = change * parameter.values.clone().square().mean().sqrt().clamp_min(LEAST_SIZE);
        }
        if let Some(first) = &mut self.first {
            first.inplace(|mean| mean * self.beta_1 + change * (1.0 - self.beta_1));
            change = first.clone();
        }
        parameter.values.inplace(|values| values * decay - change);
    }

    /// Returns the moments, and what they are called in checkpoints.
    pub fn parts(&self) -> Vec<(&'static str, &Tensor<1>)> {
        let second = match &self.second {
            Second::Whole(mean) => vec![("second", mean)],
            Second::Factored { rows, columns } => vec![("rows", rows), ("columns", columns)],
        };
        self.first.iter().map(|first| ("first", first)).chain(second).collect()
    }

    /// Returns the same to be replaced.
    pub fn parts_mut(&mut self) -> Vec<(&'static str, &mut Tensor<1>)> {
        let second = match &mut self.second {
            Second::Whole(mean) => vec![("second", mean)],
            Second::Factored { rows, columns } => vec![("rows", rows), ("columns", columns)],
        };
        self.first.iter_mut().map(|first| ("first", first)).chain(second).collect()
    }
}
