//! Reads `features`.

use crate::recipe::code::Code;
use crate::recipe::dataset::{Augment, Features, Fit, Flip, Normalize, PixelFilter, SpecAugment};
use crate::recipe::read::dataset::clean_media::{filter, fit, rate, within};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads the numbers that records become.
pub(super) fn features(reader: &mut Reader, at: &At<'_>) -> Option<Features> {
    #[derive(Clone, Copy)]
    enum Word {
        Image,
        LogMel,
    }
    let mut fields = Fields::open(reader, at)?;
    let Some(word) = fields.kind(reader, "features", &[("image", Word::Image), ("log-mel", Word::LogMel)]) else {
        fields.abandon();
        return None;
    };
    let features = match word {
        Word::Image => image(reader, &mut fields),
        Word::LogMel => log_mel(reader, &mut fields),
    };
    fields.finish(reader);
    features
}

fn image(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Features> {
    let side = |reader: &mut Reader, at: &At<'_>| within(reader, at, 1..=4096);
    let width = fields.need(reader, "width").and_then(|at| side(reader, &at));
    let height = fields.need(reader, "height").and_then(|at| side(reader, &at));
    let channels =
        fields.or(reader, "channels", Features::default_channels(), |reader, at| match within(reader, at, 1..=3)? {
            2 => reader.wrong_of(Code::OutOfRange, at, "2 is out of range: expected 1 or 3", None),
            channels => Some(channels),
        });
    let numbers = |reader: &mut Reader, at: &At<'_>, least| {
        let list = reader.list(at, |reader, at| reader.number(at, least..=1.0))?;
        let n = channels? as usize;
        match list.len() == n {
            true => Some(Some(list)),
            false => {
                let message = format!("expected one number for each of {n} channels, found {}", list.len());
                reader.wrong_of(Code::ShapeMismatch, at, message, None)
            }
        }
    };
    let mean = fields.or(reader, "mean", None, |reader, at| numbers(reader, at, 0.0));
    let std = fields.or(reader, "std", None, |reader, at| numbers(reader, at, 1e-6));
    let fit = fields.or(reader, "fit", Fit::default(), fit);
    let filter = fields.or(reader, "filter", PixelFilter::default(), filter);
    let augment = fields.or(reader, "augment", None, |reader, at| augment(reader, at).map(Some));
    let channels = channels?;
    let every = |value: f64| vec![value; channels as usize];
    Some(Features::Image {
        width: width?,
        height: height?,
        channels,
        mean: mean?.unwrap_or_else(|| every(0.0)),
        std: std?.unwrap_or_else(|| every(1.0)),
        fit: fit?,
        filter: filter?,
        augment: augment?,
    })
}

fn augment(reader: &mut Reader, at: &At<'_>) -> Option<Augment> {
    let mut fields = Fields::open(reader, at)?;
    let default = Augment::default();
    let words = [("none", Flip::None), ("horizontal", Flip::Horizontal)];
    let flip = fields.or(reader, "flip", default.flip, |reader, at| reader.word(at, "flip", &words));
    let crop_padding =
        fields.or(reader, "crop-padding", default.crop_padding, |reader, at| within(reader, at, 0..=1024));
    let rotate_degrees =
        fields.or(reader, "rotate-degrees", default.rotate_degrees, |reader, at| reader.number(at, 0.0..=180.0));
    let brightness = fields.or(reader, "brightness", default.brightness, |reader, at| reader.number(at, 0.0..=1.0));
    let stream = fields.or(reader, "stream", default.stream, |reader, at| reader.count(at, 0));
    fields.finish(reader);
    Some(Augment {
        flip: flip?,
        crop_padding: crop_padding?,
        rotate_degrees: rotate_degrees?,
        brightness: brightness?,
        stream: stream?,
    })
}

fn log_mel(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Features> {
    let rate = fields.or(reader, "rate", Features::default_rate(), rate);
    let n_fft = fields.or(reader, "n-fft", Features::default_n_fft(), n_fft);
    let hop = fields.or(reader, "hop", Features::default_hop(), |reader, at| within(reader, at, 1..=65_536));
    let mels = fields.or(reader, "mels", Features::default_mels(), |reader, at| within(reader, at, 1..=512));
    let half = f64::from(rate.unwrap_or(Features::default_rate())) / 2.0;
    let f_min = fields.or(reader, "f-min", 0.0, |reader, at| reader.number(at, 0.0..=half));
    let f_max = fields.or(reader, "f-max", half, |reader, at| reader.number(at, 1.0..=half));
    let seconds = fields.need(reader, "seconds").and_then(|at| reader.number(&at, 0.01..=3600.0));
    let words = [("none", Normalize::None), ("record", Normalize::Record)];
    let normalize =
        fields.or(reader, "normalize", Normalize::default(), |reader, at| reader.word(at, "scaling", &words));
    let augment = fields.or(reader, "augment", None, |reader, at| spec_augment(reader, at).map(Some));
    let (f_min, f_max) = (f_min?, f_max?);
    if f_min >= f_max {
        let message = format!("`f-min` is {f_min}, and `f-max` is {f_max}: there is nothing between them");
        return reader.wrong_of(Code::OutOfRange, fields.at(), message, Some("let `f-max` be the larger".to_owned()));
    }
    Some(Features::LogMel {
        rate: rate?,
        n_fft: n_fft?,
        hop: hop?,
        mels: mels?,
        f_min,
        f_max,
        seconds: seconds?,
        normalize: normalize?,
        augment: augment?,
    })
}

fn spec_augment(reader: &mut Reader, at: &At<'_>) -> Option<SpecAugment> {
    let mut fields = Fields::open(reader, at)?;
    let default = SpecAugment::default();
    let times = |reader: &mut Reader, at: &At<'_>| within(reader, at, 0..=64);
    let frames = |reader: &mut Reader, at: &At<'_>| within(reader, at, 0..=65_536);
    let time_masks = fields.or(reader, "time-masks", default.time_masks, times);
    let time_mask_frames = fields.or(reader, "time-mask-frames", default.time_mask_frames, frames);
    let mel_masks = fields.or(reader, "mel-masks", default.mel_masks, times);
    let mel_mask_bands =
        fields.or(reader, "mel-mask-bands", default.mel_mask_bands, |reader, at| within(reader, at, 0..=512));
    let shift_frames = fields.or(reader, "shift-frames", default.shift_frames, frames);
    let stream = fields.or(reader, "stream", default.stream, |reader, at| reader.count(at, 0));
    fields.finish(reader);
    Some(SpecAugment {
        time_masks: time_masks?,
        time_mask_frames: time_mask_frames?,
        mel_masks: mel_masks?,
        mel_mask_bands: mel_mask_bands?,
        shift_frames: shift_frames?,
        stream: stream?,
    })
}

fn n_fft(reader: &mut Reader, at: &At<'_>) -> Option<u32> {
    let n_fft = within(reader, at, 16..=65_536)?;
    match n_fft % 2 {
        0 => Some(n_fft),
        _ => reader.wrong_of(Code::OutOfRange, at, format!("{n_fft} is odd: expected an even number"), None),
    }
}
