//! Holding what the engine says against what PyTorch says.

use std::collections::BTreeMap;

use super::{Case, Reference, files};
use crate::engine::model::HostTensor;

/// What came out of a case, by the names of its file.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What the network makes of the batch; only those given are compared, and one must be given.
    pub outputs: BTreeMap<String, HostTensor>,
    /// The loss.
    pub loss: f64,
    /// The gradient of every parameter that learns.
    pub gradients: BTreeMap<String, HostTensor>,
    /// The buffers after the pass.
    pub after: BTreeMap<String, HostTensor>,
}

/// How far apart numbers may be.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    /// The share of the largest number of the same tensor.
    pub of_tensor: f64,
    /// The share of the largest number of all tensors of the same kind: what sums to nothing in 64 bits does not in 32.
    pub of_all: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { of_tensor: 1e-5, of_all: 1e-6 }
    }
}

/// Runs cases, and compares: `gpt2` are all of a file, `gpt2/causal-lm` is one of it.
///
/// # Panics
/// When anything is further apart than the tolerance, has another size, or is missing; the message names all of it.
pub fn compare(names: &[&str], tolerance: Tolerance, mut run: impl FnMut(&Reference, &str, &Case) -> Found) {
    let mut wrong = vec![];
    for name in names {
        let (file, only) = name.split_once('/').map_or((*name, None), |(file, case)| (file, Some(case)));
        let reference = files::open(file);
        let wanted = |case: &str| only.is_none_or(|only| only == case);
        let cases: Vec<_> = reference.cases.iter().filter(|(case, _)| wanted(case)).collect();
        assert!(!cases.is_empty(), "there is no `{name}`");
        for (case_name, case) in cases {
            let found = run(&reference, case_name, case);
            let reasons = differences(&case.expected, &found, tolerance);
            wrong.extend(reasons.into_iter().map(|reason| format!("{file}, {case_name}: {reason}")));
        }
    }
    assert!(wrong.is_empty(), "not what PyTorch says:\n{}", wrong.join("\n"));
}

/// Returns what is not as expected.
pub fn differences(expected: &Found, found: &Found, tolerance: Tolerance) -> Vec<String> {
    let mut wrong = vec![];
    // Written so that a loss that is no number is wrong as well.
    let is_near = (found.loss - expected.loss).abs() <= tolerance.of_tensor * expected.loss.abs().max(0.1);
    if !is_near {
        wrong.push(format!("the loss is {}, not {}", found.loss, expected.loss));
    }
    if found.outputs.is_empty() {
        wrong.push("there are no outputs".to_owned());
    }
    let outputs = expected.outputs.iter().filter(|(name, _)| found.outputs.contains_key(*name));
    let outputs = outputs.map(|(name, tensor)| (name.clone(), tensor.clone())).collect();
    wrong.extend(apart("output", &outputs, &found.outputs, tolerance));
    wrong.extend(apart("gradient of", &expected.gradients, &found.gradients, tolerance));
    wrong.extend(apart("changed", &expected.after, &found.after, tolerance));
    wrong
}

type Tensors = BTreeMap<String, HostTensor>;

fn apart(what: &str, expected: &Tensors, found: &Tensors, tolerance: Tolerance) -> Vec<String> {
    let largest =
        |tensor: &HostTensor| tensor.values.iter().fold(0.0, |most: f64, value| most.max(f64::from(value.abs())));
    let of_all = tolerance.of_all * expected.values().map(largest).fold(0.0, f64::max);
    let unknown = found.keys().filter(|name| !expected.contains_key(*name));
    let mut wrong: Vec<String> = unknown.map(|name| format!("{what} `{name}` is not expected")).collect();
    for (name, expected) in expected {
        let Some(tensor) = found.get(name) else {
            wrong.push(format!("{what} `{name}` is missing"));
            continue;
        };
        let (n, expected_n) = (tensor.values.len(), expected.values.len());
        if n != expected_n {
            wrong.push(format!("{what} `{name}` has {n} numbers, not {expected_n}"));
            continue;
        }
        let near = tolerance.of_tensor * largest(expected) + of_all;
        let pairs = tensor.values.iter().zip(&expected.values).enumerate();
        // A number that is none counts as infinitely far.
        let far = pairs.map(|(at, (a, b))| (at, f64::from((a - b).abs()), *a, *b));
        let far = far.map(|(at, by, a, b)| (at, if by.is_nan() { f64::INFINITY } else { by }, a, b));
        if let Some((at, by, a, b)) = far.max_by(|one, other| one.1.total_cmp(&other.1)).filter(|far| far.1 > near) {
            wrong.push(format!(
                "{what} `{name}`: number {at} is {a}, not {b}: {by:.1e} apart, at most {near:.1e} may be"
            ));
        }
    }
    wrong
}
