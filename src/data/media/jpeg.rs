//! JPEG, decoded strictly: the usual way fills what is missing with grey.

use image::{DynamicImage, GrayImage, RgbImage};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::data::media::picture::{MOST_PIXEL_BYTES, MOST_SIDE, too_large};
use crate::data::media::whole;

/// The bytes of ones behind the last scan.
const ONES: usize = 64;

/// Decodes a JPEG file: grey stays grey, everything else becomes red, green and blue, CMYK included.
///
/// # Errors
/// When the bytes end too early, contradict themselves, or state more pixels than the limits allow.
pub(super) fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let wrong = |error: &dyn std::fmt::Debug| format!("not a sound JPEG file: {}", short(&format!("{error:?}")));
    let end = whole::jpeg(bytes)?;
    // A decoder makes up the bits that a scan lacks. Where it finds ones instead, which are no code of any table, it stops.
    let mut bytes = bytes[..end].to_vec();
    bytes.extend_from_slice(&[0xff, 0].repeat(ONES));
    bytes.extend_from_slice(&[0xff, 0xd9]);
    // The limits on the sides are ours, so that the reason is.
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(1 << 16).set_max_height(1 << 16);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes.as_slice()), options);
    decoder.decode_headers().map_err(|error| wrong(&error))?;
    let (Some((width, height)), Some(stored)) = (decoder.dimensions(), decoder.input_colorspace()) else {
        return Err("not a sound JPEG file: it has no header".to_owned());
    };
    let (colours, channels) = if stored == ColorSpace::Luma { (ColorSpace::Luma, 1) } else { (ColorSpace::RGB, 3) };
    let pixel_bytes = (width as u64) * (height as u64) * channels;
    if width.max(height) > MOST_SIDE as usize || pixel_bytes > MOST_PIXEL_BYTES {
        return Err(too_large());
    }
    decoder.set_options(options.jpeg_set_out_colorspace(colours));
    let pixels = decoder.decode().map_err(|error| wrong(&error))?;
    let (width, height) = (width as u32, height as u32);
    let image = match channels {
        1 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        _ => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
    };
    let has_pixels = |image: &DynamicImage| image.width() > 0 && image.height() > 0;
    image.filter(has_pixels).ok_or_else(|| "not a sound JPEG file: its pixels are fewer than it states".to_owned())
}

/// Returns the reason without the marks of a debug form.
fn short(reason: &str) -> String {
    reason.trim_matches('"').replace("\\n", " ").replace('"', "").trim().to_owned()
}
