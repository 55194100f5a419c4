//! `type: cnn`: a convolutional network, of plain or residual blocks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::head::Head;
use crate::recipe::model::mlp::Activation;
use crate::recipe::model::outputs::of_features;
use crate::recipe::model::picture;
use crate::recipe::model::tensor::{Part, Tensor, batch_norm, chain};
use crate::recipe::typed::defaults;

/// A convolutional network over pictures, or over spectrograms as pictures of one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({
    "block": Block::default(),
    "kernel": Cnn::KERNEL,
    "depth": Cnn::DEPTH,
    "dense": [],
    "activation": Activation::default(),
    "dropout": Cnn::DROPOUT,
})]))]
pub struct Cnn {
    /// The shape of one record: `[channels, height, width]` of a picture, `[frames, mels]` of a sound.
    #[schemars(with = "Option<Vec<u32>>", length(min = 2, max = 3), extend("x-unit" = "numbers", "x-default" = "the shape of the features of the model's data"), example = [1, 28, 28])]
    pub input: Vec<u32>,
    /// What a stage is made of.
    #[schemars(example = &"residual")]
    pub block: Block,
    /// The channels of every stage, in their order; each stage has half of the height and width of the one before, the first of residual
    /// blocks excepted.
    #[schemars(length(min = 1, max = 64), extend("x-unit" = "channels"), example = [32, 64])]
    pub channels: Vec<u32>,
    /// The blocks of every stage.
    #[schemars(range(min = 1, max = 1024), extend("x-unit" = "blocks"), example = 2)]
    pub depth: u32,
    /// The height and width of the kernels, an odd number.
    #[schemars(range(min = 1, max = 31), extend("x-unit" = "pixels"), example = 5)]
    pub kernel: u32,
    /// The widths of fully connected layers behind the last stage; without any, the places of the last stage become their mean.
    #[schemars(length(min = 0, max = 64), extend("x-unit" = "numbers"), example = [128])]
    pub dense: Vec<u32>,
    /// What stands behind each layer.
    #[schemars(example = &"gelu")]
    pub activation: Activation,
    /// The share of the numbers that are left out before each fully connected layer while it learns (Srivastava et al. 2014).
    #[schemars(range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.3)]
    pub dropout: f64,
}

/// What a stage of a convolutional network is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A convolution with a bias and an activation; the stage ends with the largest of every 2 by 2 (LeCun et al. 1998, with maxima for means).
    #[default]
    Plain,
    /// Two convolutions, each with batch norm, and what was read added to what comes out (He et al. 2016, "basic block"); the stage
    /// begins with a stride of 2.
    Residual,
}

impl Block {
    /// Returns the word used in recipes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Residual => "residual",
        }
    }
}

impl Cnn {
    /// The height and width of the kernels where the recipe says nothing, in pixels.
    pub const KERNEL: u32 = 3;
    /// The blocks of a stage where the recipe says nothing.
    pub const DEPTH: u32 = 1;
    /// The share that is left out where the recipe says nothing.
    pub const DROPOUT: f64 = 0.0;

    /// Returns the shape of a record: `[channels, height, width]`; a sound has 1 channel.
    pub fn picture(&self) -> [u32; 3] {
        picture(&self.input)
    }

    /// Returns the height and width of what comes out of every stage's convolutions; stages of plain blocks halve it afterwards.
    pub fn sides(&self) -> Vec<[u64; 2]> {
        let [_, height, width] = self.picture().map(u64::from);
        let stages = 0..self.channels.len() as u32;
        let at = |side: u64, stage: u32| match self.block {
            Block::Plain => side.checked_shr(stage).unwrap_or(0),
            // A stride of 2 over an odd side keeps both of its ends.
            Block::Residual => side.div_ceil(1_u64.checked_shl(stage).unwrap_or(u64::MAX)),
        };
        stages.map(|stage| [height, width].map(|side| at(side, stage))).collect()
    }

    /// Returns how many numbers the fully connected layers, or what reads the network out, are given of a record.
    pub fn flat(&self) -> u64 {
        let channels = self.channels.last().copied().map_or(0, u64::from);
        if self.dense.is_empty() {
            return channels;
        }
        let halved = match self.block {
            Block::Plain => 2,
            Block::Residual => 1,
        };
        let places: u64 = self.sides().last().map_or(0, |sides| sides.iter().map(|side| side / halved).product());
        channels * places
    }

    /// Returns the parameters.
    pub(super) fn tensors(&self, head: &Head) -> Vec<Tensor> {
        let mut all = match self.block {
            Block::Plain => self.plain(),
            Block::Residual => self.residual(),
        };
        all.extend(chain("dense", self.flat(), self.dense.iter().copied().map(u64::from)));
        all.extend(of_features(head, self.dense.last().map_or_else(|| self.flat(), |width| u64::from(*width))));
        all
    }

    fn plain(&self) -> Vec<Tensor> {
        let (kernel, depth) = (u64::from(self.kernel), u64::from(self.depth));
        let mut inputs = u64::from(self.picture()[0]);
        let mut all = Vec::new();
        for (stage, (channels, [height, width])) in self.channels.iter().zip(self.sides()).enumerate() {
            let channels = u64::from(*channels);
            for (inputs, layers) in [(inputs, 0..1), (channels, 1..depth)] {
                let name = format!("stages.{stage}.{{n}}");
                let weight = convolution(format!("{name}.weight"), channels, inputs, kernel, height * width);
                let bias = Tensor::new(Part::Convolution, format!("{name}.bias"), &[channels]);
                all.extend([weight, bias].map(|tensor| tensor.of_layers(layers.clone())));
            }
            inputs = channels;
        }
        all
    }

    fn residual(&self) -> Vec<Tensor> {
        let (kernel, depth) = (u64::from(self.kernel), u64::from(self.depth));
        let [picture, height, width] = self.picture().map(u64::from);
        let mut inputs = self.channels.first().copied().map_or(0, u64::from);
        let mut all = vec![convolution("stem.weight".to_owned(), inputs, picture, kernel, height * width)];
        all.extend(batch_norm("stem_norm", inputs));
        for (stage, (channels, [height, width])) in self.channels.iter().zip(self.sides()).enumerate() {
            let (channels, places) = (u64::from(*channels), height * width);
            let name = format!("stages.{stage}.{{n}}");
            for (inputs, layers) in [(inputs, 0..1), (channels, 1..depth)] {
                let mut block = vec![convolution(format!("{name}.conv1.weight"), channels, inputs, kernel, places)];
                block.extend(batch_norm(&format!("{name}.norm1"), channels));
                block.push(convolution(format!("{name}.conv2.weight"), channels, channels, kernel, places));
                block.extend(batch_norm(&format!("{name}.norm2"), channels));
                // The first block of every stage but the first changes the shape, and so do other channels.
                if layers.start == 0 && (stage > 0 || inputs != channels) {
                    block.push(convolution(format!("{name}.shortcut.weight"), channels, inputs, 1, places));
                    block.extend(batch_norm(&format!("{name}.shortcut_norm"), channels));
                }
                all.extend(block.into_iter().map(|tensor| tensor.of_layers(layers.clone())));
            }
            inputs = channels;
        }
        all
    }
}

/// Returns the weight of a convolution: `[outputs, inputs, kernel, kernel]`.
fn convolution(name: String, outputs: u64, inputs: u64, kernel: u64, places: u64) -> Tensor {
    Tensor::new(Part::Convolution, name, &[outputs, inputs, kernel, kernel]).used(places as f64)
}
