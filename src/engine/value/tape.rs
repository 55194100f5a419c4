//! Gradients: parameters as the leaves of a tape, and what comes off it.

use std::collections::BTreeMap;

#[cfg(test)]
use burn::tensor::Device;
use burn::tensor::Tensor;

use crate::engine::model::{Gradients, Parameters, Pass, recompute};
use crate::engine::torch::{raw, wrap};
use crate::engine::value::{Ranked, Value, wide};

/// The parameters in their shapes, by name.
pub type Shaped = BTreeMap<String, Value>;

/// A trainable parameter on a tape, flat.
#[expect(clippy::large_enum_variant, reason = "few of them live at once, and each is a handle to numbers elsewhere")]
enum Leaf {
    Torch(tch::Tensor),
    Plain(Tensor<1>),
}

/// Returns the parameters in their shapes, off every tape.
pub fn shaped(parameters: &Parameters) -> Shaped {
    let value = |(name, parameter): (&String, &crate::engine::model::Parameter)| {
        (name.clone(), Value::of_flat(&parameter.values, &parameter.shape))
    };
    parameters.iter().map(value).collect()
}

/// Computes without recording anything for gradients.
pub fn without<T>(compute: impl FnOnce() -> T) -> T {
    tch::no_grad(compute)
}

/// Computes a loss from the parameters, and its gradients by those of them that are trainable and `is_meant`.
///
/// What else `compute` gives is handed on; a parameter the loss does not depend on has no gradient.
#[cfg(test)]
pub fn gradients<T>(
    parameters: &Parameters,
    is_meant: impl Fn(&str) -> bool,
    compute: impl FnOnce(Shaped) -> (Value, T),
) -> (f64, Gradients, T) {
    let with_pass = |shaped: Shaped| {
        let (loss, beside) = compute(shaped);
        (loss, Pass::measuring(&Parameters::default(), &Device::flex()), beside)
    };
    let (loss, gradients, _, beside) = gradients_of_pass(parameters, is_meant, with_pass);
    (loss, gradients, beside)
}

/// Does the same with a pass over a network, some of whose blocks may have to be computed once more; the pass is handed back.
pub fn gradients_of_pass<T>(
    parameters: &Parameters,
    is_meant: impl Fn(&str) -> bool,
    compute: impl FnOnce(Shaped) -> (Value, Pass, T),
) -> (f64, Gradients, Pass, T) {
    let (mut shaped, mut leaves) = (Shaped::new(), Vec::new());
    for (name, parameter) in parameters.iter() {
        let value = if parameter.is_trainable && is_meant(name) {
            let (leaf, value) = leaf(&parameter.values, &parameter.shape);
            leaves.push((name.clone(), leaf));
            value
        } else {
            Value::of_flat(&parameter.values, &parameter.shape)
        };
        shaped.insert(name.clone(), value);
    }
    let (loss, pass, beside) = tch::with_grad(|| compute(shaped));
    let number = loss.number();
    let gradients = match loss {
        Value::Torch(loss) => off_torch(&pass, &loss, leaves),
        Value::Plain(loss) => {
            let mut tape = loss.row().backward();
            let taken = |(name, leaf)| match leaf {
                Leaf::Plain(leaf) => Some((name, leaf.grad_remove(&mut tape)?)),
                Leaf::Torch(_) => None,
            };
            leaves.into_iter().filter_map(taken).collect()
        }
    };
    (number, gradients, pass, beside)
}

fn leaf(values: &Tensor<1>, shape: &[usize]) -> (Leaf, Value) {
    let shape = if shape.is_empty() { &[1] } else { shape };
    match raw(values) {
        Some(tensor) => {
            let flat = tensor.detach().set_requires_grad(true);
            let value = tch::with_grad(|| flat.view(wide(shape).as_slice()));
            (Leaf::Torch(flat), Value::Torch(value))
        }
        None => {
            let flat = values.clone().autodiff().require_grad();
            (Leaf::Plain(flat.clone()), Value::Plain(Ranked::R1(flat).reshape(shape)))
        }
    }
}

fn off_torch(pass: &Pass, loss: &tch::Tensor, leaves: Vec<(String, Leaf)>) -> Gradients {
    let torch = |(name, leaf)| match leaf {
        Leaf::Torch(leaf) => Some((name, leaf)),
        Leaf::Plain(_) => None,
    };
    let (names, leaves): (Vec<String>, Vec<tch::Tensor>) = leaves.into_iter().filter_map(torch).unzip();
    let gradients = recompute::back(pass, loss, &leaves);
    names.into_iter().zip(gradients).filter_map(|(name, gradient)| Some((name, wrap(gradient?)))).collect()
}
