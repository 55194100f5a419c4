//! Pictures: decoded within limits, and written as PNG.

use std::collections::BTreeMap;
use std::io::Cursor;

use image::error::LimitErrorKind;
use image::{DynamicImage, ImageError, ImageFormat, ImageReader, Limits};

use crate::data::media::{jpeg, whole};

/// The most pixels a side may have.
pub const MOST_SIDE: u32 = 16_384;
/// The most bytes the pixels of one picture may take.
pub const MOST_PIXEL_BYTES: u64 = 256 << 20;

/// Decodes a PNG, JPEG, GIF (its first picture), WebP or BMP file; what it is called is of no account.
///
/// Pixels are taken as they are stored: a turn noted beside them (EXIF) is not made.
///
/// # Errors
/// When the bytes are of no such format, end too early, contradict themselves, or state more pixels than the limits allow.
pub fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    if bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    let format = image::guess_format(bytes).map_err(|_| "expected PNG, JPEG, GIF, WebP or BMP".to_owned())?;
    match format {
        ImageFormat::Jpeg => return jpeg::decode(bytes),
        ImageFormat::Png => whole::png(bytes)?,
        ImageFormat::Gif => whole::gif(bytes)?,
        ImageFormat::WebP => whole::webp(bytes)?,
        ImageFormat::Bmp => {}
        // The enumeration of formats is not ours.
        _ => return Err("expected PNG, JPEG, GIF, WebP or BMP".to_owned()),
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let image = reader.decode().map_err(|error| reason(format, &error))?;
    match (image.width(), image.height()) {
        (0, _) | (_, 0) => Err("the picture has no pixels".to_owned()),
        _ => Ok(image),
    }
}

/// Returns the size and the channels of a picture, as fields of a record.
pub fn facts(image: &DynamicImage) -> BTreeMap<String, String> {
    let channels = image.color().channel_count();
    [("width", image.width().to_string()), ("height", image.height().to_string()), ("channels", channels.to_string())]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}

/// Returns the bytes of a PNG file: the same for the same pixels.
pub fn encode(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).expect("a picture with pixels is written into memory");
    bytes.into_inner()
}

/// Returns that a picture is beyond the limits.
pub(super) fn too_large() -> String {
    format!(
        "too large: expected sides of at most {MOST_SIDE} pixels and at most {} MiB of pixels",
        MOST_PIXEL_BYTES >> 20
    )
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_PIXEL_BYTES);
    limits
}

fn reason(format: ImageFormat, error: &ImageError) -> String {
    let word = match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Gif => "GIF",
        ImageFormat::WebP => "WebP",
        // The enumeration of formats is not ours; only these are decoded here.
        _ => "BMP",
    };
    match error {
        ImageError::Limits(error) => match error.kind() {
            LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory => too_large(),
            kind => format!("not a sound {word} file: {kind:?}"),
        },
        ImageError::Unsupported(error) => format!("a kind of {word} that is not read: {error}"),
        ImageError::IoError(_) => format!("the {word} file ends too early"),
        ImageError::Decoding(error) => {
            let inner = std::error::Error::source(error).map(ToString::to_string);
            format!("not a sound {word} file: {}", inner.unwrap_or_else(|| error.to_string()))
        }
        error => format!("not a sound {word} file: {error}"),
    }
}
