//! One pass over a network: its parameters in their shapes, whether it learns, and what it changes beside.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use burn::tensor::{Device, Tensor};

use crate::engine::model::linear::Layout;
use crate::engine::model::parameters::Parameters;
use crate::engine::model::recompute::Segment;
use crate::engine::seed;
use crate::engine::value::tape::{Shaped, shaped};
use crate::engine::value::{Ints, Sight, Value, attention};

/// The buffers a pass has changed, by name, each flat.
pub type Updates = BTreeMap<String, Tensor<1>>;

/// What keeps a batch norm from dividing by zero.
const BATCH_NORM_EPSILON: f64 = 1e-5;

/// By how much the running statistics follow those of a batch.
const BATCH_NORM_MOMENTUM: f64 = 0.1;

/// One pass over a network.
#[derive(Debug)]
pub struct Pass {
    weights: Shaped,
    adapter_scale: Option<f64>,
    adapter_dropout: f64,
    /// The seed of what is left out while it learns; without one it measures.
    seed: Option<u64>,
    device: Device,
    updates: RefCell<BTreeMap<String, Value>>,
    /// The buffers that stay as they are.
    frozen: BTreeSet<String>,
    is_recomputing: bool,
    /// The blocks that are computed once more on the way back.
    segments: RefCell<Vec<Segment>>,
}

impl Pass {
    /// Returns a pass that measures: nothing is left out, and no buffer changes.
    pub fn measuring(parameters: &Parameters, device: &Device) -> Self {
        Self::of(shaped(parameters), parameters, None, device)
    }

    /// Returns a pass that learns, over parameters that may be leaves of a tape.
    pub fn learning(weights: Shaped, parameters: &Parameters, seed: u64, device: &Device) -> Self {
        Self::of(weights, parameters, Some(seed), device)
    }

    fn of(weights: Shaped, parameters: &Parameters, seed: Option<u64>, device: &Device) -> Self {
        let (adapter_scale, adapter_dropout) = (parameters.adapter_scale, parameters.adapter_dropout);
        Self {
            weights,
            adapter_scale,
            adapter_dropout,
            seed,
            device: device.clone(),
            updates: RefCell::default(),
            frozen: parameters.frozen(),
            is_recomputing: parameters.is_recomputing,
            segments: RefCell::default(),
        }
    }

    /// Returns whether the network learns.
    pub fn is_learning(&self) -> bool {
        self.seed.is_some()
    }

    /// Returns a parameter that the network declares.
    pub fn get(&self, name: &str) -> &Value {
        self.find(name).unwrap_or_else(|| panic!("a network asks for what it declares, and not for `{name}`"))
    }

    /// Returns a parameter, where there is one of this name.
    pub fn find(&self, name: &str) -> Option<&Value> {
        self.weights.get(name)
    }

    /// Computes a block of its own; where that is asked for, nothing of it is kept, and it is computed once more on the way back.
    pub fn block(&self, read: &Value, block: impl Fn(&Self, &Value) -> Value + 'static) -> Value {
        match read {
            Value::Torch(tensor) if self.is_recomputing && self.is_learning() => {
                let (gave, segment) = Segment::new(self, tensor, Box::new(block));
                self.segments.borrow_mut().push(segment);
                gave
            }
            Value::Torch(_) | Value::Plain(_) => block(self, read),
        }
    }

    /// Takes the blocks that are to be computed once more, in their order.
    pub(super) fn segments(&self) -> Vec<Segment> {
        mem::take(&mut *self.segments.borrow_mut())
    }

    /// Applies a linear layer, with its bias and its low-rank addition where it has them.
    ///
    /// # Shapes
    /// - input: `[…, inputs]` -> `[…, outputs]`
    pub fn linear(&self, layer: &str, layout: Layout, input: &Value) -> Value {
        let weight = self.get(&format!("{layer}.weight"));
        let bias = self.find(&format!("{layer}.bias"));
        let output = match layout {
            Layout::OutputsFirst => input.linear(weight, bias),
            Layout::InputsFirst => input.linear(&weight.swap(0, 1), bias),
        };
        let half = |half: &str| self.find(&format!("{layer}.lora_{half}.weight"));
        match (self.adapter_scale, half("A"), half("B")) {
            (Some(scale), Some(down), Some(up)) => {
                let read = self.dropout(&format!("adapter/{layer}"), self.adapter_dropout, input.clone());
                output + read.linear(down, None).linear(up, None) * scale
            }
            (None | Some(_), _, _) => output,
        }
    }

    /// Applies a layer norm with weight and bias.
    ///
    /// # Shapes
    /// - `[…, D]` -> `[…, D]`
    pub fn layer_norm(&self, name: &str, epsilon: f64, input: &Value) -> Value {
        let [weight, bias] = ["weight", "bias"].map(|part| self.get(&format!("{name}.{part}")));
        input.layer_norm(weight, bias, epsilon)
    }

    /// Looks vectors up in a table.
    ///
    /// # Shapes
    /// - numbers: `[…]` -> `[…, D]`
    pub fn embedding(&self, name: &str, numbers: &Ints) -> Value {
        numbers.rows_of(self.get(name))
    }

    /// Leaves a share of the numbers out while the network learns, and scales the others to keep the mean (Srivastava et al. 2014).
    ///
    /// What is left out is drawn on the host, so that it is the same on every backend and after a resumption. Each place of a network
    /// has a name of its own.
    pub fn dropout(&self, name: &str, share: f64, input: Value) -> Value {
        let Some(seed) = self.seed.filter(|_| share > 0.0) else { return input };
        let shape = input.shape();
        let mask = seed::mask(&mut seed::stream(seed, &format!("dropout/{name}")), shape.iter().product(), share);
        input * Value::new(mask, &shape, &self.device)
    }

    /// Mixes the values of the places each place sees; with a share above 0, some of the shares are left out while the network learns.
    ///
    /// # Shapes
    /// - query: `[B, H, S, d]`, key and value: `[B, K, T, d]` -> `[B, H, S, d]`
    pub fn attend(&self, name: &str, share: f64, [query, key, value]: [&Value; 3], sight: Sight<'_>) -> Value {
        if share == 0.0 || !self.is_learning() {
            return attention::attend(query, key, value, sight);
        }
        let shares = self.dropout(name, share, attention::shares(query, key, sight));
        attention::mix(&shares, value)
    }

    /// Brings every channel to a mean and a deviation: of the batch while the network learns, which its running statistics follow by a
    /// tenth, and else of those (Ioffe & Szegedy 2015).
    ///
    /// # Shapes
    /// - `[B, C, H, W]` -> `[B, C, H, W]`
    pub fn batch_norm(&self, name: &str, input: &Value) -> Value {
        let part = |part: &str| format!("{name}.{part}");
        let (weight, bias) = (self.get(&part("weight")), self.get(&part("bias")));
        let running = [part("running_mean"), part("running_var")];
        if !self.is_learning() || self.frozen.contains(&running[0]) {
            let statistics = Some((self.get(&running[0]), self.get(&running[1])));
            return input.batch_norm(weight, bias, statistics, BATCH_NORM_EPSILON).0;
        }
        let (output, statistics) = input.batch_norm(weight, bias, None, BATCH_NORM_EPSILON);
        let (mean, variance) = statistics.expect("they were taken from the batch");
        for (name, value) in running.into_iter().zip([mean, variance]) {
            let old = self.newest(&name);
            self.update(name, old * (1.0 - BATCH_NORM_MOMENTUM) + value * BATCH_NORM_MOMENTUM);
        }
        output
    }

    /// Returns a buffer as this pass has left it.
    pub fn newest(&self, name: &str) -> Value {
        self.updates.borrow().get(name).cloned().unwrap_or_else(|| self.get(name).clone())
    }

    /// Notes the new value of a buffer.
    pub fn update(&self, name: String, value: Value) {
        self.updates.borrow_mut().insert(name, value);
    }

    /// Returns the buffers that this pass changed.
    pub fn into_updates(self) -> Updates {
        self.updates.into_inner().into_iter().map(|(name, value)| (name, value.into_flat())).collect()
    }
}
