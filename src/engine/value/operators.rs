//! Sums, differences, products and quotients; a dimension of 1 is repeated.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::engine::value::Value;
use crate::engine::value::ranked::{both, each};

macro_rules! operator {
    ($trait:ident, $method:ident, $symbol:tt) => {
        impl $trait<&Value> for &Value {
            type Output = Value;

            fn $method(self, other: &Value) -> Value {
                match (self, other) {
                    (Value::Torch(left), Value::Torch(right)) => Value::Torch(left $symbol right),
                    (Value::Plain(left), Value::Plain(right)) => {
                        let (left, right) = (left.clone(), right.clone());
                        Value::Plain(both!(left, right, l, r => l $symbol r))
                    }
                    _ => unreachable!("all of a network lives on one backend"),
                }
            }
        }

        impl $trait<Value> for Value {
            type Output = Value;

            fn $method(self, other: Value) -> Value {
                &self $symbol &other
            }
        }

        impl $trait<&Value> for Value {
            type Output = Value;

            fn $method(self, other: &Value) -> Value {
                &self $symbol other
            }
        }

        impl $trait<Value> for &Value {
            type Output = Value;

            fn $method(self, other: Value) -> Value {
                self $symbol &other
            }
        }

        impl $trait<f64> for &Value {
            type Output = Value;

            fn $method(self, number: f64) -> Value {
                match self {
                    Value::Torch(tensor) => Value::Torch(tensor $symbol number),
                    Value::Plain(tensor) => Value::Plain(each!(tensor.clone(), t => t $symbol number)),
                }
            }
        }

        impl $trait<f64> for Value {
            type Output = Value;

            fn $method(self, number: f64) -> Value {
                &self $symbol number
            }
        }
    };
}

operator!(Add, add, +);
operator!(Sub, sub, -);
operator!(Mul, mul, *);
operator!(Div, div, /);

impl Neg for Value {
    type Output = Self;

    fn neg(self) -> Self {
        &self * -1.0
    }
}
