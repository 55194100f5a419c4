//! Functions of single numbers, and of all along a dimension.

use burn::tensor::activation;

use crate::engine::value::ranked::{each, every};
use crate::engine::value::{Ints, Ranked, Value, place};

/// Does one thing on libtorch, and another elsewhere.
macro_rules! function {
    ($(#[$doc:meta])* $name:ident, $tensor:ident => $torch:expr, $plain:ident => $burn:expr) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(&self) -> Value {
            match self {
                Value::Torch($tensor) => Value::Torch($torch),
                Value::Plain(tensor) => Value::Plain(each!(tensor.clone(), $plain => $burn)),
            }
        }
    };
}

impl Value {
    function!(/// Returns e to the power of every number.
        exp, t => t.exp(), p => p.exp());
    function!(/// Returns the natural logarithm of every number.
        ln, t => t.log(), p => p.log());
    function!(/// Returns the square root of every number.
        sqrt, t => t.sqrt(), p => p.sqrt());
    function!(/// Returns the square of every number.
        square, t => t.square(), p => p.square());
    function!(/// Returns every number without its sign.
        abs, t => t.abs(), p => p.abs());
    function!(/// Returns the hyperbolic tangent of every number.
        tanh, t => t.tanh(), p => p.tanh());
    function!(/// Returns `1 / (1 + e^-x)` of every number.
        sigmoid, t => t.sigmoid(), p => activation::sigmoid(p));
    function!(/// Returns the positive part of every number (Nair & Hinton 2010).
        relu, t => t.relu(), p => activation::relu(p));
    function!(/// Returns the number times the normal distribution's probability of less (Hendrycks & Gimpel 2016), exactly.
        gelu, t => t.gelu("none"), p => activation::gelu(p));
    function!(/// Returns the same, by its approximation with a hyperbolic tangent, as GPT-2 has it.
        gelu_tanh, t => t.gelu("tanh"), p => activation::gelu_approximate(p));
    function!(/// Returns the number times its sigmoid (Elfwing et al. 2018).
        silu, t => t.silu(), p => activation::silu(p));
    function!(/// Returns `ln(1 + e^x)` of every number.
        softplus, t => t.softplus(), p => activation::softplus(p, 1.0));

    /// Returns the number times the sigmoid of 1.702 of it, as CLIP has it.
    #[must_use]
    pub fn quick_gelu(&self) -> Self {
        self * (self * 1.702).sigmoid()
    }

    /// Returns the positive part of every number, and a share of the negative one.
    #[must_use]
    pub fn leaky_relu(&self, share: f64) -> Self {
        self.relu() * (1.0 - share) + self * share
    }

    /// Returns the sum of all numbers: `[1]`.
    #[must_use]
    pub fn sum(&self) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.sum(tensor.kind())),
            Self::Plain(tensor) => Self::Plain(Ranked::R1(every!(tensor.clone(), t => t.sum()))),
        }
    }

    /// Returns the sums along a dimension, which becomes 1.
    #[must_use]
    pub fn sum_along(&self, dimension: i64) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.sum_dim_intlist([dimension].as_slice(), true, tensor.kind())),
            Self::Plain(tensor) => {
                let along = place(dimension, self.shape().len());
                Self::Plain(each!(tensor.clone(), t => t.sum_dim(along)))
            }
        }
    }

    /// Returns the means along a dimension, which becomes 1.
    #[must_use]
    pub fn mean_along(&self, dimension: i64) -> Self {
        self.sum_along(dimension) / self.side(dimension) as f64
    }

    /// Returns shares that add up to 1 along a dimension.
    #[must_use]
    pub fn softmax(&self, dimension: i64) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.softmax(dimension, tensor.kind())),
            Self::Plain(tensor) => {
                let along = place(dimension, self.shape().len());
                Self::Plain(each!(tensor.clone(), t => activation::softmax(t, along)))
            }
        }
    }

    /// Returns the logarithms of such shares.
    #[must_use]
    pub fn log_softmax(&self, dimension: i64) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.log_softmax(dimension, tensor.kind())),
            Self::Plain(tensor) => {
                let along = place(dimension, self.shape().len());
                Self::Plain(each!(tensor.clone(), t => activation::log_softmax(t, along)))
            }
        }
    }

    /// Returns where the first of the largest numbers of every row stands.
    ///
    /// # Shapes
    /// - `[N, C]` -> `[N]`
    pub fn argmax(&self) -> Ints {
        match self {
            Self::Torch(tensor) => Ints::Torch(tensor.argmax(-1, false)),
            Self::Plain(tensor) => {
                let rows = self.shape()[0];
                Ints::Plain(tensor.clone().matrix().argmax(1).reshape([rows]), vec![rows])
            }
        }
    }

    /// Scales every row to a length of 1.
    ///
    /// # Shapes
    /// - `[N, D]` -> `[N, D]`
    #[must_use]
    pub fn unit_rows(&self) -> Self {
        self / ((self.square().sum_along(-1)) + 1e-24).sqrt()
    }
}
