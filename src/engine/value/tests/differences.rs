//! The gradients of every operation that is put together of others, against differences of its own values.
//!
//! The differences are taken in double precision, where they are good to nine digits; the gradients are held against them on libtorch
//! in the same precision, and on flex in the precision of a training. Shapes are drawn, and so are numbers.

use burn::tensor::Device;
use proptest::prelude::{ProptestConfig, Strategy, any, proptest};

use crate::engine::device;
use crate::engine::model::{HostTensor, Parameters};
use crate::engine::objective::contrast::nt_xent;
use crate::engine::objective::guide::divergence;
use crate::engine::seed;
use crate::engine::value::attention::{self, Sight};
use crate::engine::value::recurrence::{CellState, CellWeights, layer};
use crate::engine::value::{Value, losses, tape, wide};
use crate::recipe::model::Cell;
use crate::recipe::run::DeviceChoice;

/// The sides of what is computed.
#[derive(Debug, Clone, Copy)]
struct Sides {
    batch: usize,
    places: usize,
    width: usize,
    groups: usize,
}

fn sides() -> impl Strategy<Value = Sides> {
    let sides = (1..4usize, 2..5usize, 2..5usize, 1..3usize);
    sides.prop_map(|(batch, places, width, groups)| Sides { batch, places, width, groups })
}

/// An operation: its name, the shapes of what it reads, and what it makes of these.
type Operation = (&'static str, fn(Sides) -> Vec<Vec<usize>>, fn(&[Value], Sides) -> Value);

/// Returns numbers that do not learn, where a value lives and in its precision.
fn constant(beside: &Value, values: Vec<f32>, shape: &[usize]) -> Value {
    match beside {
        Value::Torch(tensor) => {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            Value::Torch(tch::Tensor::from_slice(&values).to_kind(tensor.kind()).view(wide(shape).as_slice()))
        }
        Value::Plain(_) => beside.beside(values, shape),
    }
}

/// Returns a target of every row but the second, which does not count.
fn targets(x: &Value) -> crate::engine::value::Ints {
    let (rows, classes) = (x.shape()[0], x.side(-1));
    let target = |row: usize| if row == 1 { losses::IGNORED } else { ((row * 5 + 1) % classes) as i64 };
    x.ints_beside((0..rows).map(target).collect(), &[rows])
}

fn rows(of: Sides) -> Vec<Vec<usize>> {
    vec![vec![of.batch * of.places, of.width]]
}

fn norm(of: Sides) -> Vec<Vec<usize>> {
    vec![vec![of.batch, of.places, of.width], vec![of.width], vec![of.width]]
}

fn pictures(of: Sides) -> Vec<Vec<usize>> {
    vec![vec![of.batch + 1, of.groups, of.places, of.width], vec![of.groups], vec![of.groups]]
}

/// Queries of two heads for every group, keys and values.
fn heads(of: Sides) -> Vec<Vec<usize>> {
    let Sides { batch, places, width, groups } = of;
    let keys = vec![batch, groups, places, width];
    vec![vec![batch, 2 * groups, places, width], keys.clone(), keys]
}

fn cell(of: Sides, cell: Cell) -> Vec<Vec<usize>> {
    let Sides { batch, places, width, groups } = of;
    let gates = cell.gates() as usize * width;
    let state = vec![batch, width];
    let read = [vec![batch, places, groups], vec![gates, groups], vec![gates, width], vec![gates], vec![gates]];
    read.into_iter().chain([state.clone(), state]).collect()
}

/// Reads a sequence with a layer; what it gave and its last state, side by side.
fn through(x: &[Value], cell: Cell) -> Value {
    let weights =
        CellWeights { input: x[1].clone(), state: x[2].clone(), input_bias: x[3].clone(), state_bias: x[4].clone() };
    let first = CellState { hidden: x[5].clone(), memory: (cell == Cell::Lstm).then(|| x[6].clone()) };
    let (gave, CellState { hidden, memory }) = layer(cell, &weights, &x[0], Some(&first));
    // Who has no memory is given one all the same, so that all of them read as much.
    let memory = memory.unwrap_or_else(|| x[6].square());
    let flat = |value: &Value| value.reshape(&[value.shape().iter().product()]);
    Value::cat(&[flat(&gave), flat(&hidden), flat(&memory)], 0)
}

fn attended(x: &[Value], sight: Sight<'_>) -> Value {
    attention::joined(&attention::attend(&x[0], &x[1], &x[2], sight))
}

/// Returns what hides places further back than two.
fn window(x: &[Value], of: Sides) -> Value {
    let Sides { places, .. } = of;
    constant(&x[0], attention::causal_bias(places, places, 0, Some(2)), &[1, 1, places, places])
}

fn class_weights(x: &Value) -> Value {
    let classes = x.side(-1);
    constant(x, (0..classes).map(|class| 0.5 + class as f32).collect(), &[classes])
}

fn operations() -> Vec<Operation> {
    vec![
        ("quick_gelu", rows, |x, _| x[0].quick_gelu()),
        ("leaky_relu", rows, |x, _| x[0].leaky_relu(0.2)),
        ("sums and means", norm, |x, _| x[0].square().sum_along(1) * x[0].tanh().mean_along(-1) * &x[1] + &x[2]),
        ("shares", rows, |x, _| x[0].softmax(0) + x[0].log_softmax(-1)),
        ("unit_rows", rows, |x, _| x[0].unit_rows()),
        ("smaller values", norm, |x, _| (&x[0] / &(x[1].square() + 1.0) - &x[2]) * &x[1]),
        ("layer_norm", norm, |x, _| x[0].layer_norm(&x[1], &x[2], 1e-5)),
        ("rms_norm", norm, |x, _| x[0].rms_norm(&x[1], 1e-5) + &x[2]),
        ("batch_norm", pictures, |x, _| x[0].batch_norm(&x[1], &x[2], None, 1e-5).0),
        ("batch_norm with statistics", pictures, |x, of| {
            let [mean, variance] = [0.3, 1.7].map(|number| constant(&x[0], vec![number; of.groups], &[of.groups]));
            x[0].batch_norm(&x[1], &x[2], Some((&mean, &variance)), 1e-5).0
        }),
        ("mean_of_places", pictures, |x, _| x[0].square().mean_of_places() * &x[1] + &x[2]),
        (
            "conv2d",
            |of| vec![vec![of.batch, 2, 5, 4], vec![of.width, 2, 3, 3], vec![of.width]],
            |x, _| x[0].conv2d(&x[1], Some(&x[2]), 2, 1),
        ),
        (
            "conv_transpose2d",
            |of| vec![vec![of.batch, 2, 3, 2], vec![2, of.width, 4, 4], vec![of.width]],
            |x, _| x[0].conv_transpose2d(&x[1], Some(&x[2]), 2, 1),
        ),
        ("max_pool2d", |of| vec![vec![of.batch, of.groups, 5, 4]], |x, _| x[0].max_pool2d(2)),
        (
            "heads",
            |of| vec![vec![of.batch * of.places, 2 * of.width]],
            |x, of| attention::heads(&x[0], of.batch, 2).square(),
        ),
        ("attention to all", heads, |x, _| attended(x, Sight::All)),
        ("causal attention", heads, |x, _| attended(x, Sight::Causal)),
        ("attention through a window", heads, |x, of| attended(x, Sight::Bias(&window(x, of)))),
        ("attention by shares", heads, |x, of| {
            attention::mix(&attention::shares(&x[0], &x[1], Sight::Bias(&window(x, of))), &x[2])
        }),
        ("rnn", |of| cell(of, Cell::Rnn), |x, _| through(x, Cell::Rnn)),
        ("lstm", |of| cell(of, Cell::Lstm), |x, _| through(x, Cell::Lstm)),
        ("gru", |of| cell(of, Cell::Gru), |x, _| through(x, Cell::Gru)),
        ("surprise", rows, |x, _| x[0].surprise(&targets(&x[0]), Some(&class_weights(&x[0])), 0.1).reshape(&[1])),
        ("surprises", rows, |x, _| x[0].surprises(&targets(&x[0]), Some(&class_weights(&x[0])), 0.1)),
        ("parts and picks", norm, |x, of| {
            let numbers = x[0].ints_beside(vec![1, 0, 1], &[3]);
            let taken = x[0].swap(0, 1).pick(0, &numbers);
            let table = numbers.rows_of(&x[0].part(0, 0, 1).reshape(&[of.places, of.width]));
            let wide = x[1].reshape(&[1, of.width]).expand(&[3, of.width]) * &x[2];
            Value::cat(&[taken.reshape(&[3 * of.batch, of.width]), table.square(), wide], 0)
        }),
        (
            "products",
            |of| vec![vec![of.batch, of.places, of.width], vec![3, of.width], vec![3]],
            |x, _| {
                let made = x[0].linear(&x[1], Some(&x[2]));
                made.times(&made.swap(-1, -2))
            },
        ),
        ("two views", |of| vec![vec![2 * of.places, of.width]], |x, _| nt_xent(&x[0].unit_rows(), 0.5).reshape(&[1])),
        ("what a teacher says", rows, |x, _| {
            let n: usize = x[0].shape().iter().product();
            let said = constant(&x[0], seed::normals(&mut seed::stream(2, "teacher"), n, 1.0), &x[0].shape());
            divergence(&x[0], &said, &targets(&x[0]), 2.0).reshape(&[1])
        }),
    ]
}

/// Returns the weighed sum of what was made: every number of it counts, and none like another.
fn weighed(made: &Value) -> Value {
    let n = made.shape().iter().product();
    let weights = constant(made, seed::normals(&mut seed::stream(4, "weights"), n, 1.0), &[n]);
    (made.reshape(&[n]) * weights).sum()
}

/// Numbers of some shapes, none of them where a function has a kink.
fn drawn(shapes: &[Vec<usize>], seed: u64) -> Vec<Vec<f32>> {
    let draw = |(i, shape): (usize, &Vec<usize>)| {
        let values = seed::normals(&mut seed::stream(seed, &format!("{i}")), shape.iter().product(), 0.7);
        values.into_iter().map(|value| value + 0.01_f32.copysign(value)).collect()
    };
    shapes.iter().enumerate().map(draw).collect()
}

/// Returns leaves of a tape in double precision.
fn leaves(numbers: &[Vec<f64>], shapes: &[Vec<usize>]) -> Vec<tch::Tensor> {
    let leaf = |(values, shape): (&Vec<f64>, &Vec<usize>)| {
        tch::Tensor::from_slice(values).view(wide(shape).as_slice()).set_requires_grad(true)
    };
    numbers.iter().zip(shapes).map(leaf).collect()
}

fn values(leaves: &[tch::Tensor]) -> Vec<Value> {
    leaves.iter().map(|leaf| Value::Torch(leaf.shallow_clone())).collect()
}

/// Returns the derivatives by every number, from differences of values.
fn differences(numbers: &[Vec<f64>], shapes: &[Vec<usize>], compute: impl Fn(&[Value]) -> Value) -> Vec<Vec<f64>> {
    const STEP: f64 = 1e-6;
    let told = |numbers: &[Vec<f64>]| tape::without(|| weighed(&compute(&values(&leaves(numbers, shapes)))).number());
    let mut moved = numbers.to_vec();
    let mut all: Vec<Vec<f64>> = numbers.iter().map(|own| vec![0.0; own.len()]).collect();
    for i in 0..numbers.len() {
        for j in 0..numbers[i].len() {
            let [above, below] = [STEP, -STEP].map(|step| {
                moved[i][j] = numbers[i][j] + step;
                told(&moved)
            });
            moved[i][j] = numbers[i][j];
            all[i][j] = (above - below) / (2.0 * STEP);
        }
    }
    all
}

/// Returns the gradients on libtorch, in double precision.
fn on_torch(numbers: &[Vec<f64>], shapes: &[Vec<usize>], compute: impl Fn(&[Value]) -> Value) -> Vec<Vec<f64>> {
    let leaves = leaves(numbers, shapes);
    let Value::Torch(loss) = tch::with_grad(|| weighed(&compute(&values(&leaves)))) else {
        unreachable!("what is made of libtorch's tensors is one")
    };
    let gradients = tch::Tensor::run_backward(&[loss], &leaves, false, false);
    // Of what nothing depends on there is none.
    let host = |gradient: &tch::Tensor| match gradient.defined() {
        true => Vec::<f64>::try_from(gradient.reshape([-1])).unwrap(),
        false => Vec::new(),
    };
    gradients.iter().map(host).collect()
}

/// Returns the gradients on flex, in the precision of a training.
fn on_flex(numbers: &[Vec<f32>], shapes: &[Vec<usize>], compute: impl Fn(&[Value]) -> Value) -> Vec<Vec<f64>> {
    let device: Device = device::open(DeviceChoice::Flex, 1).unwrap();
    let named = numbers
        .iter()
        .zip(shapes)
        .enumerate()
        .map(|(i, (values, shape))| (format!("{i}"), HostTensor { shape: shape.clone(), values: values.clone() }));
    let parameters = Parameters::from_host(named, &device);
    let (_, gradients, ()) = tape::gradients(
        &parameters,
        |_| true,
        |shaped| {
            let values: Vec<Value> = (0..numbers.len()).map(|i| shaped[&format!("{i}")].clone()).collect();
            (weighed(&compute(&values)), ())
        },
    );
    let host = |i: usize| gradients[&format!("{i}")].try_to_vec_as::<f32>().unwrap();
    (0..numbers.len()).map(|i| host(i).into_iter().map(f64::from).collect()).collect()
}

/// Returns by how much the gradients of one thing are off, in parts of the largest of them.
fn apart(found: &[f64], expected: &[f64]) -> f64 {
    let size = expected.iter().fold(0.1_f64, |size, value| size.max(value.abs()));
    found.iter().zip(expected).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max) / size
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn gradients_are_what_differences_say(of in sides(), seed in any::<u64>()) {
        for (name, shapes, compute) in operations() {
            let shapes = shapes(of);
            let numbers = drawn(&shapes, seed);
            let exact: Vec<Vec<f64>> =
                numbers.iter().map(|own| own.iter().copied().map(f64::from).collect()).collect();
            let expected = differences(&exact, &shapes, |x| compute(x, of));
            let torch = on_torch(&exact, &shapes, |x| compute(x, of));
            let flex = on_flex(&numbers, &shapes, |x| compute(x, of));
            for (i, expected) in expected.iter().enumerate() {
                assert_eq!((torch[i].len(), flex[i].len()), (expected.len(), expected.len()), "{name}: {i}");
                let (exact, rough) = (apart(&torch[i], expected), apart(&flex[i], expected));
                assert!(exact < 1e-6, "{name}: libtorch is off by {exact:e} of input {i}, {of:?}");
                assert!(rough < 2e-3, "{name}: flex is off by {rough:e} of input {i}, {of:?}");
            }
        }
    }
}

#[test]
fn a_wrong_gradient_would_be_told() {
    // The square with half of its tape cut off: half of the gradient is missing.
    let shapes = vec![vec![3]];
    let numbers = vec![vec![1.0, -2.0, 0.5]];
    let halved = |x: &[Value]| &x[0] * &x[0].detach();
    let (expected, found) = (differences(&numbers, &shapes, halved), on_torch(&numbers, &shapes, halved));
    assert!(apart(&found[0], &expected[0]) > 0.4);
}
