//! Features: the numbers that a model of pictures or sounds is given, written beside the records.

pub mod picture;
pub mod mel;
pub mod log_mel;
pub mod augment;
pub mod spec_augment;
pub mod write;

use crate::data::record::{Content, MediaKind, Record};
use crate::recipe::dataset::Features;

pub use augment::augment;
pub use write::{FeatureWriter, Written, write};

/// Features, ready to be computed: whatever many records share is computed once.
pub enum Prepared {
    /// Of pictures.
    Image(picture::PictureFeatures),
    /// Of sounds.
    LogMel(Box<log_mel::LogMel>),
}

/// Makes features ready.
pub fn prepare(features: &Features) -> Prepared {
    match features {
        Features::Image { width, height, channels, mean, std, fit, filter, augment: _ } => {
            Prepared::Image(picture::PictureFeatures {
                size: (*width, *height),
                channels: *channels,
                mean: mean.clone(),
                std: std.clone(),
                fit: *fit,
                filter: *filter,
            })
        }
        Features::LogMel { rate, n_fft, hop, mels, f_min, f_max, seconds, normalize, augment: _ } => {
            let bands = mel::Bands::new(*rate, *n_fft as usize, *mels as usize, (*f_min, *f_max));
            Prepared::LogMel(Box::new(log_mel::LogMel::new(bands, *rate, *hop as usize, *seconds, *normalize)))
        }
    }
}

/// Returns the numbers of a record, changed as a dataset's `augment` says; `epoch` and `index` tell one look at it from another.
pub fn changed(features: &Features, values: &[f32], seed: u64, epoch: u64, index: u64) -> Vec<f32> {
    match features {
        Features::Image { width, height, mean, std, augment: Some(how), .. } => {
            let plane = augment::Plane { size: (*width as usize, *height as usize), mean, std };
            augment(values, plane, how, seed, epoch, index)
        }
        Features::LogMel { mels, augment: Some(how), .. } => {
            let mut random = augment::random(seed, how.stream, epoch, index);
            spec_augment::changed(values, *mels as usize, how, &mut random)
        }
        Features::Image { augment: None, .. } | Features::LogMel { augment: None, .. } => values.to_vec(),
    }
}

impl Prepared {
    /// Returns the numbers of a record, in the order of [`Features::shape`].
    ///
    /// # Errors
    /// When the record holds something else, or is damaged.
    pub fn values(&self, record: &Record) -> Result<Vec<f32>, String> {
        let (expected, name) = match self {
            Self::Image(_) => (MediaKind::Image, "a picture"),
            Self::LogMel(_) => (MediaKind::Audio, "a sound"),
        };
        let bytes = match &record.content {
            Content::Media(media) if media.kind == expected => &media.bytes,
            Content::Media(_) | Content::Text(_) | Content::Pair { .. } | Content::Chat(_) | Content::Preference(_) => {
                return Err(format!("expected {name}"));
            }
        };
        match self {
            Self::Image(features) => features.values(bytes),
            Self::LogMel(features) => features.values(bytes),
        }
    }
}
