//! Cleaning: one file a step.
//!
//! A step that looks at one record at a time is a [`Step`]; deduplication looks at all of them ([`crate::data::prepare`]).

mod step;
mod script;
pub mod fix_encoding;
pub mod normalize_unicode;
pub mod strip_markup;
pub mod strip_boilerplate;
pub mod min_length;
pub mod length;
pub mod language;
pub mod quality;
pub mod redact_pii;
pub mod classify;
pub mod filter;
pub mod dictionary;
mod html;
pub mod dedup_exact;
pub(in crate::data) mod minhash;
pub mod picture;
pub mod sound;

use crate::data::clean::picture::PictureStep;
use crate::data::clean::sound::SoundStep;
use crate::data::error::DataError;
use crate::data::record::Record;
use crate::recipe::dataset::{CleanStep, NearMethod};

pub use step::{Change, Counts, Fate, Step};

/// How a step is done.
pub enum Prepared {
    /// One record at a time.
    Each(Box<dyn Step>),
    /// One record at a time, by a model: who asks for the preparation has it ready.
    ByModel,
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
    let each = |step: Box<dyn Step>| Ok(Prepared::Each(step));
    match step {
        CleanStep::FixEncoding { max_damage } => each(Box::new(fix_encoding::FixEncoding { max_damage: *max_damage })),
        CleanStep::NormalizeUnicode { form, width } => {
            let (form, width) = (*form, *width);
            let normalize = move |record: Record| record.map(|text| normalize_unicode::normalize(text, form, width));
            each(Box::new(Change(normalize)))
        }
        CleanStep::StripMarkup { kind } => {
            let kind = *kind;
            each(Box::new(Change(move |record: Record| record.map(|text| strip_markup::strip(text, kind)))))
        }
        CleanStep::StripBoilerplate { kind, max_link_density, repeats } => {
            each(Box::new(strip_boilerplate::StripBoilerplate {
                kind: *kind,
                max_link_density: *max_link_density,
                repeats: *repeats,
            }))
        }
        CleanStep::MinLength { chars } => each(Box::new(min_length::MinLength { chars: *chars })),
        CleanStep::Length { min_chars, max_chars, min_words, max_words } => each(Box::new(length::Length {
            min_chars: *min_chars,
            max_chars: *max_chars,
            min_words: *min_words,
            max_words: *max_words,
        })),
        CleanStep::Language { keep, min_confidence, field } => each(Box::new(language::Language {
            keep: keep.clone(),
            min_confidence: *min_confidence,
            field: field.to_string(),
        })),
        CleanStep::Quality(quality) => each(Box::new(quality::Judge::new(quality)?)),
        CleanStep::RedactPii(pii) => each(Box::new(redact_pii::RedactPii::new(pii)?)),
        CleanStep::Classify(classify) => each(Box::new(classify::Classifier::new(classify)?)),
        CleanStep::ResizeImage { width, height, fit, filter } => {
            each(Box::new(PictureStep::Resize { size: (*width, *height), fit: *fit, filter: *filter }))
        }
        CleanStep::CropImage { width, height, at } => {
            each(Box::new(PictureStep::Crop { size: (*width, *height), at: *at }))
        }
        CleanStep::GrayImage => each(Box::new(PictureStep::Gray)),
        CleanStep::ResampleAudio { rate } => each(Box::new(SoundStep::Resample(*rate))),
        CleanStep::MonoAudio => each(Box::new(SoundStep::Mono)),
        CleanStep::TrimSilence { below_db } => each(Box::new(SoundStep::Trim(*below_db))),
        CleanStep::LengthAudio { min_seconds, max_seconds } => {
            each(Box::new(SoundStep::Length { min: *min_seconds, max: *max_seconds }))
        }
        CleanStep::Filter { field, values } => {
            let (field, values) = (field.clone(), values.iter().cloned().collect());
            each(Box::new(filter::Filter { field, values }))
        }
        CleanStep::ClassifyByModel { .. } => Ok(Prepared::ByModel),
        CleanStep::DedupExact => Ok(Prepared::Exact),
        CleanStep::DedupNear { method: NearMethod::Minhash, threshold } => Ok(Prepared::Near { threshold: *threshold }),
    }
}

/// Returns a record of text, for tests of the steps.
#[cfg(test)]
fn text_record(id: usize, text: &str) -> crate::data::Record {
    crate::data::Record::new(id.to_string(), id.to_string(), crate::data::Content::Text(text.to_owned()))
}

#[cfg(test)]
mod tests;
