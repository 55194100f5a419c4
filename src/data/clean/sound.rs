//! `resample-audio`, `mono-audio`, `trim-silence`, `length-audio`: sounds changed, and written as WAV of 16 bits; texts and pictures
//! are left alone.

use crate::data::clean::{Counts, Fate, Step};
use crate::data::media::sound::{self, Sound};
use crate::data::media::{resample, wav};
use crate::data::record::{Content, Media, MediaKind, Record};

/// A change of sounds.
pub enum SoundStep {
    /// To another sample rate, in hertz.
    Resample(u32),
    /// To one channel.
    Mono,
    /// Without the silence around it; up to this level a sample is silence, in decibels below full scale.
    Trim(f64),
    /// Only those of some length, in seconds.
    Length {
        /// The least.
        min: f64,
        /// The most.
        max: Option<f64>,
    },
}

impl SoundStep {
    /// Returns the changed sound, `None` where it stays as it is, or why there is none.
    fn change(&self, sound: &Sound) -> Result<Option<Sound>, &'static str> {
        match self {
            Self::Resample(rate) if *rate == sound.rate => Ok(None),
            Self::Resample(rate) => resample::resample(sound, *rate).map(Some).map_err(|_| "too long at this rate"),
            Self::Mono => Ok((sound.channels > 1).then(|| sound.mono())),
            Self::Trim(below_db) => trim(sound, *below_db),
            Self::Length { min, max } => {
                let seconds = sound.facts().seconds();
                match () {
                    () if seconds < *min => Err("too short"),
                    () if max.is_some_and(|most| seconds > most) => Err("too long"),
                    () => Ok(None),
                }
            }
        }
    }
}

/// Keeps what lies between the first and the last moment at which any channel is louder than the level.
fn trim(sound: &Sound, below_db: f64) -> Result<Option<Sound>, &'static str> {
    let level = 10_f64.powf(below_db / 20.0);
    let is_loud = |frame: &[f32]| frame.iter().any(|sample| f64::from(sample.abs()) > level);
    let frames = || sound.samples.chunks_exact(sound.channels);
    let (Some(first), Some(last)) = (frames().position(is_loud), frames().rposition(is_loud)) else {
        return Err("silent");
    };
    let kept = first * sound.channels..(last + 1) * sound.channels;
    if kept.len() == sound.samples.len() {
        return Ok(None);
    }
    Ok(Some(Sound { samples: sound.samples[kept].to_vec(), ..*sound }))
}

impl Step for SoundStep {
    fn one(&self, mut record: Record, counts: &mut Counts) -> Fate {
        let Content::Media(Media { kind: MediaKind::Audio, bytes, caption: _ }) = &mut record.content else {
            return Fate::Keep(record);
        };
        // Sources have decoded it before; what comes another way may still be damaged.
        let changed = sound::decode(bytes).map_err(|_| "damaged").and_then(|sound| self.change(&sound));
        match changed {
            Ok(None) => Fate::Keep(record),
            Ok(Some(sound)) => {
                let cut = sound.samples.iter().filter(|sample| sample.abs() > 1.0).count() as u64;
                if cut > 0 {
                    *counts.entry("samples cut to full scale".to_owned()).or_default() += cut;
                }
                *bytes = wav::encode(&sound);
                record.fields.extend(sound.facts().fields());
                Fate::Keep(record)
            }
            Err(reason) => Fate::Drop { record, reason },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(channels: usize, samples: Vec<f32>) -> Record {
        let bytes = wav::encode(&Sound { rate: 1000, channels, samples });
        Record::new("a", "a", Content::Media(Media { kind: MediaKind::Audio, bytes, caption: "c".to_owned() }))
    }

    fn done(step: &SoundStep, record: Record) -> Result<(Sound, Record), &'static str> {
        match step.one(record, &mut Counts::new()) {
            Fate::Keep(record) => {
                let Content::Media(media) = &record.content else { panic!("it was a sound") };
                Ok((sound::decode(&media.bytes).unwrap(), record))
            }
            Fate::Drop { reason, .. } => Err(reason),
        }
    }

    #[test]
    fn silence_goes_at_both_ends_and_not_within() {
        let (sound, record) =
            done(&SoundStep::Trim(-40.0), record(1, vec![0.0, 0.005, 0.5, 0.0, -0.5, 0.001])).unwrap();
        assert_eq!(sound.samples, [0.5, 0.0, -0.5]);
        assert_eq!(record.fields["seconds"], "0.003");
        assert_eq!(done(&SoundStep::Trim(-40.0), self::record(2, vec![0.005; 8])).unwrap_err(), "silent");
        let one_side = done(&SoundStep::Trim(-40.0), self::record(2, vec![0.0, 0.0, 0.0, 0.5, 0.0, 0.0])).unwrap();
        assert_eq!(one_side.0.samples, [0.0, 0.5]);
    }

    #[test]
    fn one_channel_is_the_mean_of_all() {
        let (sound, record) = done(&SoundStep::Mono, record(2, vec![0.5, 0.25, -1.0, 0.0])).unwrap();
        assert_eq!((sound.samples, sound.channels), (vec![0.375, -0.5], 1));
        assert_eq!(record.fields["channels"], "1");
    }

    #[test]
    fn lengths_are_seconds_and_both_ends_are_in() {
        let step = SoundStep::Length { min: 0.003, max: Some(0.004) };
        let fate = |n| done(&step, record(1, vec![0.5; n])).map(drop);
        assert_eq!([2, 3, 4, 5].map(fate), [Err("too short"), Ok(()), Ok(()), Err("too long")]);
    }

    #[test]
    fn damaged_sounds_go_and_texts_stay() {
        let damaged = Media { kind: MediaKind::Audio, bytes: b"RIFF".to_vec(), caption: String::new() };
        assert_eq!(done(&SoundStep::Mono, Record::new("a", "a", Content::Media(damaged))).unwrap_err(), "damaged");
        let text = Record::new("a", "a", Content::Text("t".to_owned()));
        assert_eq!(SoundStep::Mono.one(text.clone(), &mut Counts::new()), Fate::Keep(text));
    }
}
