//! Values: tensors of any rank, on libtorch with its own kernels and tape, or on any other backend with burn's.
//!
//! Every network and every loss is written once, over these. Where tensors live on libtorch its fused kernels run, forward and
//! backward: burn would break attention, norms and cross-entropy into small operations and keep what lies between them. Elsewhere
//! the same function is made of burn's plain operations; tests hold both, and PyTorch, against each other.
//!
//! **Invariant:** no tensor with libtorch's tape leaves the engine; shapes are checked by those who build networks, so that an
//! operation that does not fit is a bug.

#![expect(non_snake_case, reason = "tensor names carry the letters of their shapes")]

pub mod ranked;
pub mod ints;
pub mod operators;
pub mod functions;
pub mod shaping;
pub mod products;
pub mod norms;
pub mod convolution;
pub mod attention;
pub mod recurrence;
pub mod losses;
pub mod tape;
#[cfg(test)]
mod tests;

use burn::tensor::{Device, Tensor, TensorData};

use crate::engine::torch::{raw, wrap};
pub use attention::Sight;
pub use ints::Ints;
pub(crate) use ranked::{Ranked, each};

/// A tensor of floats.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "few of them live at once, and each is a handle to numbers elsewhere")]
pub enum Value {
    /// On libtorch.
    Torch(tch::Tensor),
    /// On another backend.
    Plain(Ranked),
}

impl Clone for Value {
    /// Returns another handle to the same numbers.
    fn clone(&self) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.shallow_clone()),
            Self::Plain(tensor) => Self::Plain(tensor.clone()),
        }
    }
}

/// Returns a shape as libtorch wants it.
pub(crate) fn wide(shape: &[usize]) -> Vec<i64> {
    shape.iter().map(|side| *side as i64).collect()
}

impl Value {
    /// Copies numbers to a device.
    ///
    /// # Panics
    /// When the shape does not fit the numbers.
    pub fn new(values: Vec<f32>, shape: &[usize], device: &Device) -> Self {
        let n = values.len();
        Self::of_flat(&Tensor::from_data(TensorData::new(values, [n]), device), shape)
    }

    /// Returns a tensor of one number.
    pub fn full(number: f32, shape: &[usize], device: &Device) -> Self {
        Self::new(vec![number; shape.iter().product()], shape, device)
    }

    /// Returns the numbers of a flat tensor without a tape, in a shape.
    pub fn of_flat(flat: &Tensor<1>, shape: &[usize]) -> Self {
        // A single number without dimensions is a row of one here.
        let shape = if shape.is_empty() { &[1] } else { shape };
        match raw(flat) {
            Some(tensor) => Self::Torch(tensor.view(wide(shape).as_slice())),
            None => Self::Plain(Ranked::R1(flat.clone()).reshape(shape)),
        }
    }

    /// Returns the numbers in a row, without a tape.
    pub fn into_flat(self) -> Tensor<1> {
        match self {
            Self::Torch(tensor) => wrap(tensor.detach().contiguous().view([-1])),
            Self::Plain(tensor) => {
                let n = tensor.shape().iter().product();
                let Ranked::R1(flat) = tensor.reshape(&[n]) else { unreachable!("it was given one dimension") };
                // What is on a tape comes off it; what is on none stays.
                flat.inner_of_tape()
            }
        }
    }

    /// Returns its shape.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Self::Torch(tensor) => tensor.size().into_iter().map(|side| side as usize).collect(),
            Self::Plain(tensor) => tensor.shape(),
        }
    }

    /// Returns the length of a dimension; negative ones count from the last.
    pub fn side(&self, dimension: i64) -> usize {
        let shape = self.shape();
        shape[place(dimension, shape.len())]
    }

    /// Copies its numbers to the host, row by row.
    pub fn to_vec(&self) -> Vec<f32> {
        self.clone().into_flat().try_to_vec_as::<f32>().expect("values are 32-bit floats")
    }

    /// Returns its only number.
    pub fn number(&self) -> f64 {
        match self {
            Self::Torch(tensor) => tensor.double_value(&[]),
            Self::Plain(_) => f64::from(self.to_vec()[0]),
        }
    }

    /// Returns the same numbers, off the tape: no gradient goes further back.
    pub fn detach(&self) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.detach()),
            Self::Plain(tensor) => Self::Plain(each!(tensor.clone(), t => t.detach())),
        }
    }
}

/// Returns a dimension counted from the first.
pub(crate) fn place(dimension: i64, rank: usize) -> usize {
    if dimension < 0 { (rank as i64 + dimension) as usize } else { dimension as usize }
}

/// Takes a tensor off burn's tape.
trait OffTape {
    fn inner_of_tape(self) -> Self;
}

impl OffTape for Tensor<1> {
    fn inner_of_tape(self) -> Self {
        if self.is_autodiff() { self.inner() } else { self }
    }
}
