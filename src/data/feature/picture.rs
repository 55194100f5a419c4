//! The numbers of a picture.

use crate::data::media::{picture, shape};
use crate::recipe::dataset::{Fit, PixelFilter};

/// How a picture becomes numbers.
pub struct PictureFeatures {
    /// Width and height, in pixels.
    pub size: (u32, u32),
    /// 1 for grey, 3 for red, green and blue.
    pub channels: u32,
    /// What is taken from each channel.
    pub mean: Vec<f64>,
    /// What each channel is divided by.
    pub std: Vec<f64>,
    /// How another shape is brought to this one.
    pub fit: Fit,
    /// How pixels are computed.
    pub filter: PixelFilter,
}

impl PictureFeatures {
    /// Returns the numbers of a picture: `[channels, height, width]`.
    ///
    /// Colour is taken out first, then the size changed, as Pillow's `convert("L").resize(..)` does; pixels of 16 bits are brought
    /// to 8, and transparency is left out.
    ///
    /// # Errors
    /// When the bytes are no sound picture.
    pub fn values(&self, bytes: &[u8]) -> Result<Vec<f32>, String> {
        let image = picture::decode(bytes)?;
        let image = match self.channels {
            1 => shape::gray(&image).into(),
            _ => image::DynamicImage::ImageRgb8(image.to_rgb8()),
        };
        let pixels = shape::resize(&image, self.size, self.fit, self.filter).into_bytes();
        let n = self.channels as usize;
        let channel = |c: usize| {
            let (mean, std) = (self.mean[c], self.std[c]);
            pixels.iter().skip(c).step_by(n).map(move |pixel| ((f64::from(*pixel) / 255.0 - mean) / std) as f32)
        };
        Ok((0..n).flat_map(channel).collect())
    }
}
