//! Any bytes are a picture or a sound, or it is told why not.

use crate::data::clean::{self, Counts, Fate, Prepared};
use crate::data::media::{self, picture, sound, wav};
use crate::data::{Content, Media, MediaKind, Record};
use crate::recipe::dataset::{CleanStep, Corner, Fit, PixelFilter};

/// Decodes pictures; what is decoded is written as PNG and has the same pixels then.
pub fn image(bytes: &[u8]) {
    let decoded = picture::decode(bytes);
    let facts = media::facts(MediaKind::Image, bytes);
    assert_eq!(decoded.is_ok(), facts.is_ok());
    match decoded {
        Ok(image) => {
            assert!(image.as_bytes().len() as u64 <= picture::MOST_PIXEL_BYTES);
            if image.as_bytes().len() > 1 << 20 {
                return;
            }
            let again = picture::decode(&picture::encode(&image)).expect("what was written is read");
            assert_eq!((again.width(), again.height()), (image.width(), image.height()));
            assert!(again.as_bytes() == image.as_bytes() || again.color() != image.color());
            let (size, fit, filter) = ((7, 5), Fit::Cover, PixelFilter::Bilinear);
            through(CleanStep::ResizeImage { width: size.0, height: size.1, fit, filter }, MediaKind::Image, bytes);
            through(CleanStep::CropImage { width: 2, height: 3, at: Corner::Center }, MediaKind::Image, bytes);
            through(CleanStep::GrayImage, MediaKind::Image, bytes);
        }
        Err(reason) => told(&reason),
    }
}

/// Decodes sounds; one that is decoded is written as WAV and read again.
pub fn audio(bytes: &[u8]) {
    let facts = sound::facts(bytes);
    match sound::decode(bytes) {
        Ok(sound) => {
            assert_eq!(facts, Ok(sound.facts()));
            assert!(sound.samples.len() as u64 <= sound::MOST_SAMPLES);
            assert!(sound.samples.iter().all(|sample| sample.is_finite()));
            if sound.samples.len() > 1 << 16 {
                return;
            }
            let again = sound::decode(&wav::encode(&sound)).expect("what was written is read");
            assert_eq!(again.facts(), sound.facts());
            through(CleanStep::ResampleAudio { rate: 8000 }, MediaKind::Audio, bytes);
            through(CleanStep::MonoAudio, MediaKind::Audio, bytes);
            through(CleanStep::TrimSilence { below_db: -40.0 }, MediaKind::Audio, bytes);
            through(CleanStep::LengthAudio { min_seconds: 0.1, max_seconds: Some(9.0) }, MediaKind::Audio, bytes);
        }
        Err(reason) => {
            assert!(facts.is_err());
            told(&reason);
        }
    }
}

/// What a step leaves is sound.
fn through(step: CleanStep, kind: MediaKind, bytes: &[u8]) {
    let Prepared::Each(step) = clean::prepare(&step).expect("the step has no mistake") else { return };
    let media = Media { kind, bytes: bytes.to_vec(), caption: String::new() };
    let record = Record::new("r", "r", Content::Media(media));
    if let Fate::Keep(Record { content: Content::Media(media), .. }) = step.one(record, &mut Counts::new()) {
        media::facts(kind, &media.bytes).expect("what a step leaves is sound");
    }
}

fn told(reason: &str) {
    assert!(!reason.is_empty() && reason.len() < 300, "{reason}");
}
