//! Pictures and sounds: decoded within limits, proven sound, changed, and written again.
//!
//! **Invariant:** whatever the bytes are, decoding ends with a picture, a sound, or a reason in words; it takes no more memory
//! than the limits here allow.

pub mod picture;
mod jpeg;
mod whole;
pub mod shape;
mod resize;
pub mod sound;
mod riff;
pub mod wav;
pub mod resample;

use std::collections::BTreeMap;

use crate::data::record::MediaKind;
use crate::recipe::dataset::MediaWord;

/// The most bytes a file of a picture or a sound may have.
pub const MOST_FILE_BYTES: u64 = 512 << 20;

/// Decodes a file once, and returns what is known of it then: its size, or its rate, channels and length.
///
/// # Errors
/// What is wrong with the bytes.
pub fn facts(kind: MediaKind, bytes: &[u8]) -> Result<BTreeMap<String, String>, String> {
    match kind {
        MediaKind::Image => picture::decode(bytes).map(|image| picture::facts(&image)),
        MediaKind::Audio => sound::facts(bytes).map(|facts| facts.fields()),
    }
}

/// Returns the kind of media a recipe means.
pub fn kind_of(word: MediaWord) -> MediaKind {
    match word {
        MediaWord::Image => MediaKind::Image,
        MediaWord::Audio => MediaKind::Audio,
    }
}
