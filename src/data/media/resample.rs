//! Sounds at other sample rates: a windowed sinc (Smith, "Digital Audio Resampling", 1984), computed in 64 bits.
//!
//! Our own, because a library that picks instructions by processor gives other last bits on another machine, and because the
//! samples have to stay where they are: the first new sample is at the moment of the first old one.

use std::f64::consts::PI;

use crate::data::media::sound::{MOST_SAMPLES, Sound};

/// The zero crossings of the sinc on each side.
const CROSSINGS: f64 = 64.0;
/// The cutoff, as a share of half the lower rate; the filter falls from there.
const ROLL_OFF: f64 = 0.945;
/// The shape of the Kaiser window: what is cut off is below -140 dB.
const BETA: f64 = 14.77;

/// Returns the sound at another sample rate, in hertz, and as long as it was, up to one new sample.
///
/// # Errors
/// When the result would have more samples than one sound may.
pub fn resample(sound: &Sound, rate: u32) -> Result<Sound, String> {
    if sound.rate == rate {
        return Ok(sound.clone());
    }
    let (channels, old) = (sound.channels.max(1), u64::from(sound.rate));
    let frames = (sound.samples.len() / channels) as u64;
    let new_frames = (frames * u64::from(rate)).div_ceil(old);
    if new_frames * channels as u64 > MOST_SAMPLES {
        return Err(format!("too long at {rate} Hz: expected at most {MOST_SAMPLES} samples, all channels together"));
    }
    // New samples lie at `phases` places between old ones, over and over.
    let divisor = greatest_common_divisor(old, u64::from(rate));
    let (step, phases) = (old / divisor, u64::from(rate) / divisor);
    let filter = Filter::new(f64::from(rate) / f64::from(sound.rate));
    let mut samples = vec![0.0; new_frames as usize * channels];
    for phase in 0..phases.min(new_frames) {
        let (first, weights) = filter.at((phase * step % phases) as f64 / phases as f64);
        for frame in (phase..new_frames).step_by(phases as usize) {
            let from = (frame * step / phases) as i64 + first;
            for channel in 0..channels {
                let at = |i: i64| sound.samples.get(usize::try_from(i).ok()? * channels + channel).copied();
                let weighted = (from..).zip(&weights).map(|(i, weight)| f64::from(at(i).unwrap_or(0.0)) * weight);
                samples[frame as usize * channels + channel] = weighted.sum::<f64>() as f32;
            }
        }
    }
    Ok(Sound { rate, channels, samples })
}

/// A sinc under a Kaiser window.
struct Filter {
    cutoff: f64,
    half: f64,
}

impl Filter {
    /// Returns a filter that lets pass what both rates can hold; `ratio` is the new rate to the old one.
    fn new(ratio: f64) -> Self {
        let cutoff = ROLL_OFF * ratio.min(1.0);
        Self { cutoff, half: CROSSINGS / cutoff }
    }

    /// Returns the weights of the old samples around a moment `between` two of them, and where the first lies from the earlier one.
    fn at(&self, between: f64) -> (i64, Vec<f64>) {
        let first = (between - self.half).ceil() as i64;
        let last = (between + self.half).floor() as i64;
        let scale = bessel(BETA);
        let weight = |i: i64| {
            let (distance, angle) = (i as f64 - between, PI * self.cutoff * (i as f64 - between));
            let sinc = if angle == 0.0 { 1.0 } else { angle.sin() / angle };
            let inside = (1.0 - (distance / self.half).powi(2)).max(0.0);
            self.cutoff * sinc * bessel(BETA * inside.sqrt()) / scale
        };
        (first, (first..=last).map(weight).collect())
    }
}

/// The modified Bessel function of the first kind, of order 0, by its series.
fn bessel(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
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
            assert_eq!(made.len(), expected.len(), "{from} to {to}");
            let edge = to.min(from) as usize / 50 * (to / to.min(from)).max(1) as usize;
            let worst = (edge..expected.len() - edge).map(|i| (made[i] - expected[i]).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-6, "{from} to {to}: {worst}");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_goes() {
        for hertz in [4300.0, 7000.0, 20_000.0] {
            let sound = Sound { rate: 48_000, channels: 1, samples: tone(48_000, hertz, 0.5) };
            let made = resample(&sound, 8000).unwrap().samples;
            let loudest = made[400..made.len() - 400].iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
            assert!(loudest < 1e-6, "{hertz} Hz: {loudest}");
        }
    }

    #[test]
    fn channels_stay_apart_and_every_length_is_fine() {
        for frames in [1, 2, 3, 10, 1023, 1025] {
            let samples = (0..frames).flat_map(|i| [(i % 7) as f32 / 8.0, (i % 7) as f32 / -16.0]).collect();
            let made = resample(&Sound { rate: 8000, channels: 2, samples }, 12_000).unwrap();
            assert_eq!(made.samples.len(), 2 * (frames as f64 * 1.5).ceil() as usize, "{frames} frames");
            assert!(made.samples.chunks(2).all(|frame| (frame[0] + 2.0 * frame[1]).abs() < 1e-6));
        }
    }

    #[test]
    fn a_sound_that_would_be_too_long_is_refused() {
        let sound = Sound { rate: 1, channels: 1, samples: vec![0.0; 1000] };
        assert!(resample(&sound, 384_000).unwrap_err().starts_with("too long at 384000 Hz"));
    }
}
