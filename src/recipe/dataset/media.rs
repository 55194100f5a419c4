//! Words about pictures and sounds that several keys share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a table points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MediaWord {
    /// Pictures: PNG, JPEG, GIF, WebP or BMP.
    Image,
    /// Sounds: WAV or FLAC.
    Audio,
}

impl MediaWord {
    /// Returns the pattern of the files that hold such media.
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Image => "**/*.{png,jpg,jpeg,gif,webp,bmp}",
            Self::Audio => "**/*.{wav,flac}",
        }
    }
}

/// How a picture is brought to another shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Width and height change apart, and shapes are distorted.
    #[default]
    Stretch,
    /// It covers the new shape, and what stands out on both sides is cut off.
    Cover,
    /// All of it is kept, in the middle, with black beside it.
    Contain,
}

/// How the pixels of a smaller or larger picture are computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PixelFilter {
    /// A triangle over the pixels, as wide as a new pixel: what Pillow calls bilinear.
    #[default]
    Bilinear,
    /// Lanczos with three lobes.
    Lanczos,
}

/// Which part of a picture is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Corner {
    /// The middle.
    #[default]
    Center,
    /// The upper left.
    TopLeft,
    /// The upper right.
    TopRight,
    /// The lower left.
    BottomLeft,
    /// The lower right.
    BottomRight,
}
