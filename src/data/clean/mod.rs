//! Cleaning: one file a step.
//!
//! A step that looks at one record at a time is a [`Step`]; deduplication looks at all of them ([`crate::data::prepare`]).

mod step;
pub mod normalize_unicode;
pub mod strip_markup;
pub mod min_length;
pub mod redact_pii;
pub mod dedup_exact;
pub(in crate::data) mod minhash;
pub mod picture;
pub mod sound;

use crate::data::clean::picture::PictureStep;
use crate::data::clean::sound::SoundStep;
use crate::data::error::DataError;
use crate::recipe::dataset::{CleanStep, NearMethod};

pub use step::{Change, Counts, Fate, Step};

/// How a step is done.
pub enum Prepared {
    /// One record at a time.
    Each(Box<dyn Step>),
    /// All records at once: equal ones go.
    Exact,
    /// All records at once: those go that are nearly the same as an earlier one.
    Near {
        /// The Jaccard similarity from which on a record is a duplicate.
        threshold: f64,
    },
}

/// Makes a step ready: patterns are compiled and dictionaries read once.
///
/// # Errors
/// When a dictionary of the step cannot be read.
pub fn prepare(step: &CleanStep) -> Result<Prepared, DataError> {
    Ok(match step {
        CleanStep::NormalizeUnicode => Prepared::Each(Box::new(Change(normalize_unicode::normalize))),
        CleanStep::StripMarkup => Prepared::Each(Box::new(Change(strip_markup::strip))),
        CleanStep::MinLength { chars } => Prepared::Each(Box::new(min_length::MinLength { chars: *chars })),
        CleanStep::RedactPii { kinds } => Prepared::Each(Box::new(redact_pii::RedactPii { kinds: kinds.clone() })),
        CleanStep::DedupExact => Prepared::Exact,
        CleanStep::DedupNear { method: NearMethod::Minhash, threshold } => Prepared::Near { threshold: *threshold },
        CleanStep::ResizeImage { width, height, fit, filter } => {
            Prepared::Each(Box::new(PictureStep::Resize { size: (*width, *height), fit: *fit, filter: *filter }))
        }
        CleanStep::CropImage { width, height, at } => {
            Prepared::Each(Box::new(PictureStep::Crop { size: (*width, *height), at: *at }))
        }
        CleanStep::GrayImage => Prepared::Each(Box::new(PictureStep::Gray)),
        CleanStep::ResampleAudio { rate } => Prepared::Each(Box::new(SoundStep::Resample(*rate))),
        CleanStep::MonoAudio => Prepared::Each(Box::new(SoundStep::Mono)),
        CleanStep::TrimSilence { below_db } => Prepared::Each(Box::new(SoundStep::Trim(*below_db))),
        CleanStep::LengthAudio { min_seconds, max_seconds } => {
            Prepared::Each(Box::new(SoundStep::Length { min: *min_seconds, max: *max_seconds }))
        }
    })
}

/// Returns a record of text, for tests of the steps.
#[cfg(test)]
fn text_record(id: usize, text: &str) -> crate::data::Record {
    crate::data::Record::new(id.to_string(), id.to_string(), crate::data::Content::Text(text.to_owned()))
}
