//! `resize-image`, `crop-image`, `gray-image`: pictures changed, and written as PNG; texts and sounds are left alone.

use image::DynamicImage;

use crate::data::clean::{Counts, Fate, Step};
use crate::data::media::{picture, shape};
use crate::data::record::{Content, Media, MediaKind, Record};
use crate::recipe::dataset::{Corner, Fit, PixelFilter};

/// A change of pictures.
pub enum PictureStep {
    /// To another size.
    Resize {
        /// The new width and height, in pixels.
        size: (u32, u32),
        /// How another shape is brought to this one.
        fit: Fit,
        /// How pixels are computed.
        filter: PixelFilter,
    },
    /// To a part.
    Crop {
        /// The width and height that are left, in pixels.
        size: (u32, u32),
        /// Which part.
        at: Corner,
    },
    /// To one channel.
    Gray,
}

impl PictureStep {
    /// Returns the changed picture, or why there is none.
    fn change(&self, image: &DynamicImage) -> Result<DynamicImage, &'static str> {
        match self {
            Self::Resize { size, fit, filter } => Ok(shape::resize(image, *size, *fit, *filter)),
            Self::Crop { size, at } => shape::crop(image, *size, *at).ok_or("smaller than the part"),
            Self::Gray => Ok(DynamicImage::ImageLuma8(shape::gray(image))),
        }
    }
}

impl Step for PictureStep {
    fn one(&self, mut record: Record, _: &mut Counts) -> Fate {
        let Content::Media(Media { kind: MediaKind::Image, bytes, caption: _ }) = &mut record.content else {
            return Fate::Keep(record);
        };
        // Sources have decoded it before; what comes another way may still be damaged.
        let changed = picture::decode(bytes).map_err(|_| "damaged").and_then(|image| {
            let changed = self.change(&image)?;
            Ok((changed != image).then_some(changed))
        });
        match changed {
            Ok(None) => Fate::Keep(record),
            Ok(Some(image)) => {
                *bytes = picture::encode(&image);
                record.fields.extend(picture::facts(&image));
                Fate::Keep(record)
            }
            Err(reason) => Fate::Drop { record, reason },
        }
    }
}
