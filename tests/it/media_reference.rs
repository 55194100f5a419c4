//! Pictures, sounds and features, held against what Pillow, SciPy and librosa make of the same signals
//! (`reference/media/make.py`).

use pedigree::data::feature::log_mel::LogMel;
use pedigree::data::feature::mel::Bands;
use pedigree::data::media::resample::resample;
use pedigree::data::media::shape;
use pedigree::data::media::sound::Sound;
use pedigree::data::media::{picture, sound};
use pedigree::recipe::dataset::{Fit, Normalize, PixelFilter};
use serde_json::Value;

use crate::support::media::{fixture, painted};

fn numbers() -> Value {
    serde_json::from_slice(&fixture("numbers.json")).unwrap()
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn whole(value: &Value) -> u32 {
    value.as_u64().unwrap() as u32
}

/// The chirp over two tones of the script.
fn tone(n: u32, rate: u32) -> Vec<f32> {
    let at = |i: u32| {
        let t = f64::from(i) / f64::from(rate);
        let wave = |phase: f64| (std::f64::consts::TAU * phase).sin();
        let signal = 0.4 * wave(200.0 * t + 900.0 * t * t) + 0.2 * wave(440.0 * t) + 0.1 * wave(2500.0 * t);
        ((signal * 32_768.0).round_ties_even() / 32_768.0) as f32
    };
    (0..n).map(at).collect()
}

/// The noise of the script.
fn noise(n: u32) -> Vec<f32> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let value = (state >> 16) as i32 - 32_768;
        value.div_euclid(4) as f32 / 32_768.0
    };
    (0..n).map(next).collect()
}

#[test]
fn log_mel_spectrograms_are_those_of_librosa() {
    let numbers = numbers();
    let cases = numbers["mels"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let [n, rate, n_fft, hop, mels] = ["samples", "rate", "n_fft", "hop", "mels"].map(|key| whole(&case[key]));
        let samples = if case["signal"] == "tone" { tone(n, rate) } else { noise(n) };
        let span = (case["f_min"].as_f64().unwrap(), case["f_max"].as_f64().unwrap());
        let bands = Bands::new(rate, n_fft as usize, mels as usize, span);
        let made = LogMel::new(bands, rate, hop as usize, 1.0, Normalize::None).decibels(&samples);
        let expected = floats(&case["values"]);
        assert_eq!(made.len(), expected.len(), "{n} samples");
        let worst = made.iter().zip(&expected).map(|(made, expected)| (made - expected).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-4, "{n} samples at {rate} Hz: {worst} dB");
    }
}

#[test]
fn resampled_tones_are_those_of_scipy_and_of_soxr() {
    let numbers = numbers();
    for case in numbers["resampled"].as_array().unwrap() {
        let [old, new, n] = ["old", "new", "samples"].map(|key| whole(&case[key]));
        let at = |i: u32| {
            let wave = |hertz: f64| (std::f64::consts::TAU * hertz * f64::from(i) / f64::from(old)).sin();
            (0.4 * wave(300.0) + 0.3 * wave(1100.0)) as f32
        };
        let made = resample(&Sound { rate: old, channels: 1, samples: (0..n).map(at).collect() }, new).unwrap().samples;
        for (name, tolerance) in [("scipy", 2e-3), ("librosa", 1e-3)] {
            let expected = floats(&case[name]);
            assert!(made.len().abs_diff(expected.len()) <= 1, "{old} to {new}: {}, {}", made.len(), expected.len());
            // Filters of different lengths meet the edges differently.
            let middle = made.len() / 3..made.len() * 2 / 3;
            let worst = middle.map(|i| (f64::from(made[i]) - expected[i]).abs()).fold(0.0, f64::max);
            assert!(worst < tolerance, "{old} to {new}, {name}: {worst}");
        }
    }
}

#[test]
fn resized_pictures_are_those_of_pillow() {
    let numbers = numbers();
    for case in numbers["resized"].as_array().unwrap() {
        let [from, to] = ["size", "to"].map(|key| (whole(&case[key][0]), whole(&case[key][1])));
        let image = painted(from.0, from.1);
        let gray = shape::gray(&image).into();
        for (name, image, filter) in [
            ("bilinear", &image, PixelFilter::Bilinear),
            ("lanczos", &image, PixelFilter::Lanczos),
            ("gray", &gray, PixelFilter::Bilinear),
        ] {
            let made = shape::resize(image, to, Fit::Stretch, filter).into_bytes();
            let expected: Vec<u8> = of_base64(case[name].as_str().unwrap());
            assert_eq!(made.len(), expected.len());
            let worst = made.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(worst == 0, "{from:?} to {to:?}, {name}: {worst} levels");
        }
    }
}

fn of_base64(text: &str) -> Vec<u8> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values: Vec<u32> =
        text.bytes().filter_map(|byte| SIGNS.iter().position(|sign| *sign == byte)).map(|at| at as u32).collect();
    let bytes = |four: &[u32]| {
        let bits = four.iter().fold(0, |bits, six| bits << 6 | six) << (6 * (4 - four.len()));
        [bits >> 16, bits >> 8, bits].map(|byte| byte as u8).into_iter().take(four.len() - 1).collect::<Vec<_>>()
    };
    values.chunks(4).flat_map(bytes).collect()
}

#[test]
fn files_of_real_encoders_are_read_as_they_were_written() {
    let flac = sound::decode(&fixture("tone.flac")).unwrap();
    assert_eq!((flac.rate, flac.channels), (8000, 1));
    assert!(flac.samples == tone(2000, 8000));
    let stereo = sound::decode(&fixture("stereo24.flac")).unwrap();
    assert_eq!((stereo.rate, stereo.channels, stereo.samples.len()), (16_000, 2, 1200));
    let (left, right): (Vec<f32>, Vec<f32>) = stereo.samples.chunks(2).map(|frame| (frame[0], frame[1])).unzip();
    assert!(left == tone(600, 16_000) && right == noise(600));
    // How far each way of writing samples may be from the signal.
    for (name, tolerance) in [("int24", 0.0), ("float", 0.0), ("int8", 1.0 / 128.0), ("mu-law", 0.03), ("a-law", 0.03)]
    {
        let read = sound::decode(&fixture(&format!("{name}.wav"))).unwrap();
        let worst = read.samples.iter().zip(tone(200, 8000)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(read.samples.len() == 200 && worst <= tolerance, "{name}: {worst}");
    }
    // The same picture in every format, and how far from it a lossy one may be on average.
    let original = painted(24, 16).to_rgb8();
    for (name, tolerance) in [
        ("lossless.webp", 0.0),
        ("plain.bmp", 0.0),
        ("baseline.jpg", 40.0),
        ("progressive.jpg", 40.0),
        ("cmyk.jpg", 45.0),
        ("lossy.webp", 50.0),
        ("palette.gif", 30.0),
        ("palette.png", 30.0),
    ] {
        let read = picture::decode(&fixture(name)).unwrap().to_rgb8();
        assert_eq!(read.dimensions(), (24, 16), "{name}");
        let sum: u32 = read.iter().zip(original.iter()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        let mean = f64::from(sum) / f64::from(24 * 16 * 3);
        assert!(mean <= tolerance, "{name}: {mean} levels");
    }
    let deep = picture::decode(&fixture("deep.png")).unwrap();
    assert_eq!(shape::gray(&deep).into_raw(), original.pixels().map(|pixel| pixel.0[0]).collect::<Vec<_>>());
    assert_eq!(picture::facts(&picture::decode(&fixture("gray.jpg")).unwrap())["channels"], "1");
}
