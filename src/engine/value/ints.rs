//! Whole numbers: tokens, classes and places.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::engine::torch::raw_int;
use crate::engine::value::{Value, wide};

/// A tensor of whole numbers, which has no gradient.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "few of them live at once, and each is a handle to numbers elsewhere")]
pub enum Ints {
    /// On libtorch.
    Torch(tch::Tensor),
    /// On another backend: in a row, and their shape.
    Plain(Tensor<1, Int>, Vec<usize>),
}

impl Clone for Ints {
    /// Returns another handle to the same numbers.
    fn clone(&self) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.shallow_clone()),
            Self::Plain(tensor, shape) => Self::Plain(tensor.clone(), shape.clone()),
        }
    }
}

impl Ints {
    /// Copies numbers to a device.
    ///
    /// # Panics
    /// When the shape does not fit the numbers.
    pub fn new(values: Vec<i64>, shape: &[usize], device: &Device) -> Self {
        assert_eq!(values.len(), shape.iter().product::<usize>(), "the shape fits the numbers");
        let n = values.len();
        let flat: Tensor<1, Int> = Tensor::from_data(TensorData::new(values, [n]), device);
        match raw_int(&flat) {
            Some(tensor) => Self::Torch(tensor.view(wide(shape).as_slice())),
            None => Self::Plain(flat, shape.to_vec()),
        }
    }

    /// Returns where they live, away from libtorch.
    ///
    /// # Panics
    /// When they live on libtorch, whose devices have other names.
    pub(crate) fn device(&self) -> Device {
        match self {
            Self::Plain(tensor, _) => tensor.device(),
            Self::Torch(_) => unreachable!("nobody asks libtorch for a device of burn"),
        }
    }

    /// Returns its shape.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Self::Torch(tensor) => tensor.size().into_iter().map(|side| side as usize).collect(),
            Self::Plain(_, shape) => shape.clone(),
        }
    }

    /// Returns the same numbers in another shape.
    pub fn reshape(&self, shape: &[usize]) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.reshape(wide(shape).as_slice())),
            Self::Plain(tensor, _) => Self::Plain(tensor.clone(), shape.to_vec()),
        }
    }

    /// Copies its numbers to the host, row by row.
    pub fn to_vec(&self) -> Vec<i64> {
        match self {
            Self::Torch(tensor) => Vec::try_from(tensor.contiguous().view([-1])).expect("whole numbers are of 64 bits"),
            Self::Plain(tensor, _) => tensor.try_to_vec_as::<i64>().expect("whole numbers are of 64 bits"),
        }
    }

    /// Returns how many of them equal their counterparts.
    pub fn n_equal(&self, others: &Self) -> u64 {
        if let (Self::Torch(own), Self::Torch(others)) = (self, others) {
            return own.eq_tensor(others).sum(tch::Kind::Int64).int64_value(&[]).unsigned_abs();
        }
        self.to_vec().iter().zip(others.to_vec()).filter(|(one, other)| **one == *other).count() as u64
    }

    /// Returns the rows of a table that the numbers name.
    ///
    /// # Shapes
    /// - table: `[V, D]`, numbers: `[…]` -> `[…, D]`
    pub fn rows_of(&self, table_VD: &Value) -> Value {
        let mut shape = self.shape();
        shape.push(table_VD.side(-1));
        match (self, table_VD) {
            (Self::Torch(numbers), Value::Torch(table)) => {
                Value::Torch(tch::Tensor::embedding(table, numbers, -1, false, false))
            }
            (Self::Plain(numbers, _), Value::Plain(table)) => {
                let numbers = numbers.clone().unsqueeze::<2>();
                let rows = burn::tensor::module::embedding(table.clone().matrix(), numbers);
                Value::Plain(crate::engine::value::Ranked::R3(rows).reshape(&shape))
            }
            _ => unreachable!("all of a network lives on one backend"),
        }
    }
}
