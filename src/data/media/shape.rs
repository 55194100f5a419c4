//! Pictures of other sizes, other parts, and without colour.

use image::{DynamicImage, GrayAlphaImage, GrayImage, Luma, RgbImage, RgbaImage};

use crate::data::media::resize;
use crate::recipe::dataset::{Corner, Fit, PixelFilter};

/// Returns the picture at another size, channel by channel and in 8 bits; Pillow 13 gives the same pixels.
pub fn resize(image: &DynamicImage, (width, height): (u32, u32), fit: Fit, filter: PixelFilter) -> DynamicImage {
    if (image.width(), image.height()) == (width, height) {
        return image.clone();
    }
    let image = in_8_bits(image);
    match fit {
        Fit::Stretch => stretch(&image, (width, height), filter),
        Fit::Cover => {
            let (wide, high) = scaled(&image, (width, height), f64::max);
            let (wide, high) = (wide.max(width), high.max(height));
            let whole = stretch(&image, (wide, high), filter);
            crop(&whole, (width, height), Corner::Center).expect("it covers the shape")
        }
        Fit::Contain => {
            let (wide, high) = scaled(&image, (width, height), f64::min);
            let (wide, high) = (wide.min(width), high.min(height));
            let inner = stretch(&image, (wide, high), filter);
            let mut whole = DynamicImage::new(width, height, inner.color());
            let (left, top) = ((width - wide) / 2, (height - high) / 2);
            image::imageops::replace(&mut whole, &inner, i64::from(left), i64::from(top));
            whole
        }
    }
}

/// Returns the picture with pixels of 8 bits, and as many channels as it has.
fn in_8_bits(image: &DynamicImage) -> DynamicImage {
    match image.color().channel_count() {
        1 => image.to_luma8().into(),
        2 => image.to_luma_alpha8().into(),
        3 => image.to_rgb8().into(),
        _ => image.to_rgba8().into(),
    }
}

fn stretch(image: &DynamicImage, to: (u32, u32), filter: PixelFilter) -> DynamicImage {
    let n = usize::from(image.color().channel_count());
    let from = (image.width() as usize, image.height() as usize);
    let pixels = resize::resize(image.as_bytes(), n, from, (to.0 as usize, to.1 as usize), filter);
    let made = match n {
        1 => GrayImage::from_raw(to.0, to.1, pixels).map(DynamicImage::from),
        2 => GrayAlphaImage::from_raw(to.0, to.1, pixels).map(DynamicImage::from),
        3 => RgbImage::from_raw(to.0, to.1, pixels).map(DynamicImage::from),
        _ => RgbaImage::from_raw(to.0, to.1, pixels).map(DynamicImage::from),
    };
    made.expect("as many bytes as pixels and channels ask for")
}

/// Returns the size at which a picture covers a shape, or is contained in it.
fn scaled(image: &DynamicImage, (width, height): (u32, u32), pick: fn(f64, f64) -> f64) -> (u32, u32) {
    let (from_width, from_height) = (f64::from(image.width()), f64::from(image.height()));
    let scale = pick(f64::from(width) / from_width, f64::from(height) / from_height);
    let side = |from: f64| (from * scale).round().max(1.0) as u32;
    (side(from_width), side(from_height))
}

/// Returns a part of the picture; `None` where the picture is smaller.
pub fn crop(image: &DynamicImage, (width, height): (u32, u32), at: Corner) -> Option<DynamicImage> {
    let right = image.width().checked_sub(width)?;
    let bottom = image.height().checked_sub(height)?;
    let (x, y) = match at {
        Corner::Center => (right / 2, bottom / 2),
        Corner::TopLeft => (0, 0),
        Corner::TopRight => (right, 0),
        Corner::BottomLeft => (0, bottom),
        Corner::BottomRight => (right, bottom),
    };
    Some(image.crop_imm(x, y, width, height))
}

/// Returns the picture without colour: ITU-R 601-2 luma in whole numbers, as Pillow computes mode `L`; transparency is left out.
pub fn gray(image: &DynamicImage) -> GrayImage {
    match image {
        DynamicImage::ImageLuma8(gray) => gray.clone(),
        DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLuma16(_) | DynamicImage::ImageLumaA16(_) => image.to_luma8(),
        // The enumeration of pixel types is not ours; all others have colour.
        _ => {
            let rgb = image.to_rgb8();
            GrayImage::from_fn(rgb.width(), rgb.height(), |x, y| {
                let [red, green, blue] = rgb.get_pixel(x, y).0.map(u32::from);
                Luma([((red * 19_595 + green * 38_470 + blue * 7471 + 0x8000) >> 16) as u8])
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};
    use proptest::prelude::*;

    fn picture(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([(x * 9) as u8, (y * 7) as u8, 200])).into()
    }

    proptest! {
        #[test]
        fn every_fit_gives_the_size_that_was_asked_for(w in 1_u32..40, h in 1_u32..40, to_w in 1_u32..40, to_h in 1_u32..40, lanczos: bool) {
            let filter = if lanczos { PixelFilter::Lanczos } else { PixelFilter::Bilinear };
            for fit in [Fit::Stretch, Fit::Cover, Fit::Contain] {
                let made = resize(&picture(w, h), (to_w, to_h), fit, filter);
                prop_assert_eq!((made.width(), made.height()), (to_w, to_h));
            }
        }
    }

    #[test]
    fn contained_pictures_have_black_beside_them_and_covering_ones_have_not() {
        let white: DynamicImage = RgbImage::from_pixel(10, 5, Rgb([255; 3])).into();
        let contained = resize(&white, (10, 10), Fit::Contain, PixelFilter::Bilinear).to_rgb8();
        assert_eq!((contained.get_pixel(5, 0).0, contained.get_pixel(5, 5).0), ([0; 3], [255; 3]));
        let covering = resize(&white, (10, 10), Fit::Cover, PixelFilter::Bilinear).to_rgb8();
        assert!(covering.pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    #[test]
    fn each_corner_keeps_its_own_pixels() {
        let image = picture(6, 4);
        let first = |at| crop(&image, (2, 2), at).unwrap().to_rgb8().get_pixel(0, 0).0;
        assert_eq!(first(Corner::TopLeft), [0, 0, 200]);
        assert_eq!(first(Corner::TopRight), [36, 0, 200]);
        assert_eq!(first(Corner::BottomLeft), [0, 14, 200]);
        assert_eq!(first(Corner::BottomRight), [36, 14, 200]);
        assert_eq!(first(Corner::Center), [18, 7, 200]);
        assert!(crop(&image, (7, 1), Corner::Center).is_none() && crop(&image, (1, 5), Corner::Center).is_none());
    }
}
