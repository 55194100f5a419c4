//! `clean`: what is done to records, in order.

mod unicode;
mod page;
mod language;
mod quality;
mod pii;
mod classify;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Name;
use crate::recipe::dataset::media::{Corner, Fit, PixelFilter};
use crate::recipe::typed::{ModelReference, SomeText};

pub use classify::{Class, Classify, ClassifyBy, ClassifyInto};
pub use language::LanguageCode;
pub use page::{Markup, Page};
pub use pii::{PiiKind, PiiWith, RedactPii};
pub use quality::{Quality, QualityRules};
pub use unicode::{UnicodeForm, Width};

/// One cleaning step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum CleanStep {
    /// Mends text that was decoded wrongly (UTF-8 read as Latin-1, Windows-1252, Windows-1251 or GBK, and GBK read as Latin-1),
    /// where the mended text is clearly better; replacement characters, terminal sequences and stray control characters go.
    FixEncoding {
        /// The share of characters that may be beyond repair; a record with more of them goes.
        #[schemars(default = "CleanStep::default_max_damage", range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.01)]
        max_damage: f64,
    },
    /// One Unicode normal form, line ends to `\n`, control characters and byte-order marks removed.
    NormalizeUnicode {
        /// The normal form.
        #[schemars(default, example = &"nfkc")]
        form: UnicodeForm,
        /// What becomes of full-width letters, digits and signs.
        #[schemars(default, example = &"half")]
        width: Width,
    },
    /// Markdown or HTML reduced to its text; code blocks, images and link targets go, and the tables of Markdown.
    StripMarkup {
        /// What the text is written in.
        #[schemars(default, example = &"auto")]
        kind: Markup,
    },
    /// Web pages reduced to their main content: navigation, scripts, footers, cookie notices, share bars and short lines that
    /// repeat go (Kohlschütter et al. 2010, by the words and the links of each block).
    StripBoilerplate {
        /// What a record is.
        #[schemars(default, example = &"html")]
        kind: Page,
        /// The share of a block's words that may stand in links.
        #[schemars(default = "CleanStep::default_max_link_density", range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.5)]
        max_link_density: f64,
        /// How often a short line stands in a record before all of them go.
        #[schemars(default = "CleanStep::default_repeats", range(min = 2), extend("x-unit" = "lines"), example = 5)]
        repeats: u32,
    },
    /// Drops records of fewer characters.
    MinLength {
        /// The least number of characters a record keeps.
        #[schemars(range(min = 1), extend("x-unit" = "characters"), example = 200)]
        chars: u32,
    },
    /// Keeps the records of some classes, and drops the others.
    Filter {
        /// What is looked at: `label`, or a further field such as `domain` or `language`.
        #[schemars(default = "CleanStep::default_filter_field", with = "SomeText", example = &"domain")]
        field: String,
        /// What it may be.
        #[schemars(with = "Vec<SomeText>", length(min = 1), example = ["finance", "stocks"])]
        values: Vec<String>,
    },
    /// Drops records that are too short or too long. A word is a run of letters and digits, or one Chinese or Japanese character.
    Length {
        /// The least number of characters, white space at the ends aside.
        #[schemars(default, extend("x-unit" = "characters"), example = 200)]
        min_chars: u32,
        /// The greatest number of characters, white space at the ends aside.
        #[serde(default)]
        #[schemars(range(min = 1), extend("x-unit" = "characters"), example = 100_000)]
        max_chars: Option<u32>,
        /// The least number of words.
        #[schemars(default, extend("x-unit" = "words"), example = 50)]
        min_words: u32,
        /// The greatest number of words.
        #[serde(default)]
        #[schemars(range(min = 1), extend("x-unit" = "words"), example = 100_000)]
        max_words: Option<u32>,
    },
    /// Tells which language a record is in, and drops the others.
    Language {
        /// The languages that stay, as ISO 639-3 or 639-1 codes; without any, all stay and are only told apart.
        #[schemars(default, example = ["eng", "zho"])]
        keep: Vec<LanguageCode>,
        /// How sure one has to be for a record to stay, between 0 and 1.
        #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.5)]
        min_confidence: f64,
        /// The field of the record that then holds the code.
        #[schemars(default = "CleanStep::default_language_field", example = &"lang")]
        field: Name,
    },
    /// Drops what reads unlike prose, by the rules of Gopher (Rae et al. 2021) and C4 (Raffel et al. 2020).
    Quality(Box<Quality>),
    /// Masks private data as `[email]`, `[phone]`, ….
    RedactPii(RedactPii),
    /// Sorts records into classes, such as domains, by the words they use.
    Classify(Classify),
    /// Sorts records into classes, such as domains, by what a classifier takes them for.
    ClassifyByModel {
        /// The classifier: a model of this recipe, or one outside of it; of several repeats the first is asked.
        #[schemars(with = "ModelReference", example = &"zoo/finance-zh-topic@v1")]
        model: Name,
        /// The field of the record that then holds the class; `label` makes it the label.
        #[schemars(default = "CleanStep::default_model_field", example = &"topic")]
        field: Name,
        /// The classes that stay; without any, all stay.
        #[schemars(default, with = "Vec<SomeText>", example = ["finance"])]
        keep: Vec<String>,
        /// How likely the class has to be for a record to stay, between 0 and 1.
        #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.6)]
        min_confidence: f64,
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
    /// Returns whether it changes what a picture shows or a sound says, where it keeps it.
    pub fn changes_media(&self) -> bool {
        match self {
            Self::ResizeImage { .. }
            | Self::CropImage { .. }
            | Self::GrayImage
            | Self::ResampleAudio { .. }
            | Self::MonoAudio
            | Self::TrimSilence { .. } => true,
            Self::FixEncoding { .. }
            | Self::NormalizeUnicode { .. }
            | Self::StripMarkup { .. }
            | Self::StripBoilerplate { .. }
            | Self::MinLength { .. }
            | Self::Length { .. }
            | Self::Language { .. }
            | Self::Quality(_)
            | Self::RedactPii(_)
            | Self::Classify(_)
            | Self::ClassifyByModel { .. }
            | Self::Filter { .. }
            | Self::DedupExact
            | Self::DedupNear { .. }
            | Self::LengthAudio { .. } => false,
        }
    }

    /// Returns the Jaccard similarity from which on a record is a duplicate, where the recipe says nothing.
    pub const fn default_threshold() -> f64 {
        0.8
    }

    /// Returns up to which level a sample is silence where the recipe says nothing, in decibels below full scale.
    pub const fn default_below_db() -> f64 {
        -40.0
    }

    /// Returns what a filter looks at, where the recipe says nothing.
    pub fn default_filter_field() -> String {
        "label".to_owned()
    }

    /// Returns the share of characters that may be beyond repair, where the recipe says nothing.
    pub const fn default_max_damage() -> f64 {
        0.05
    }

    /// Returns the share of a block's words that may stand in links, where the recipe says nothing.
    pub const fn default_max_link_density() -> f64 {
        0.33
    }

    /// Returns how often a short line may stand in a record, where the recipe says nothing.
    pub const fn default_repeats() -> u32 {
        3
    }

    /// Returns the field that holds a record's language, where the recipe says nothing.
    pub fn default_language_field() -> Name {
        "language".parse().expect("the word is a name")
    }

    /// Returns the field that holds the class a model tells, where the recipe says nothing.
    pub fn default_model_field() -> Name {
        "domain".parse().expect("the word is a name")
    }

    /// Returns the model the step asks.
    pub fn model(&self) -> Option<&Name> {
        if let Self::ClassifyByModel { model, .. } = self { Some(model) } else { None }
    }

    /// Returns the same step by a model of another name; a step without a model stays as it is.
    pub fn with_model(&self, name: impl Into<String>) -> serde_json::Value {
        let mut step = serde_json::json!(self);
        if self.model().is_some() {
            step["model"] = name.into().into();
        }
        step
    }

    /// Returns whether the step gives records a label.
    pub fn labels(&self) -> bool {
        match self {
            Self::Classify(_) => true,
            Self::ClassifyByModel { field, .. } => field.as_str() == "label",
            Self::FixEncoding { .. }
            | Self::NormalizeUnicode { .. }
            | Self::StripMarkup { .. }
            | Self::StripBoilerplate { .. }
            | Self::MinLength { .. }
            | Self::Length { .. }
            | Self::Language { .. }
            | Self::Quality(_)
            | Self::RedactPii(_)
            | Self::Filter { .. }
            | Self::DedupExact
            | Self::DedupNear { .. }
            | Self::ResizeImage { .. }
            | Self::CropImage { .. }
            | Self::GrayImage
            | Self::ResampleAudio { .. }
            | Self::MonoAudio
            | Self::TrimSilence { .. }
            | Self::LengthAudio { .. } => false,
        }
    }

    /// Returns the files the step reads beside the data.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let file = match self {
            Self::Quality(quality) => quality.bad_words.as_deref(),
            Self::RedactPii(pii) => pii.names.as_deref(),
            Self::FixEncoding { .. }
            | Self::NormalizeUnicode { .. }
            | Self::StripMarkup { .. }
            | Self::StripBoilerplate { .. }
            | Self::MinLength { .. }
            | Self::Length { .. }
            | Self::Language { .. }
            | Self::Classify(_)
            | Self::ClassifyByModel { .. }
            | Self::Filter { .. }
            | Self::DedupExact
            | Self::DedupNear { .. }
            | Self::ResizeImage { .. }
            | Self::CropImage { .. }
            | Self::GrayImage
            | Self::ResampleAudio { .. }
            | Self::MonoAudio
            | Self::TrimSilence { .. }
            | Self::LengthAudio { .. } => None,
        };
        file.into_iter()
    }

    /// Returns the word the recipe uses for this step.
    pub fn word(&self) -> &'static str {
        match self {
            Self::FixEncoding { .. } => "fix-encoding",
            Self::NormalizeUnicode { .. } => "normalize-unicode",
            Self::StripMarkup { .. } => "strip-markup",
            Self::StripBoilerplate { .. } => "strip-boilerplate",
            Self::MinLength { .. } => "min-length",
            Self::Length { .. } => "length",
            Self::Language { .. } => "language",
            Self::Quality(_) => "quality",
            Self::RedactPii(_) => "redact-pii",
            Self::Classify(_) => "classify",
            Self::ClassifyByModel { .. } => "classify-by-model",
            Self::Filter { .. } => "filter",
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

/// How near-duplicates are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NearMethod {
    /// MinHash with locality-sensitive hashing (Broder 1997; Leskovec et al., "Mining of Massive Datasets", chapter 3).
    #[default]
    Minhash,
}
