//! What every operation gives on libtorch it gives elsewhere, and its gradients too.

mod differences;

use burn::tensor::Device;

use super::*;
use crate::engine::device;
use crate::engine::model::{HostTensor, Parameters};
use crate::engine::seed;
use crate::engine::value::recurrence::{CellWeights, layer};
use crate::recipe::model::Cell;
use crate::recipe::run::DeviceChoice;

fn parameter(name: &str, shape: &[usize]) -> (String, HostTensor) {
    let values = seed::normals(&mut seed::stream(3, name), shape.iter().product(), 0.7);
    (name.to_owned(), HostTensor { shape: shape.to_vec(), values })
}

/// Returns the weighed sum of what `compute` makes of parameters, and its gradients, on libtorch and on flex.
fn both(shapes: &[(&str, &[usize])], compute: impl Fn(&tape::Shaped, &Device) -> Value) -> [(f64, Vec<Vec<f32>>); 2] {
    [DeviceChoice::Cpu, DeviceChoice::Flex].map(|choice| {
        let device = device::open(choice, 1).unwrap();
        let parameters = Parameters::from_host(shapes.iter().map(|(name, shape)| parameter(name, shape)), &device);
        let (loss, gradients, ()) = tape::gradients(
            &parameters,
            |_| true,
            |weights| {
                let made = compute(&weights, &device);
                let n = made.shape().iter().product();
                let weights = made.beside(seed::normals(&mut seed::stream(4, "weights"), n, 1.0), &[n]);
                ((made.reshape(&[n]) * weights).sum(), ())
            },
        );
        assert_eq!(gradients.len(), shapes.len(), "every parameter has a gradient");
        (loss, gradients.values().map(|gradient| gradient.try_to_vec_as::<f32>().unwrap()).collect())
    })
}

fn agree(what: &str, shapes: &[(&str, &[usize])], compute: impl Fn(&tape::Shaped, &Device) -> Value) {
    let [(loss, torch), (other, plain)] = both(shapes, compute);
    assert!((loss - other).abs() <= 2e-5 * (1.0 + loss.abs()), "{what}: {loss} {other}");
    for (one, other) in torch.iter().zip(&plain) {
        let size = one.iter().fold(0.0_f32, |size, value| size.max(value.abs()));
        let apart = one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max);
        assert!(apart <= 5e-5 * (size + 1e-3), "{what}: {apart} of {size}");
    }
}

#[test]
fn functions_of_single_numbers_agree() {
    type Function = fn(&Value) -> Value;
    let functions: [(&str, Function); 12] = [
        ("exp", Value::exp),
        ("square", Value::square),
        ("abs", Value::abs),
        ("tanh", Value::tanh),
        ("sigmoid", Value::sigmoid),
        ("relu", Value::relu),
        ("gelu", Value::gelu),
        ("gelu_tanh", Value::gelu_tanh),
        ("silu", Value::silu),
        ("softplus", Value::softplus),
        ("quick_gelu", Value::quick_gelu),
        ("unit_rows", Value::unit_rows),
    ];
    for (name, function) in functions {
        agree(name, &[("x", &[5, 7])], |weights, _| function(&weights["x"]));
    }
    agree("leaky_relu", &[("x", &[9])], |weights, _| weights["x"].leaky_relu(0.2));
    agree("ln and sqrt", &[("x", &[9])], |weights, _| {
        (weights["x"].abs() + 0.1).ln() + (weights["x"].square() + 0.1).sqrt()
    });
}

#[test]
fn sums_and_shares_agree_along_every_dimension() {
    for dimension in [-1, 0, 1, 2] {
        agree("sum_along", &[("x", &[3, 4, 5])], |weights, _| weights["x"].square().sum_along(dimension));
        agree("mean_along", &[("x", &[3, 4, 5])], |weights, _| weights["x"].square().mean_along(dimension));
        agree("softmax", &[("x", &[3, 4, 5])], |weights, _| weights["x"].softmax(dimension));
        agree("log_softmax", &[("x", &[3, 4, 5])], |weights, _| weights["x"].log_softmax(dimension));
    }
}

#[test]
fn smaller_values_are_repeated() {
    let shapes: [(&str, &[usize]); 2] = [("x", &[2, 3, 4]), ("y", &[3, 1])];
    agree("sum", &shapes, |weights, _| &weights["x"] + &weights["y"]);
    agree("difference", &shapes, |weights, _| &weights["y"] - &weights["x"]);
    agree("product", &shapes, |weights, _| &weights["x"] * &weights["y"]);
    agree("quotient", &shapes, |weights, _| &weights["x"] / &(weights["y"].square() + 1.0));
}

#[test]
fn numbers_in_other_places_agree() {
    let x: [(&str, &[usize]); 1] = [("x", &[2, 3, 4])];
    agree("swap", &x, |weights, _| weights["x"].square().swap(0, -1));
    agree("part", &x, |weights, _| weights["x"].part(1, 1, 2));
    agree("reshape", &x, |weights, _| weights["x"].swap(1, 2).reshape(&[4, 6]));
    agree("cat", &x, |weights, _| Value::cat(&[weights["x"].part(2, 0, 2), weights["x"].tanh()], -1));
    agree("expand", &[("x", &[1, 3])], |weights, _| weights["x"].expand(&[5, 3]));
    agree("pick", &x, |weights, device| weights["x"].pick(1, &Ints::new(vec![2, 0, 2, 2], &[4], device)));
    agree("at", &[("x", &[3, 4])], |weights, device| weights["x"].at(&Ints::new(vec![2, 0, 3], &[3], device)));
    agree("rows_of", &[("x", &[6, 4])], |weights, device| {
        Ints::new(vec![5, 0, 1, 5], &[2, 2], device).rows_of(&weights["x"])
    });
}

#[test]
fn products_and_norms_agree() {
    agree("times", &[("x", &[2, 3, 4]), ("y", &[2, 4, 5])], |weights, _| weights["x"].times(&weights["y"]));
    agree("linear", &[("x", &[2, 3, 4]), ("w", &[5, 4]), ("b", &[5])], |weights, _| {
        weights["x"].linear(&weights["w"], Some(&weights["b"]))
    });
    let norm: [(&str, &[usize]); 3] = [("x", &[5, 8]), ("w", &[8]), ("b", &[8])];
    agree("layer_norm", &norm, |weights, _| weights["x"].layer_norm(&weights["w"], &weights["b"], 1e-5));
    agree("rms_norm", &norm[..2], |weights, _| weights["x"].rms_norm(&weights["w"], 1e-5));
    let pictures: [(&str, &[usize]); 3] = [("x", &[4, 3, 2, 5]), ("w", &[3]), ("b", &[3])];
    agree("batch_norm", &pictures, |weights, _| weights["x"].batch_norm(&weights["w"], &weights["b"], None, 1e-5).0);
    agree("batch_norm with statistics", &pictures, |weights, device| {
        let [mean, variance] = [0.3, 1.7].map(|number| Value::full(number, &[3], device));
        weights["x"].batch_norm(&weights["w"], &weights["b"], Some((&mean, &variance)), 1e-5).0
    });
}

#[test]
fn the_statistics_of_a_batch_are_its_mean_and_the_variance_of_a_sample() {
    for choice in [DeviceChoice::Cpu, DeviceChoice::Flex] {
        let device = device::open(choice, 1).unwrap();
        let values = vec![1.0, 2.0, 3.0, 6.0];
        let pictures = Value::new(values, &[2, 1, 1, 2], &device);
        let [one, zero] = [1.0, 0.0].map(|number| Value::full(number, &[1], &device));
        let (mean, variance) = pictures.batch_norm(&one, &zero, None, 1e-5).1.unwrap();
        assert!((mean.number() - 3.0).abs() < 1e-5 && (variance.number() - 14.0 / 3.0).abs() < 1e-4);
    }
}

#[test]
fn convolutions_agree() {
    let shapes: [(&str, &[usize]); 3] = [("x", &[2, 3, 7, 6]), ("w", &[4, 3, 3, 3]), ("b", &[4])];
    for (stride, padding) in [(1, 1), (2, 1), (2, 0)] {
        agree("conv2d", &shapes, |weights, _| weights["x"].conv2d(&weights["w"], Some(&weights["b"]), stride, padding));
    }
    let shapes: [(&str, &[usize]); 3] = [("x", &[2, 3, 4, 3]), ("w", &[3, 5, 4, 4]), ("b", &[5])];
    for (stride, padding) in [(1, 0), (2, 1)] {
        agree("conv_transpose2d", &shapes, |weights, _| {
            weights["x"].conv_transpose2d(&weights["w"], Some(&weights["b"]), stride, padding)
        });
    }
    agree("max_pool2d", &[("x", &[2, 3, 7, 6])], |weights, _| weights["x"].max_pool2d(2));
    agree("mean_of_places", &[("x", &[2, 3, 7, 6])], |weights, _| weights["x"].square().mean_of_places());
}

#[test]
fn attention_agrees_with_every_sight_and_with_groups_of_heads() {
    let shapes: [(&str, &[usize]); 3] = [("q", &[2, 4, 5, 3]), ("k", &[2, 2, 5, 3]), ("v", &[2, 2, 5, 3])];
    for sight in ["all", "causal", "window"] {
        agree(sight, &shapes, |weights, _| {
            let bias = attention::causal_bias(5, 5, 0, Some(2));
            let bias = weights["q"].beside(bias, &[1, 1, 5, 5]);
            let sight = match sight {
                "all" => Sight::All,
                "causal" => Sight::Causal,
                _ => Sight::Bias(&bias),
            };
            attention::joined(&attention::attend(&weights["q"], &weights["k"], &weights["v"], sight))
        });
    }
}

#[test]
fn cells_agree_from_place_to_place() {
    for cell in [Cell::Rnn, Cell::Lstm, Cell::Gru] {
        let gates = cell.gates() as usize * 4;
        let shapes: [(&str, &[usize]); 5] =
            [("x", &[2, 5, 3]), ("input", &[gates, 3]), ("state", &[gates, 4]), ("b1", &[gates]), ("b2", &[gates])];
        agree(&format!("{cell:?}"), &shapes, |weights, _| {
            let own = CellWeights {
                input: weights["input"].clone(),
                state: weights["state"].clone(),
                input_bias: weights["b1"].clone(),
                state_bias: weights["b2"].clone(),
            };
            let (first, state) = layer(cell, &own, &weights["x"].part(1, 0, 2), None);
            let (second, last) = layer(cell, &own, &weights["x"].part(1, 2, 3), Some(&state));
            // In one go or in two: the state is all there is to carry.
            let (whole, _) = layer(cell, &own, &weights["x"], None);
            let apart = (Value::cat(&[first, second], 1) - &whole).detach().to_vec();
            assert!(apart.iter().all(|apart| apart.abs() < 1e-5), "{cell:?}: {apart:?}");
            Value::cat(&[whole.reshape(&[40]), last.hidden.reshape(&[8])], 0)
        });
    }
}

#[test]
fn surprises_agree_and_leave_out_what_does_not_count() {
    let targets = vec![2, losses::IGNORED, 0, 3, 1];
    for smoothing in [0.0, 0.1] {
        for is_weighed in [false, true] {
            agree("surprise", &[("x", &[5, 4])], |weights, device| {
                let class_weights = is_weighed.then(|| Value::new(vec![1.0, 0.5, 2.0, 3.0], &[4], device));
                let targets = Ints::new(targets.clone(), &[5], device);
                let sum = weights["x"].surprise(&targets, class_weights.as_ref(), smoothing).reshape(&[1]);
                let each = weights["x"].surprises(&targets, class_weights.as_ref(), smoothing).sum();
                assert!((sum.number() - each.number()).abs() < 1e-4, "{} {}", sum.number(), each.number());
                sum
            });
        }
    }
}
