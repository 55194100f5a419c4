//! Tensors of burn whose rank is known only when the program runs.

use burn::tensor::Tensor;

/// A tensor of burn of one to five dimensions.
#[derive(Debug, Clone)]
pub enum Ranked {
    /// A row.
    R1(Tensor<1>),
    /// A matrix.
    R2(Tensor<2>),
    /// Of three dimensions.
    R3(Tensor<3>),
    /// Of four.
    R4(Tensor<4>),
    /// Of five.
    R5(Tensor<5>),
}

/// Does the same to a tensor of any rank, and gives one of the same rank.
macro_rules! each {
    ($value:expr, $t:ident => $body:expr) => {
        match $value {
            $crate::engine::value::Ranked::R1($t) => $crate::engine::value::Ranked::R1($body),
            $crate::engine::value::Ranked::R2($t) => $crate::engine::value::Ranked::R2($body),
            $crate::engine::value::Ranked::R3($t) => $crate::engine::value::Ranked::R3($body),
            $crate::engine::value::Ranked::R4($t) => $crate::engine::value::Ranked::R4($body),
            $crate::engine::value::Ranked::R5($t) => $crate::engine::value::Ranked::R5($body),
        }
    };
}

/// Does the same to a tensor of any rank, and gives whatever comes out.
macro_rules! every {
    ($value:expr, $t:ident => $body:expr) => {
        match $value {
            $crate::engine::value::Ranked::R1($t) => $body,
            $crate::engine::value::Ranked::R2($t) => $body,
            $crate::engine::value::Ranked::R3($t) => $body,
            $crate::engine::value::Ranked::R4($t) => $body,
            $crate::engine::value::Ranked::R5($t) => $body,
        }
    };
}

/// Does the same to two tensors, brought to one rank by dimensions of 1 before the others.
macro_rules! both {
    ($left:expr, $right:expr, $l:ident, $r:ident => $body:expr) => {{
        use $crate::engine::value::Ranked::{R1, R2, R3, R4, R5};
        let rank = $left.shape().len().max($right.shape().len());
        match ($left.lift(rank), $right.lift(rank)) {
            (R1($l), R1($r)) => R1($body),
            (R2($l), R2($r)) => R2($body),
            (R3($l), R3($r)) => R3($body),
            (R4($l), R4($r)) => R4($body),
            (R5($l), R5($r)) => R5($body),
            _ => unreachable!("both were brought to one rank"),
        }
    }};
}

pub(crate) use {both, each, every};

impl Ranked {
    /// Returns its shape.
    pub fn shape(&self) -> Vec<usize> {
        every!(self, t => t.dims().to_vec())
    }

    /// Returns the same numbers in another shape.
    ///
    /// # Panics
    /// When the shape has no dimension or more than five, or does not fit.
    pub fn reshape(self, shape: &[usize]) -> Self {
        every!(self, t => match *shape {
            [a] => Self::R1(t.reshape([a])),
            [a, b] => Self::R2(t.reshape([a, b])),
            [a, b, c] => Self::R3(t.reshape([a, b, c])),
            [a, b, c, d] => Self::R4(t.reshape([a, b, c, d])),
            [a, b, c, d, e] => Self::R5(t.reshape([a, b, c, d, e])),
            _ => panic!("a tensor has one to five dimensions"),
        })
    }

    /// Returns the same with dimensions of 1 before the others, up to a rank.
    pub fn lift(self, rank: usize) -> Self {
        let shape = self.shape();
        if shape.len() == rank {
            return self;
        }
        let lifted: Vec<usize> = std::iter::repeat_n(1, rank - shape.len()).chain(shape).collect();
        self.reshape(&lifted)
    }

    /// Returns it as a matrix.
    pub fn matrix(self) -> Tensor<2> {
        match self {
            Self::R2(tensor) => tensor,
            other => panic!("expected a matrix, found {:?}", other.shape()),
        }
    }

    /// Returns it as a row.
    pub fn row(self) -> Tensor<1> {
        match self {
            Self::R1(tensor) => tensor,
            other => panic!("expected one dimension, found {:?}", other.shape()),
        }
    }

    /// Returns it as pictures: four dimensions.
    pub fn pictures(self) -> Tensor<4> {
        match self {
            Self::R4(tensor) => tensor,
            other => panic!("expected four dimensions, found {:?}", other.shape()),
        }
    }
}
