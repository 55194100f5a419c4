//! Sounds at other sample rates.

use rubato::audioadapter_buffers::owned::InterleavedOwned;
use rubato::{Async, FixedAsync, Resampler as _, SincInterpolationParameters, WindowFunction};

use crate::data::media::sound::{MOST_SAMPLES, Sound};

/// The samples that are resampled at a time.
const PIECE: usize = 1024;
/// The points of the filter at the lower of both rates.
const POINTS: usize = 256;

/// Returns the sound at another sample rate, in hertz: a windowed sinc of 256 points, computed in 64 bits.
///
/// Its length is that of the sound, up to one new sample.
///
/// # Errors
/// When the result would have more samples than one sound may.
pub fn resample(sound: &Sound, rate: u32) -> Result<Sound, String> {
    if sound.rate == rate {
        return Ok(sound.clone());
    }
    let ratio = f64::from(rate) / f64::from(sound.rate);
    if sound.samples.len() as f64 * ratio > MOST_SAMPLES as f64 {
        return Err(format!("too long at {rate} Hz: expected at most {MOST_SAMPLES} samples, all channels together"));
    }
    let frames = sound.samples.len() / sound.channels;
    let samples = sound.samples.iter().map(|sample| f64::from(*sample)).collect();
    let wrong = |error: &dyn std::fmt::Display| format!("cannot be brought to {rate} Hz: {error}");
    let input = InterleavedOwned::new_from(samples, sound.channels, frames).map_err(|error| wrong(&error))?;
    let parameters = SincInterpolationParameters::new(POINTS, WindowFunction::BlackmanHarris2).oversampling_factor(256);
    let resampler = Async::<f64>::new_sinc(ratio, 1.0, &parameters, PIECE, sound.channels, FixedAsync::Input);
    let mut resampler = resampler.map_err(|error| wrong(&error))?;
    let output = resampler.process_all(&input, frames, None).map_err(|error| wrong(&error))?;
    let samples = output.take_data().into_iter().map(|sample| sample as f32).collect();
    Ok(Sound { rate, channels: sound.channels, samples })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f64, seconds: f64) -> Vec<f32> {
        let n = (f64::from(rate) * seconds) as usize;
        (0..n).map(|i| (0.5 * (std::f64::consts::TAU * hertz * i as f64 / f64::from(rate)).sin()) as f32).collect()
    }

    #[test]
    fn a_tone_is_the_same_tone_at_every_rate() {
        for (from, to) in [(8000, 16_000), (44_100, 16_000), (16_000, 44_100), (48_000, 8000), (16_000, 8000)] {
            let sound = Sound { rate: from, channels: 1, samples: tone(from, 440.0, 0.5) };
            let made = resample(&sound, to).unwrap().samples;
            let expected = tone(to, 440.0, 0.5);
            assert!(made.len().abs_diff(expected.len()) <= 1, "{from} to {to}: {} samples", made.len());
            let edge = to as usize / 20;
            let middle = edge..expected.len() - edge;
            let worst = middle.map(|i| (made[i] - expected[i]).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-4, "{from} to {to}: {worst}");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_goes() {
        let sound = Sound { rate: 48_000, channels: 1, samples: tone(48_000, 7000.0, 0.5) };
        let made = resample(&sound, 8000).unwrap().samples;
        let loudest = made[400..made.len() - 400].iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
        assert!(loudest < 1e-4, "{loudest}");
    }

    #[test]
    fn channels_stay_apart_and_every_length_is_fine() {
        for frames in [1, 2, 3, 10, 1023, 1025] {
            let samples = (0..frames).flat_map(|_| [0.5, -0.25]).collect();
            let made = resample(&Sound { rate: 8000, channels: 2, samples }, 12_000).unwrap();
            assert_eq!(made.samples.len(), 2 * (frames as f64 * 1.5).ceil() as usize, "{frames} frames");
            assert!(made.samples.chunks(2).all(|frame| (frame[0] + 2.0 * frame[1]).abs() < 1e-6));
        }
    }
}
