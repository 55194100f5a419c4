//! What a network makes that is a record itself, or judges as one: pictures, patches, and records out of codes.
//!
//! Legend: B batch, C channels, H height, W width, P patches, p side of a patch, Z random numbers.

use crate::engine::model::pass::Pass;
use crate::engine::model::{Body, Network};
use crate::engine::model::{autoencoder, clip, cnn, decoder, gan, vit};
use crate::engine::value::{Ints, Value};
use crate::recipe::head::Head;

impl Network {
    /// Returns records out of codes, each in a row; of an autoencoder.
    ///
    /// # Shapes
    /// - features: `[B, …]` -> `[B, n]`
    pub fn reconstruction(&self, pass: &Pass, features: &Value) -> Value {
        match &self.body {
            Body::Autoencoder(shape) => {
                autoencoder::decode(shape, pass, &autoencoder::embedding(shape, pass, features))
            }
            _ => unreachable!("a recipe lets only autoencoders make records of codes"),
        }
    }

    /// Returns how many patches a picture has, where it learns to make patches whole.
    pub fn n_patches(&self) -> Option<usize> {
        match (&self.body, &self.head) {
            (Body::Vit(shape), Head::Decoder { .. }) => Some(vit::n_patches(shape)),
            _ => None,
        }
    }

    /// Returns the numbers of all patches of pictures of which it reads only some; of a `vit` with a decoder.
    ///
    /// # Shapes
    /// - features: `[B, C, H, W]`, kept: `[B, n]`, restore: `[B, P]` -> `[B, P, p * p * C]`
    pub fn patches(&self, pass: &Pass, features: &Value, kept: &Ints, restore: &Ints) -> Value {
        match (&self.body, &self.head) {
            (Body::Vit(shape), Head::Decoder { decoder, corruption: _ }) => {
                let hidden = vit::encode(shape, pass, &vit::patches(shape, pass, features), Some(kept));
                decoder::decode(shape, decoder, pass, &hidden, restore)
            }
            _ => unreachable!("a recipe lets only a `vit` with a decoder make patches"),
        }
    }

    /// Cuts pictures into patches; of a `vit`.
    ///
    /// # Shapes
    /// - features: `[B, C, H, W]` -> `[B, P, p * p * C]`
    pub fn patches_of(&self, features: &Value) -> Value {
        match &self.body {
            Body::Vit(shape) => decoder::patchify(shape, &cnn::pictures(features)),
            _ => unreachable!("a recipe lets only a `vit` with a decoder make patches"),
        }
    }

    /// Returns the factor by which the nearness of pictures and texts is scaled: `[1]`; of a `clip`.
    pub fn scale(&self, pass: &Pass) -> Value {
        clip::scale(pass)
    }

    /// Makes pictures of random numbers; of a `gan`.
    ///
    /// # Shapes
    /// - noise: `[B, Z]` -> `[B, C, H, W]`, between -1 and 1
    pub fn generated(&self, pass: &Pass, noise: &Value) -> Value {
        gan::generate(pass, noise)
    }

    /// Tells how real pictures look, without a bound; of a `gan`.
    ///
    /// # Shapes
    /// - pictures: `[B, C, H, W]` -> `[B]`
    pub fn judged(&self, pass: &Pass, pictures: &Value) -> Value {
        gan::judge(pass, pictures)
    }
}
