//! Log-mel spectrograms, number for number as librosa 0.11 computes them:
//! `power_to_db(feature.melspectrogram(y, sr, n_fft, hop_length, n_mels, fmin, fmax))` with its defaults: a periodic Hann window,
//! frames centred on their sample with silence around the sound, power 2, at least 1e-10, and at most 80 dB below the loudest.

use std::f64::consts::TAU;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlannerScalar};

use crate::data::feature::mel::Bands;
use crate::data::media::resample;
use crate::data::media::sound::{self, Sound};
use crate::recipe::dataset::{Normalize, samples};

/// The least power.
const LEAST_POWER: f64 = 1e-10;
/// How far below the loudest number any other lies at most, in decibels.
const MOST_BELOW_DB: f64 = 80.0;

/// How a sound becomes numbers.
pub struct LogMel {
    rate: u32,
    hop: usize,
    samples: usize,
    normalize: Normalize,
    window: Vec<f64>,
    bands: Bands,
    fft: Arc<dyn Fft<f64>>,
}

impl LogMel {
    /// Returns features of sounds that are brought to `rate` hertz and to some seconds.
    pub fn new(bands: Bands, rate: u32, hop: usize, seconds: f64, normalize: Normalize) -> Self {
        let n_fft = bands.n_fft();
        let window = (0..n_fft).map(|i| 0.5 - 0.5 * (TAU * i as f64 / n_fft as f64).cos()).collect();
        // The plan with the same order of sums on every processor.
        let fft = FftPlannerScalar::new().plan_fft_forward(n_fft);
        Self { rate, hop, samples: samples(seconds, rate) as usize, normalize, window, bands, fft }
    }

    /// Returns the numbers of a WAV or FLAC file: `[frames, mels]`, in decibels or scaled.
    ///
    /// # Errors
    /// When the bytes are no sound file, or too long at this rate.
    pub fn values(&self, bytes: &[u8]) -> Result<Vec<f32>, String> {
        let mono = sound::decode(bytes)?.mono();
        let Sound { mut samples, .. } = resample::resample(&mono, self.rate)?;
        samples.resize(self.samples, 0.0);
        let mut values = self.decibels(&samples);
        match self.normalize {
            Normalize::None => {}
            Normalize::Record => scale(&mut values),
        }
        Ok(values.into_iter().map(|value| value as f32).collect())
    }

    /// Returns the numbers of samples: `[1 + samples / hop, mels]`, in decibels.
    pub fn decibels(&self, samples: &[f32]) -> Vec<f64> {
        let n_fft = self.window.len();
        let mut values = Vec::with_capacity((1 + samples.len() / self.hop) * self.bands.len());
        let mut spectrum = vec![Complex::default(); n_fft];
        let mut scratch = vec![Complex::default(); self.fft.get_inplace_scratch_len()];
        let mut power = vec![0.0; n_fft / 2 + 1];
        for centre in (0..=samples.len()).step_by(self.hop) {
            for (i, (value, weight)) in spectrum.iter_mut().zip(&self.window).enumerate() {
                let sample = (centre + i).checked_sub(n_fft / 2).and_then(|at| samples.get(at)).copied();
                *value = Complex::new(f64::from(sample.unwrap_or(0.0)) * weight, 0.0);
            }
            self.fft.process_with_scratch(&mut spectrum, &mut scratch);
            power.iter_mut().zip(&spectrum).for_each(|(power, value)| *power = value.norm_sqr());
            values.extend(self.bands.of(&power).map(|power| 10.0 * power.max(LEAST_POWER).log10()));
        }
        let loudest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        values.iter_mut().for_each(|value| *value = value.max(loudest - MOST_BELOW_DB));
        values
    }
}

/// Brings the mean to 0 and the standard deviation to 1; what is all the same becomes 0.
fn scale(values: &mut [f64]) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    values.iter_mut().for_each(|value| *value = (*value - mean) / deviation);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::media::wav;

    fn features(normalize: Normalize) -> LogMel {
        LogMel::new(Bands::new(8000, 256, 20, (0.0, 4000.0)), 8000, 64, 0.25, normalize)
    }

    #[test]
    fn every_sound_gives_as_many_numbers_and_silence_gives_the_least() {
        for n in [1, 100, 2000, 9000] {
            let bytes = wav::encode(&Sound { rate: 8000, channels: 1, samples: vec![0.0; n] });
            let values = features(Normalize::None).values(&bytes).unwrap();
            assert_eq!(values.len(), (1 + 2000 / 64) * 20);
            assert!(values.iter().all(|value| *value == -100.0));
            let values = features(Normalize::Record).values(&bytes).unwrap();
            assert!(values.iter().all(|value| *value == 0.0));
        }
    }

    #[test]
    fn scaled_numbers_have_mean_0_and_deviation_1() {
        let samples = (0..2000_u32).map(|i| ((i * i % 997) as f32 / 997.0) - 0.5).collect();
        let bytes = wav::encode(&Sound { rate: 8000, channels: 1, samples });
        let values = features(Normalize::Record).values(&bytes).unwrap();
        let n = values.len() as f32;
        let mean = values.iter().sum::<f32>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / n;
        assert!(mean.abs() < 1e-4 && (variance - 1.0).abs() < 1e-3, "{mean} {variance}");
    }
}
