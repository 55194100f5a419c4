//! `clean`: what is done to records, in order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::dataset::media::{Corner, Fit, PixelFilter};

/// One cleaning step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum CleanStep {
    /// Unicode normal form C, line ends to `\n`, control characters and byte-order marks removed.
    NormalizeUnicode,
    /// Markdown and HTML reduced to their text; code blocks, tables, images and link targets go.
    StripMarkup,
    /// Drops records of fewer characters.
    MinLength {
        /// The least number of characters a record keeps.
        #[schemars(range(min = 1), extend("x-unit" = "characters"), example = 200)]
        chars: u32,
    },
    /// Masks private data as `[email]`, `[phone]`, ….
    RedactPii {
        /// What to look for.
        #[schemars(default = "PiiKind::all", length(min = 1), example = ["email", "phone"])]
        kinds: Vec<PiiKind>,
    },
    /// Drops records whose text has been seen before, apart from white space.
    DedupExact,
    /// Drops records that are nearly the same as an earlier one (MinHash over word shingles, then the estimated Jaccard similarity).
    DedupNear {
        /// How similarity is estimated.
        #[schemars(default, example = &"minhash")]
        method: NearMethod,
        /// The Jaccard similarity from which on a record is a duplicate, between 0 and 1.
        #[schemars(default = "CleanStep::default_threshold", range(min = 0.1, max = 1.0), extend("x-unit" = "similarity"), example = 0.9)]
        threshold: f64,
    },

    // Pictures and sounds.
    /// Brings pictures to one size; they become PNG files.
    ResizeImage {
        /// The new width.
        #[schemars(range(min = 1, max = 16_384), extend("x-unit" = "pixels"), example = 224)]
        width: u32,
        /// The new height.
        #[schemars(range(min = 1, max = 16_384), extend("x-unit" = "pixels"), example = 224)]
        height: u32,
        /// How a picture of another shape is brought to this one.
        #[schemars(default, example = &"cover")]
        fit: Fit,
        /// How the new pixels are computed.
        #[schemars(default, example = &"lanczos")]
        filter: PixelFilter,
    },
    /// Cuts a part out of pictures, and drops those that are smaller; they become PNG files.
    CropImage {
        /// The width that is left.
        #[schemars(range(min = 1, max = 16_384), extend("x-unit" = "pixels"), example = 200)]
        width: u32,
        /// The height that is left.
        #[schemars(range(min = 1, max = 16_384), extend("x-unit" = "pixels"), example = 200)]
        height: u32,
        /// Which part is left.
        #[schemars(default, example = &"top-left")]
        at: Corner,
    },
    /// Takes the colour out of pictures (ITU-R 601-2 luma, as Pillow's mode `L`); they become PNG files of one channel.
    GrayImage,
    /// Brings sounds to one sample rate; they become WAV files of 16 bits.
    ResampleAudio {
        /// The new sample rate.
        #[schemars(range(min = 1000, max = 384_000), extend("x-unit" = "hertz"), example = 16_000)]
        rate: u32,
    },
    /// Makes one channel of several, their mean; sounds become WAV files of 16 bits.
    MonoAudio,
    /// Cuts silence from the beginning and the end of sounds, and drops those that are nothing else; they become WAV files of 16 bits.
    TrimSilence {
        /// Up to which level a sample is silence, below full scale.
        #[schemars(default = "CleanStep::default_below_db", range(min = -120.0, max = -1.0), extend("x-unit" = "decibels"), example = -50.0)]
        below_db: f64,
    },
    /// Drops sounds that are too short or too long.
    LengthAudio {
        /// How long a sound is at least.
        #[schemars(default, range(min = 0.0), extend("x-unit" = "seconds"), example = 0.2)]
        min_seconds: f64,
        /// How long a sound is at most.
        #[schemars(with = "Option<f64>", range(min = 0.0), extend("x-unit" = "seconds"), example = 10.0)]
        max_seconds: Option<f64>,
    },
}

impl CleanStep {
    /// Returns the Jaccard similarity from which on a record is a duplicate, where the recipe says nothing.
    pub const fn default_threshold() -> f64 {
        0.8
    }

    /// Returns up to which level a sample is silence where the recipe says nothing, in decibels below full scale.
    pub const fn default_below_db() -> f64 {
        -40.0
    }

    /// Returns the word the recipe uses for this step.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NormalizeUnicode => "normalize-unicode",
            Self::StripMarkup => "strip-markup",
            Self::MinLength { .. } => "min-length",
            Self::RedactPii { .. } => "redact-pii",
            Self::DedupExact => "dedup-exact",
            Self::DedupNear { .. } => "dedup-near",
            Self::ResizeImage { .. } => "resize-image",
            Self::CropImage { .. } => "crop-image",
            Self::GrayImage => "gray-image",
            Self::ResampleAudio { .. } => "resample-audio",
            Self::MonoAudio => "mono-audio",
            Self::TrimSilence { .. } => "trim-silence",
            Self::LengthAudio { .. } => "length-audio",
        }
    }
}

/// A kind of private data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PiiKind {
    /// An e-mail address.
    Email,
    /// A telephone number: international, or a Chinese mobile number.
    Phone,
    /// A Chinese resident identity number with a correct checksum.
    IdCard,
    /// A bank card number with a correct Luhn checksum.
    BankCard,
    /// An IPv4 or IPv6 address.
    IpAddress,
}

impl PiiKind {
    /// Returns every kind: what is looked for where the recipe says nothing.
    pub fn all() -> Vec<Self> {
        vec![Self::Email, Self::Phone, Self::IdCard, Self::BankCard, Self::IpAddress]
    }
}

/// How near-duplicates are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NearMethod {
    /// MinHash with locality-sensitive hashing (Broder 1997; Leskovec et al., "Mining of Massive Datasets", chapter 3).
    #[default]
    Minhash,
}
