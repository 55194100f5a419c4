//! Convolutions, and the largest of neighbours.

use burn::tensor::module;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions, MaxPoolOptions};

use crate::engine::value::{Ranked, Value};

/// What libtorch is given where there is a bias.
fn torch(value: &Value) -> &tch::Tensor {
    match value {
        Value::Torch(tensor) => tensor,
        Value::Plain(_) => unreachable!("all of a network lives on one backend"),
    }
}

/// What burn is given where there is a bias.
fn plain(value: &Value) -> Ranked {
    match value {
        Value::Plain(tensor) => tensor.clone(),
        Value::Torch(_) => unreachable!("all of a network lives on one backend"),
    }
}

impl Value {
    /// Slides kernels over pictures.
    ///
    /// # Shapes
    /// - `[B, I, H, W]`, weight: `[O, I, k, k]`, bias: `[O]` -> `[B, O, (H + 2 padding - k) / stride + 1, …]`
    #[must_use]
    pub fn conv2d(&self, weight: &Self, bias: Option<&Self>, stride: usize, padding: usize) -> Self {
        match self {
            Self::Torch(input) => {
                let [stride, padding] = [stride, padding].map(|n| [n as i64; 2]);
                Self::Torch(input.conv2d(torch(weight), bias.map(torch), stride, padding, [1, 1], 1))
            }
            Self::Plain(input) => {
                let options = ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1);
                let (weight, bias) = (plain(weight).pictures(), bias.map(|bias| plain(bias).row()));
                Self::Plain(Ranked::R4(module::conv2d(input.clone().pictures(), weight, bias, options)))
            }
        }
    }

    /// Spreads every place over a kernel: the way back of a convolution.
    ///
    /// # Shapes
    /// - `[B, I, H, W]`, weight: `[I, O, k, k]`, bias: `[O]` -> `[B, O, (H - 1) stride - 2 padding + k, …]`
    #[must_use]
    pub fn conv_transpose2d(&self, weight: &Self, bias: Option<&Self>, stride: usize, padding: usize) -> Self {
        match self {
            Self::Torch(input) => {
                let [stride, padding] = [stride, padding].map(|n| [n as i64; 2]);
                let (weight, bias) = (torch(weight), bias.map(torch));
                Self::Torch(input.conv_transpose2d(weight, bias, stride, padding, [0, 0], 1, [1, 1]))
            }
            Self::Plain(input) => {
                let options = ConvTransposeOptions::new([stride; 2], [padding; 2], [0; 2], [1; 2], 1);
                let (weight, bias) = (plain(weight).pictures(), bias.map(|bias| plain(bias).row()));
                Self::Plain(Ranked::R4(module::conv_transpose2d(input.clone().pictures(), weight, bias, options)))
            }
        }
    }

    /// Returns the largest of every `size` by `size` neighbours; what is left over at the edges is lost.
    ///
    /// # Shapes
    /// - `[B, C, H, W]` -> `[B, C, H / size, W / size]`
    #[must_use]
    pub fn max_pool2d(&self, size: usize) -> Self {
        match self {
            Self::Torch(input) => {
                let size = [size as i64; 2];
                Self::Torch(input.max_pool2d(size, size, [0, 0], [1, 1], false))
            }
            Self::Plain(input) => {
                let options = MaxPoolOptions::new([size; 2]).with_stride([size; 2]);
                Self::Plain(Ranked::R4(module::max_pool2d(input.clone().pictures(), options)))
            }
        }
    }

    /// Returns the means of all places of every channel.
    ///
    /// # Shapes
    /// - `[B, C, H, W]` -> `[B, C]`
    #[must_use]
    pub fn mean_of_places(&self) -> Self {
        let shape = self.shape();
        self.reshape(&[shape[0], shape[1], shape[2] * shape[3]]).mean_along(-1).reshape(&[shape[0], shape[1]])
    }
}
