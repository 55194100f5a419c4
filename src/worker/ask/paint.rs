//! Lets a model make pictures: a generator out of random numbers, an autoencoder out of the codes of others.

use std::io::{Read, Write};
use std::path::PathBuf;

use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::data::media::picture;
use crate::engine::asked;
use crate::recipe::dataset::Features;
use crate::recipe::head::Head;
use crate::recipe::model::Architecture;
use crate::record::FailureClass;
use crate::worker::ask::{line, request};
use crate::worker::failure::Failure;
use crate::worker::loaded::{Files, Loaded, refusal};
use crate::worker::shown::Shown;

/// A request for pictures, as JSON on standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PaintRequest {
    /// The model.
    pub files: Files,
    /// The pictures that an autoencoder makes again.
    #[serde(default)]
    pub shown: Vec<Shown>,
    /// How many pictures a generator makes.
    pub pictures: usize,
    /// The seed of their random numbers.
    pub seed: u64,
    /// The PNG file that all of them stand in.
    pub output: PathBuf,
}

/// Answers a request: writes the pictures side by side into one file, row by row, and a line `{"done": true, "pictures": …}`. Of an
/// autoencoder the pictures it was shown stand in rows above those it made of them.
///
/// # Errors
/// When the request is none, when the model makes no pictures, when a file is missing or damaged or cannot be written, and when nobody
/// reads the answer.
pub fn paint(input: impl Read, output: &mut impl Write) -> Result<(), Failure> {
    let PaintRequest { files, shown, pictures, seed, output: path } = request(input)?;
    let about = files.about()?;
    let is_autoencoder = matches!((&about.architecture, about.head()), (Architecture::Autoencoder(_), Head::None));
    let is_gan = matches!(about.architecture, Architecture::Gan(_));
    if !is_gan && !is_autoencoder {
        return Err(refusal(&about, "it makes no pictures"));
    }
    let bad = |message: &str, hint: &str| Failure::new(FailureClass::BadInput, message).with_hint(hint);
    match (is_gan, shown.is_empty()) {
        (true, false) => return Err(bad("a generator makes pictures out of nothing", "leave the files out")),
        (false, true) => return Err(bad("an autoencoder makes pictures of others", "name the files of pictures")),
        (true, true) | (false, false) => {}
    }
    let loaded = files.load(about)?;
    let grid = Grid::of(&loaded)?;
    let (all, columns) = if is_gan {
        let columns = (pictures as f64).sqrt().ceil() as usize;
        (asked::made(&loaded.network, &loaded.parameters, pictures, seed), columns)
    } else {
        let mut seen = Vec::new();
        for one in &shown {
            let Shown::File { path, name } = one else { return Err(refusal(&loaded.about, "it reads no texts")) };
            seen.extend(loaded.features(path, name)?.into_iter().map(|(_, values)| values));
        }
        let again = asked::made_again(&loaded.network, &loaded.parameters, &loaded.shape(), &seen);
        (seen.concat().into_iter().chain(again).collect(), seen.len())
    };
    let bytes = picture::encode(&grid.paint(&all, columns.max(1)));
    std::fs::write(&path, bytes).map_err(|error| Failure::io(&path, &error))?;
    line(output, &json!({ "done": true, "pictures": all.len() / grid.size(), "output": path }))
}

/// How numbers become pixels: what the features did is undone.
struct Grid {
    channels: usize,
    height: usize,
    width: usize,
    mean: Vec<f64>,
    std: Vec<f64>,
}

impl Grid {
    fn of(loaded: &Loaded) -> Result<Self, Failure> {
        match loaded.about.seen.as_ref().map(|seen| &seen.features) {
            Some(Features::Image { width, height, channels, mean, std, .. }) => {
                let [channels, height, width] = [*channels, *height, *width].map(|side| side as usize);
                Ok(Self { channels, height, width, mean: mean.clone(), std: std.clone() })
            }
            Some(Features::LogMel { .. }) | None => Err(refusal(&loaded.about, "what it makes are no pictures")),
        }
    }

    fn size(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Paints pictures row by row into one; places that are left over are black.
    fn paint(&self, values: &[f32], columns: usize) -> DynamicImage {
        let n = values.len() / self.size();
        let columns = columns.min(n.max(1));
        let (wide, high) = ((columns * self.width) as u32, (n.div_ceil(columns) * self.height) as u32);
        let value = |x: u32, y: u32, channel: usize| {
            let (x, y) = (x as usize, y as usize);
            let number = y / self.height * columns + x / self.width;
            let plane = number * self.channels + channel;
            let place = (plane * self.height + y % self.height) * self.width + x % self.width;
            let value = values.get(place).filter(|_| number < n);
            value.map_or(0, |value| {
                ((f64::from(*value) * self.std[channel] + self.mean[channel]) * 255.0).round().clamp(0.0, 255.0) as u8
            })
        };
        match self.channels {
            1 => GrayImage::from_fn(wide, high, |x, y| Luma([value(x, y, 0)])).into(),
            _ => RgbImage::from_fn(wide, high, |x, y| Rgb([0, 1, 2].map(|channel| value(x, y, channel)))).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_has_its_place_and_the_pixels_it_had() {
        let grid = Grid { channels: 1, height: 1, width: 2, mean: vec![0.5], std: vec![0.5] };
        let values = [-1.0, 1.0, 0.0, -1.0, 1.0, 2.0];
        let image = grid.paint(&values, 2).to_luma8();
        assert_eq!((image.width(), image.height()), (4, 2));
        assert_eq!(image.into_raw(), [0, 255, 128, 0, 255, 255, 0, 0]);
    }
}
