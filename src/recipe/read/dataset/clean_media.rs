//! Reads the cleaning steps of pictures and sounds, and the words they share with sources and features.

use crate::recipe::code::Code;
use crate::recipe::dataset::{CleanStep, Corner, Fit, PixelFilter};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// The most pixels a side may have.
pub(super) const MOST_SIDE: i128 = 16_384;
/// The sample rates that can be asked for, in hertz.
pub(super) const RATES: std::ops::RangeInclusive<i128> = 1000..=384_000;

/// The steps of pictures and sounds.
#[derive(Clone, Copy)]
pub(super) enum MediaStep {
    ResizeImage,
    CropImage,
    GrayImage,
    ResampleAudio,
    MonoAudio,
    TrimSilence,
    LengthAudio,
}

/// Reads the keys of a step for pictures or sounds.
pub(super) fn media_step(reader: &mut Reader, fields: &mut Fields<'_>, step: MediaStep) -> Option<CleanStep> {
    match step {
        MediaStep::ResizeImage => {
            let (width, height) = (size(reader, fields, "width"), size(reader, fields, "height"));
            let fit = fields.or(reader, "fit", Fit::default(), fit);
            let filter = fields.or(reader, "filter", PixelFilter::default(), filter);
            Some(CleanStep::ResizeImage { width: width?, height: height?, fit: fit?, filter: filter? })
        }
        MediaStep::CropImage => {
            let (width, height) = (size(reader, fields, "width"), size(reader, fields, "height"));
            let at = fields.or(reader, "at", Corner::default(), corner);
            Some(CleanStep::CropImage { width: width?, height: height?, at: at? })
        }
        MediaStep::GrayImage => Some(CleanStep::GrayImage),
        MediaStep::ResampleAudio => {
            let rate = fields.need(reader, "rate").and_then(|at| rate(reader, &at));
            rate.map(|rate| CleanStep::ResampleAudio { rate })
        }
        MediaStep::MonoAudio => Some(CleanStep::MonoAudio),
        MediaStep::TrimSilence => fields
            .or(reader, "below-db", CleanStep::default_below_db(), |reader, at| reader.number(at, -120.0..=-1.0))
            .map(|below_db| CleanStep::TrimSilence { below_db }),
        MediaStep::LengthAudio => length(reader, fields),
    }
}

fn length(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    let seconds = |reader: &mut Reader, at: &At<'_>| reader.number(at, 0.0..=1e9);
    let min_seconds = fields.or(reader, "min-seconds", 0.0, seconds);
    let max_seconds = fields.or(reader, "max-seconds", None, |reader, at| seconds(reader, at).map(Some));
    let (min_seconds, max_seconds) = (min_seconds?, max_seconds?);
    if max_seconds.is_some_and(|most| most < min_seconds) {
        let message = "no sound is at least `min-seconds` and at most `max-seconds` long";
        return reader.wrong_of(
            Code::OutOfRange,
            fields.at(),
            message,
            Some("let `max-seconds` be the larger".to_owned()),
        );
    }
    if min_seconds == 0.0 && max_seconds.is_none() {
        let hint = Some("such as `min-seconds: 0.2`".to_owned());
        return reader.wrong_of(
            Code::MissingKey,
            fields.at(),
            "expected `min-seconds` or `max-seconds`, found neither",
            hint,
        );
    }
    Some(CleanStep::LengthAudio { min_seconds, max_seconds })
}

fn size(reader: &mut Reader, fields: &mut Fields<'_>, key: &'static str) -> Option<u32> {
    fields.need(reader, key).and_then(|at| within(reader, &at, 1..=MOST_SIDE))
}

/// Reads a whole number within a range that fits 32 bits.
pub(super) fn within(reader: &mut Reader, at: &At<'_>, range: std::ops::RangeInclusive<i128>) -> Option<u32> {
    reader.integer(at, range).and_then(|value| u32::try_from(value).ok())
}

/// Reads a sample rate.
pub(super) fn rate(reader: &mut Reader, at: &At<'_>) -> Option<u32> {
    within(reader, at, RATES)
}

/// Reads how a picture is brought to another shape.
pub(super) fn fit(reader: &mut Reader, at: &At<'_>) -> Option<Fit> {
    reader.word(at, "fit", &[("stretch", Fit::Stretch), ("cover", Fit::Cover), ("contain", Fit::Contain)])
}

/// Reads how pixels are computed.
pub(super) fn filter(reader: &mut Reader, at: &At<'_>) -> Option<PixelFilter> {
    reader.word(at, "filter", &[("bilinear", PixelFilter::Bilinear), ("lanczos", PixelFilter::Lanczos)])
}

fn corner(reader: &mut Reader, at: &At<'_>) -> Option<Corner> {
    const WORDS: [(&str, Corner); 5] = [
        ("center", Corner::Center),
        ("top-left", Corner::TopLeft),
        ("top-right", Corner::TopRight),
        ("bottom-left", Corner::BottomLeft),
        ("bottom-right", Corner::BottomRight),
    ];
    reader.word(at, "part of a picture", &WORDS)
}
