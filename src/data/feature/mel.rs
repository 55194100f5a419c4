//! Bands of the mel scale, as librosa makes them: Slaney's scale (linear below 1 kHz, logarithmic above) and triangles of equal area.

/// Below this frequency the scale is linear, in hertz.
const BREAK_HERTZ: f64 = 1000.0;
/// The width of one mel there, in hertz.
const LINEAR_HERTZ: f64 = 200.0 / 3.0;
/// Above it, 27 mels are a factor of 6.4.
const LOG_STEPS: f64 = 27.0;

/// Triangles over the frequencies of a spectrum.
pub struct Bands {
    n_fft: usize,
    /// For each band the first frequency it weighs, and the weights from there.
    bands: Vec<(usize, Vec<f64>)>,
}

impl Bands {
    /// Returns bands over the spectra of `n_fft` samples at a rate in hertz, from the lower to the upper of two frequencies.
    pub fn new(rate: u32, n_fft: usize, mels: usize, (low, high): (f64, f64)) -> Self {
        let (from, to) = (mel_of(low), mel_of(high));
        let edge = |i: usize| hertz_of(from + (to - from) * i as f64 / (mels + 1) as f64);
        let edges: Vec<f64> = (0..mels + 2).map(edge).collect();
        let bands = edges.windows(3).map(|edges| triangle(edges, rate, n_fft)).collect();
        Self { n_fft, bands }
    }

    /// Returns the samples of one spectrum.
    pub fn n_fft(&self) -> usize {
        self.n_fft
    }

    /// Returns the number of bands.
    pub fn len(&self) -> usize {
        self.bands.len()
    }

    /// Returns whether there is no band.
    pub fn is_empty(&self) -> bool {
        self.bands.is_empty()
    }

    /// Returns what the bands take of a power spectrum of `n_fft / 2 + 1` frequencies.
    pub fn of<'a>(&'a self, power: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let weigh = |(first, weights): &'a (usize, Vec<f64>)| {
            weights.iter().zip(&power[*first..]).map(|(weight, power)| weight * power).sum()
        };
        self.bands.iter().map(weigh)
    }
}

fn triangle(edges: &[f64], rate: u32, n_fft: usize) -> (usize, Vec<f64>) {
    let (low, middle, high) = (edges[0], edges[1], edges[2]);
    let weight = |i: usize| {
        let hertz = i as f64 * f64::from(rate) / n_fft as f64;
        let rising = (hertz - low) / (middle - low);
        let falling = (high - hertz) / (high - middle);
        rising.min(falling).max(0.0) * 2.0 / (high - low)
    };
    let weights: Vec<f64> = (0..=n_fft / 2).map(weight).collect();
    let first = weights.iter().position(|weight| *weight > 0.0).unwrap_or(0);
    let end = weights.iter().rposition(|weight| *weight > 0.0).map_or(first, |last| last + 1);
    (first, weights[first..end].to_vec())
}

fn mel_of(hertz: f64) -> f64 {
    match hertz < BREAK_HERTZ {
        true => hertz / LINEAR_HERTZ,
        false => BREAK_HERTZ / LINEAR_HERTZ + (hertz / BREAK_HERTZ).ln() * LOG_STEPS / 6.4_f64.ln(),
    }
}

fn hertz_of(mel: f64) -> f64 {
    let break_mel = BREAK_HERTZ / LINEAR_HERTZ;
    match mel < break_mel {
        true => mel * LINEAR_HERTZ,
        false => BREAK_HERTZ * ((mel - break_mel) * 6.4_f64.ln() / LOG_STEPS).exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_scale_goes_there_and_back(hertz in 0.0..24_000.0_f64) {
            prop_assert!((hertz_of(mel_of(hertz)) - hertz).abs() < 1e-9 * hertz.max(1.0));
        }
    }

    #[test]
    fn bands_narrower_than_the_spectrum_are_empty_and_no_mistake() {
        let bands = Bands::new(16_000, 16, 64, (0.0, 8000.0));
        let power = [1.0; 9];
        assert_eq!(bands.of(&power).count(), 64);
        assert!(bands.of(&power).any(|value| value == 0.0));
    }
}
