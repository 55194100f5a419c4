//! The same numbers in other places.

use burn::tensor::Tensor;

use crate::engine::value::ranked::{each, every};
use crate::engine::value::{Ints, Ranked, Value, place, wide};

impl Value {
    /// Returns the same numbers in another shape.
    #[must_use]
    pub fn reshape(&self, shape: &[usize]) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.reshape(wide(shape).as_slice())),
            Self::Plain(tensor) => Self::Plain(tensor.clone().reshape(shape)),
        }
    }

    /// Exchanges two dimensions; negative ones count from the last.
    #[must_use]
    pub fn swap(&self, one: i64, other: i64) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.transpose(one, other)),
            Self::Plain(tensor) => {
                let rank = self.shape().len();
                let (one, other) = (place(one, rank), place(other, rank));
                Self::Plain(each!(tensor.clone(), t => t.swap_dims(one, other)))
            }
        }
    }

    /// Returns a part of a dimension.
    #[must_use]
    pub fn part(&self, dimension: i64, start: usize, length: usize) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.narrow(dimension, start as i64, length as i64)),
            Self::Plain(tensor) => {
                let along = place(dimension, self.shape().len());
                Self::Plain(each!(tensor.clone(), t => t.narrow(along, start, length)))
            }
        }
    }

    /// Cuts a dimension into parts of one length.
    pub fn parts<const N: usize>(&self, dimension: i64) -> [Self; N] {
        let length = self.side(dimension) / N;
        std::array::from_fn(|n| self.part(dimension, n * length, length))
    }

    /// Returns values one behind the other along a dimension.
    ///
    /// # Panics
    /// When there are none.
    pub fn cat(values: &[Self], dimension: i64) -> Self {
        let rank = values[0].shape().len();
        let along = place(dimension, rank);
        match &values[0] {
            Self::Torch(_) => {
                let torch = |value: &Self| match value {
                    Self::Torch(tensor) => tensor.shallow_clone(),
                    Self::Plain(_) => unreachable!("all of a network lives on one backend"),
                };
                Self::Torch(tch::Tensor::cat(&values.iter().map(torch).collect::<Vec<_>>(), dimension))
            }
            Self::Plain(first) => {
                fn all<const D: usize>(values: &[Value], pick: impl Fn(Ranked) -> Option<Tensor<D>>) -> Vec<Tensor<D>> {
                    let plain = |value: &Value| match value {
                        Value::Plain(tensor) => pick(tensor.clone()).expect("all have one rank"),
                        Value::Torch(_) => unreachable!("all of a network lives on one backend"),
                    };
                    values.iter().map(plain).collect()
                }
                macro_rules! joined {
                    ($kind:ident) => {
                        Ranked::$kind(Tensor::cat(
                            all(values, |ranked| if let Ranked::$kind(t) = ranked { Some(t) } else { None }),
                            along,
                        ))
                    };
                }
                Self::Plain(match first {
                    Ranked::R1(_) => joined!(R1),
                    Ranked::R2(_) => joined!(R2),
                    Ranked::R3(_) => joined!(R3),
                    Ranked::R4(_) => joined!(R4),
                    Ranked::R5(_) => joined!(R5),
                })
            }
        }
    }

    /// Repeats dimensions of 1 up to a shape of the same rank.
    #[must_use]
    pub fn expand(&self, shape: &[usize]) -> Self {
        match self {
            Self::Torch(tensor) => Self::Torch(tensor.expand(wide(shape).as_slice(), false)),
            Self::Plain(tensor) => Self::Plain(match (tensor.clone(), shape) {
                (Ranked::R1(t), &[a]) => Ranked::R1(t.expand([a])),
                (Ranked::R2(t), &[a, b]) => Ranked::R2(t.expand([a, b])),
                (Ranked::R3(t), &[a, b, c]) => Ranked::R3(t.expand([a, b, c])),
                (Ranked::R4(t), &[a, b, c, d]) => Ranked::R4(t.expand([a, b, c, d])),
                (Ranked::R5(t), &[a, b, c, d, e]) => Ranked::R5(t.expand([a, b, c, d, e])),
                (tensor, shape) => panic!("{:?} cannot become {shape:?}", tensor.shape()),
            }),
        }
    }

    /// Returns the parts of a dimension that numbers name, in their order.
    ///
    /// # Shapes
    /// - numbers: `[N]` -> the dimension has a length of N
    #[must_use]
    pub fn pick(&self, dimension: i64, numbers: &Ints) -> Self {
        match (self, numbers) {
            (Self::Torch(tensor), Ints::Torch(numbers)) => Self::Torch(tensor.index_select(dimension, numbers)),
            (Self::Plain(tensor), Ints::Plain(numbers, _)) => {
                let along = place(dimension, self.shape().len());
                Self::Plain(each!(tensor.clone(), t => t.select(along, numbers.clone())))
            }
            _ => unreachable!("all of a network lives on one backend"),
        }
    }

    /// Returns the number of every row that its own whole number names.
    ///
    /// # Shapes
    /// - `[N, C]`, numbers: `[N]` -> `[N]`
    #[must_use]
    pub fn at(&self, numbers_N: &Ints) -> Self {
        let rows = self.shape()[0];
        match (self, numbers_N) {
            (Self::Torch(tensor), Ints::Torch(numbers)) => {
                Self::Torch(tensor.gather(1, &numbers.view([-1, 1]), false).view([-1]))
            }
            (Self::Plain(tensor), Ints::Plain(numbers, _)) => {
                let numbers = numbers.clone().reshape([rows, 1]);
                Self::Plain(Ranked::R1(tensor.clone().matrix().gather(1, numbers).reshape([rows])))
            }
            _ => unreachable!("all of a network lives on one backend"),
        }
    }

    /// Returns the rank.
    pub fn rank(&self) -> usize {
        match self {
            Self::Torch(tensor) => tensor.dim(),
            Self::Plain(tensor) => every!(tensor, t => t.dims().len()),
        }
    }
}
