//! `type: gan`: a generator of pictures and its critic, after Radford et al. 2016.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::model::picture;
use crate::recipe::model::tensor::{Part, Tensor, batch_norm};

/// Two convolutional networks: one makes pictures of random numbers, the other tells them from real ones. The critic's weights are
/// divided by their largest singular value (Miyato et al. 2018). Its pictures have numbers between -1 and 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Gan {
    /// The shape of a picture: `[channels, height, width]`; height and width are multiples of 4.
    #[schemars(with = "Option<Vec<u32>>", length(min = 3, max = 3), extend("x-unit" = "numbers", "x-default" = "the shape of the features of the model's data"), example = [1, 28, 28])]
    pub input: Vec<u32>,
    /// How many random numbers a picture is made of.
    #[schemars(range(min = 1, max = 65_536), extend("x-unit" = "numbers"), example = 64)]
    pub latent: u32,
    /// The channels of the widest pictures within; half as large ones have twice as many.
    #[schemars(range(min = 1, max = 65_536), extend("x-unit" = "channels"), example = 64)]
    pub channels: u32,
}

impl Gan {
    /// Returns the parameters of both networks; their layers are numbered with what stands between them, as in PyTorch.
    pub(super) fn tensors(&self) -> Vec<Tensor> {
        self.generator().into_iter().chain(self.critic()).collect()
    }

    /// Random numbers become a picture of a quarter of the sides, which is made twice as large two times.
    fn generator(&self) -> Vec<Tensor> {
        let [colours, height, width, latent, channels] = self.sizes();
        // What a transposed convolution reads is multiplied, and not what it gives.
        let weight = |layer: u32, shape: [u64; 4], read: u64| {
            Tensor::new(Part::Convolution, format!("generator.{layer}.weight"), &shape).used(read as f64)
        };
        let (quarter, half) = (height * width / 16, height * width / 4);
        let mut all = vec![weight(0, [latent, 2 * channels, height / 4, width / 4], 1)];
        all.extend(batch_norm("generator.1", 2 * channels));
        all.push(weight(3, [2 * channels, channels, 4, 4], quarter));
        all.extend(batch_norm("generator.4", channels));
        all.push(weight(6, [channels, colours, 4, 4], half));
        all.push(Tensor::new(Part::Convolution, "generator.6.bias", &[colours]));
        all
    }

    /// The way back; the largest singular value of every matrix is found with a vector that is remembered.
    fn critic(&self) -> Vec<Tensor> {
        let [colours, height, width, _, channels] = self.sizes();
        let (quarter, half) = (height * width / 16, height * width / 4);
        let layers = [
            (0, vec![channels, colours, 4, 4], half),
            (2, vec![2 * channels, channels, 4, 4], quarter),
            (5, vec![1, 2 * channels * quarter], 1),
        ];
        let tensors = layers.into_iter().flat_map(|(layer, shape, made)| {
            let tensor =
                |part: &str, shape: &[u64]| Tensor::new(Part::Convolution, format!("critic.{layer}.{part}"), shape);
            let outputs = &shape[..1];
            [
                tensor("weight_orig", &shape).used(made as f64),
                tensor("bias", outputs),
                tensor("weight_u", outputs).buffer(),
            ]
        });
        tensors.collect()
    }

    fn sizes(&self) -> [u64; 5] {
        let [colours, height, width] = picture(&self.input);
        [colours, height, width, self.latent, self.channels].map(u64::from)
    }
}
