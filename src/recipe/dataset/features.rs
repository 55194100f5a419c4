//! `features`: the numbers that a model of pictures or sounds is given.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::dataset::media::{Fit, MediaWord, PixelFilter};
use crate::recipe::typed::defaults;

/// The numbers a picture or a sound becomes: written beside the records of each split as `features`, with `labels` that count the
/// sorted names of all classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Features {
    /// A picture as `[channels, height, width]`: brought to one size, divided by 255, less the mean, divided by the deviation.
    Image {
        /// The width.
        #[schemars(range(min = 1, max = 4096), extend("x-unit" = "pixels"), example = 28)]
        width: u32,
        /// The height.
        #[schemars(range(min = 1, max = 4096), extend("x-unit" = "pixels"), example = 28)]
        height: u32,
        /// 1 for grey (ITU-R 601-2, as Pillow has it), 3 for red, green and blue.
        #[schemars(default = "Features::default_channels", extend("enum" = [1, 3], "x-unit" = "channels"), example = 1)]
        channels: u32,
        /// What is taken from each channel, which lies between 0 and 1.
        #[schemars(with = "Option<Vec<f64>>", extend("x-unit" = "brightness, from 0 to 1", "x-default" = "0 for every channel"), example = [0.1307])]
        mean: Vec<f64>,
        /// What each channel is divided by after that.
        #[schemars(with = "Option<Vec<f64>>", extend("x-unit" = "brightness, from 0 to 1", "x-default" = "1 for every channel"), example = [0.3081])]
        std: Vec<f64>,
        /// How a picture of another shape is brought to this one.
        #[schemars(default, example = &"cover")]
        fit: Fit,
        /// How the pixels of another size are computed.
        #[schemars(default, example = &"lanczos")]
        filter: PixelFilter,
        /// How a picture is changed each time a training sees it; what is written beside the records is not.
        #[schemars(example = json!({ "flip": "horizontal", "crop-padding": 4 }))]
        augment: Option<Augment>,
    },
    /// A sound as `[frames, mels]`: the logarithm, in decibels, of the power in bands of the mel scale, as librosa computes it
    /// (`feature.melspectrogram`, then `power_to_db`).
    LogMel {
        /// The sample rate to which sounds are brought first.
        #[schemars(default = "Features::default_rate", range(min = 1000, max = 384_000), extend("x-unit" = "hertz"), example = 8000)]
        rate: u32,
        /// The samples of one spectrum, an even number.
        #[schemars(default = "Features::default_n_fft", range(min = 16, max = 65_536), extend("x-unit" = "samples"), example = 512)]
        n_fft: u32,
        /// The samples from one frame to the next.
        #[schemars(default = "Features::default_hop", range(min = 1, max = 65_536), extend("x-unit" = "samples"), example = 128)]
        hop: u32,
        /// The number of bands.
        #[schemars(default = "Features::default_mels", range(min = 1, max = 512), extend("x-unit" = "bands"), example = 40)]
        mels: u32,
        /// Where the lowest band begins.
        #[schemars(default, range(min = 0.0, max = 192_000.0), extend("x-unit" = "hertz"), example = 20.0)]
        f_min: f64,
        /// Where the highest band ends.
        #[schemars(with = "Option<f64>", range(min = 1.0, max = 192_000.0), extend("x-unit" = "hertz", "x-default" = "half of `rate`"), example = 3800.0)]
        f_max: f64,
        /// How long every sound is made: silence is added at its end, or its end is cut off.
        #[schemars(range(min = 0.01, max = 3600.0), extend("x-unit" = "seconds"), example = 1.0)]
        seconds: f64,
        /// How the numbers of one record are scaled.
        #[schemars(default, example = &"record")]
        normalize: Normalize,
        /// How a sound is changed each time a training hears it; what is written beside the records is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(example = json!({ "time-mask-frames": 10, "mel-mask-bands": 8 }))]
        augment: Option<SpecAugment>,
    },
}

/// How the numbers of one record are scaled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// They stay decibels.
    #[default]
    None,
    /// Their mean becomes 0 and their standard deviation 1.
    Record,
}

/// How a picture is changed each time a training sees it. The seed of the run, the epoch and the number of the picture decide, so
/// that neither the order nor the number of threads is of account.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(Augment::default())]))]
pub struct Augment {
    /// Whether half of the pictures are mirrored.
    #[schemars(default, example = &"horizontal")]
    pub flip: Flip,
    /// How far a picture is shifted at most, in both directions; black comes in.
    #[schemars(range(max = 1024), extend("x-unit" = "pixels"), example = 4)]
    pub crop_padding: u32,
    /// How far a picture is turned at most, either way; black comes in.
    #[schemars(range(min = 0.0, max = 180.0), extend("x-unit" = "degrees"), example = 10.0)]
    pub rotate_degrees: f64,
    /// How much brighter or darker a picture becomes at most, as a share.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.2)]
    pub brightness: f64,
    /// Another number draws other changes from the same seed.
    #[schemars(extend("x-unit" = "number of a stream"), example = 1)]
    pub stream: u32,
}

/// How a sound is changed each time a training hears it (SpecAugment, Park et al. 2019): frames and bands become the mean of its
/// numbers. The seed of the run, the epoch and the number of the sound decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(SpecAugment::default())]))]
pub struct SpecAugment {
    /// How often some frames are hidden.
    #[schemars(range(max = 64), extend("x-unit" = "times"), example = 2)]
    pub time_masks: u32,
    /// How many frames are hidden at most, each time.
    #[schemars(range(max = 65_536), extend("x-unit" = "frames"), example = 10)]
    pub time_mask_frames: u32,
    /// How often some bands are hidden.
    #[schemars(range(max = 64), extend("x-unit" = "times"), example = 2)]
    pub mel_masks: u32,
    /// How many bands are hidden at most, each time.
    #[schemars(range(max = 512), extend("x-unit" = "bands"), example = 8)]
    pub mel_mask_bands: u32,
    /// How far a sound is shifted at most, either way; silence comes in.
    #[schemars(range(max = 65_536), extend("x-unit" = "frames"), example = 4)]
    pub shift_frames: u32,
    /// Another number draws other changes from the same seed.
    #[schemars(extend("x-unit" = "number of a stream"), example = 1)]
    pub stream: u32,
}

impl Default for SpecAugment {
    fn default() -> Self {
        Self { time_masks: 1, time_mask_frames: 0, mel_masks: 1, mel_mask_bands: 0, shift_frames: 0, stream: 0 }
    }
}

/// Whether pictures are mirrored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Flip {
    /// None are.
    #[default]
    None,
    /// Left and right change places, in half of them.
    Horizontal,
}

impl Features {
    /// Returns the channels of a picture where the recipe says nothing.
    pub const fn default_channels() -> u32 {
        3
    }

    /// Returns the sample rate where the recipe says nothing, in hertz.
    pub const fn default_rate() -> u32 {
        16_000
    }

    /// Returns the samples of one spectrum where the recipe says nothing.
    pub const fn default_n_fft() -> u32 {
        1024
    }

    /// Returns the samples between two frames where the recipe says nothing.
    pub const fn default_hop() -> u32 {
        256
    }

    /// Returns the number of bands where the recipe says nothing.
    pub const fn default_mels() -> u32 {
        80
    }

    /// Returns the word the recipe uses for these features.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Image { .. } => "image",
            Self::LogMel { .. } => "log-mel",
        }
    }

    /// Returns what they are made of.
    pub fn made_of(&self) -> MediaWord {
        match self {
            Self::Image { .. } => MediaWord::Image,
            Self::LogMel { .. } => MediaWord::Audio,
        }
    }

    /// Returns the shape of one record's numbers: `[channels, height, width]`, or `[frames, mels]`.
    pub fn shape(&self) -> Vec<u64> {
        match self {
            Self::Image { width, height, channels, .. } => [*channels, *height, *width].map(u64::from).to_vec(),
            Self::LogMel { rate, hop, mels, seconds, .. } => {
                vec![1 + samples(*seconds, *rate) / u64::from(*hop), u64::from(*mels)]
            }
        }
    }

    /// Returns the features without what only a training does.
    pub fn without_augmentation(&self) -> Self {
        let mut features = self.clone();
        match &mut features {
            Self::Image { augment, .. } => *augment = None,
            Self::LogMel { augment, .. } => *augment = None,
        }
        features
    }

    /// Returns whether records are changed each time a training sees or hears them.
    pub fn is_augmented(&self) -> bool {
        match self {
            Self::Image { augment, .. } => augment.is_some(),
            Self::LogMel { augment, .. } => augment.is_some(),
        }
    }
}

/// Returns how many samples some seconds are.
pub fn samples(seconds: f64, rate: u32) -> u64 {
    (seconds * f64::from(rate)).round() as u64
}
