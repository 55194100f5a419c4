//! The parameters of a network as they stand in `model.safetensors`: names, shapes, and how much work each of them is.
//!
//! Nothing here draws or computes: an estimate counts what is listed, and the engine declares the same.

use serde::{Deserialize, Serialize};

/// Parameters of one name and shape, as many as there are layers of the kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// The name; `{n}` stands for the number of the layer.
    pub name: String,
    /// The shape; a lone number has none.
    pub shape: Vec<u64>,
    /// The numbers of the layers.
    pub layers: std::ops::Range<u64>,
    /// What it is part of.
    pub part: Part,
    /// How often a record is multiplied with each of its numbers; a text has `context` places.
    pub uses: f64,
    /// Whether it is the matrix of a linear layer that an adapter can add to.
    pub is_linear: bool,
    /// Whether it is a buffer: nothing that is learnt, and no parameter, but a forward pass in training changes it.
    pub is_buffer: bool,
}

/// What a parameter is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The tables that tokens, and positions where they are learnt, are looked up in, and what makes vectors of patches.
    Embedding,
    /// The projections of the attention, biases included.
    Attention,
    /// Fully connected layers, biases included.
    FeedForward,
    /// The cells of a recurrent network, biases included.
    Recurrent,
    /// The convolutions, biases included.
    Convolution,
    /// The norms.
    Norm,
    /// The output layers of what writes, paints or compares.
    Head,
    /// The layers that tell the class or the number.
    Classifier,
}

impl Tensor {
    /// Returns one tensor, with which nothing is multiplied.
    pub fn new(part: Part, name: impl Into<String>, shape: &[u64]) -> Self {
        let (name, shape) = (name.into(), shape.to_vec());
        Self { name, shape, layers: 0..1, part, uses: 0.0, is_linear: false, is_buffer: false }
    }

    /// Returns it with the number of times a record is multiplied with it.
    pub fn used(self, uses: f64) -> Self {
        Self { uses, ..self }
    }

    /// Returns it as the matrix of a linear layer that an adapter can add to.
    pub fn linear(self) -> Self {
        Self { is_linear: true, ..self }
    }

    /// Returns it as a buffer.
    pub fn buffer(self) -> Self {
        Self { is_buffer: true, ..self }
    }

    /// Returns it with the numbers of its layers.
    pub fn of_layers(self, layers: std::ops::Range<u64>) -> Self {
        Self { layers, ..self }
    }

    /// Returns how many there are of this name and shape.
    pub fn n(&self) -> u64 {
        self.layers.end.saturating_sub(self.layers.start)
    }

    /// Returns the numbers of all of them together.
    pub fn size(&self) -> u64 {
        self.n() * self.shape.iter().product::<u64>()
    }

    /// Returns their names.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.layers.clone().map(|n| self.name.replace("{n}", &n.to_string()))
    }
}

/// Returns the weight and the bias of a linear layer: `[outputs, inputs]`, `[outputs]`.
pub fn linear(part: Part, name: &str, inputs: u64, outputs: u64, uses: f64) -> [Tensor; 2] {
    [
        Tensor::new(part, format!("{name}.weight"), &[outputs, inputs]).used(uses),
        Tensor::new(part, format!("{name}.bias"), &[outputs]),
    ]
}

/// Returns the same, where an adapter can add to the layer.
pub fn adapted(part: Part, name: &str, inputs: u64, outputs: u64, uses: f64) -> [Tensor; 2] {
    let [weight, bias] = linear(part, name, inputs, outputs, uses);
    [weight.linear(), bias]
}

/// Returns the weight and the bias of a layer norm.
pub fn norm(name: &str, width: u64) -> [Tensor; 2] {
    ["weight", "bias"].map(|part| Tensor::new(Part::Norm, format!("{name}.{part}"), &[width]))
}

/// Returns the weight and the bias of a batch norm, and what it remembers.
pub fn batch_norm(name: &str, channels: u64) -> Vec<Tensor> {
    let remembered = ["running_mean", "running_var"]
        .map(|part| Tensor::new(Part::Norm, format!("{name}.{part}"), &[channels]).buffer());
    norm(name, channels).into_iter().chain(remembered).collect()
}

/// Returns the tensors of every block of a stack.
pub fn blocks(tensors: impl IntoIterator<Item = Tensor>, n: u32) -> impl Iterator<Item = Tensor> {
    tensors.into_iter().map(move |tensor| tensor.of_layers(0..u64::from(n)))
}

/// Returns layers that read one another, called `<name>.<n>`.
pub fn chain(name: &str, inputs: u64, widths: impl IntoIterator<Item = u64>) -> Vec<Tensor> {
    let mut inputs = inputs;
    let layer = |(n, outputs)| {
        adapted(Part::FeedForward, &format!("{name}.{n}"), std::mem::replace(&mut inputs, outputs), outputs, 1.0)
    };
    widths.into_iter().enumerate().flat_map(layer).collect()
}
