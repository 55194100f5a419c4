//! Sounds: WAV and FLAC, decoded within limits.

use std::collections::BTreeMap;
use std::io::{Cursor, ErrorKind};

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::default::formats::{FlacReader, WavReader};

use crate::data::media::riff;

/// The most samples of one sound, all channels together: at 16 kHz and one channel 70 minutes.
pub const MOST_SAMPLES: u64 = 1 << 26;
/// The most channels.
pub const MOST_CHANNELS: usize = 8;
/// The highest sample rate, in hertz.
pub const MOST_RATE: u32 = 768_000;

/// A sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// The sample rate, in hertz.
    pub rate: u32,
    /// The number of channels, at least 1.
    pub channels: usize,
    /// The samples, the channels of one moment side by side; full scale is -1 to 1.
    pub samples: Vec<f32>,
}

/// What is known of a sound that has been decoded once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The sample rate, in hertz.
    pub rate: u32,
    /// The number of channels.
    pub channels: usize,
    /// The number of moments that have samples.
    pub frames: u64,
}

impl Sound {
    /// Returns what is known of it.
    pub fn facts(&self) -> Facts {
        let frames = (self.samples.len() / self.channels.max(1)) as u64;
        Facts { rate: self.rate, channels: self.channels, frames }
    }

    /// Returns the mean of all channels.
    pub fn mono(&self) -> Self {
        let n = self.channels.max(1);
        let mean = |frame: &[f32]| (frame.iter().map(|sample| f64::from(*sample)).sum::<f64>() / n as f64) as f32;
        let samples = if n == 1 { self.samples.clone() } else { self.samples.chunks_exact(n).map(mean).collect() };
        Self { rate: self.rate, channels: 1, samples }
    }
}

impl Facts {
    /// Returns how long the sound is.
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.rate)
    }

    /// Returns the facts as fields of a record.
    pub fn fields(&self) -> BTreeMap<String, String> {
        let seconds = format!("{:.3}", self.seconds());
        [("sample-rate", self.rate.to_string()), ("channels", self.channels.to_string()), ("seconds", seconds)]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }
}

/// Decodes a WAV or FLAC file.
///
/// # Errors
/// As [`facts`].
pub fn decode(bytes: &[u8]) -> Result<Sound, String> {
    let mut samples = Vec::new();
    let Facts { rate, channels, frames: _ } = stream(bytes, |piece| samples.extend_from_slice(piece))?;
    Ok(Sound { rate, channels, samples })
}

/// Decodes a WAV or FLAC file piece by piece, and returns what it is; what it is called is of no account.
///
/// # Errors
/// When the bytes are of no such format, end too early, contradict themselves, hold no sample, one that is no number, or more of
/// them than the limits allow.
pub fn facts(bytes: &[u8]) -> Result<Facts, String> {
    stream(bytes, |_| {})
}

fn stream(bytes: &[u8], mut each: impl FnMut(&[f32])) -> Result<Facts, String> {
    let (word, mut reader, stated) = open(bytes)?;
    let wrong = |error: Error| reason(word, &error);
    let track = reader.default_track(TrackType::Audio).ok_or_else(|| format!("the {word} file has no sound"))?;
    let audio = track.codec_params.as_ref().and_then(|params| params.audio());
    let audio = audio.ok_or_else(|| format!("the {word} file has no sound"))?;
    let stated = stated.or(track.num_frames);
    let rate = audio.sample_rate.filter(|rate| (1..=MOST_RATE).contains(rate));
    let rate = rate.ok_or_else(|| format!("expected a sample rate from 1 to {MOST_RATE} Hz"))?;
    let options = AudioDecoderOptions::default().verify(true);
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(audio, &options).map_err(wrong)?;
    let mut facts = Facts { rate, channels: 0, frames: 0 };
    let mut piece: Vec<f32> = Vec::new();
    while let Some(packet) = reader.next_packet().map_err(wrong)? {
        let decoded = decoder.decode(&packet).map_err(wrong)?;
        let channels = decoded.spec().channels().count();
        if !(1..=MOST_CHANNELS).contains(&channels) || (facts.channels != 0 && facts.channels != channels) {
            return Err(format!("expected 1 to {MOST_CHANNELS} channels throughout"));
        }
        facts.channels = channels;
        decoded.copy_to_vec_interleaved(&mut piece);
        facts.frames += (piece.len() / channels) as u64;
        if facts.frames * channels as u64 > MOST_SAMPLES {
            return Err(format!("too long: expected at most {MOST_SAMPLES} samples, all channels together"));
        }
        if piece.iter().any(|sample| !sample.is_finite()) {
            return Err("a sample is no finite number".to_owned());
        }
        each(&piece);
    }
    if stated.is_some_and(|stated| stated != facts.frames) {
        let stated = stated.unwrap_or(0);
        return Err(format!("the {word} file states {stated} samples a channel and holds {}", facts.frames));
    }
    if decoder.finalize().verify_ok == Some(false) {
        return Err(format!("the {word} file's checksum is not that of its samples"));
    }
    if facts.frames == 0 {
        return Err(format!("the {word} file has no sound"));
    }
    Ok(facts)
}

type Opened<'b> = (&'static str, Box<dyn FormatReader + 'b>, Option<u64>);

/// Opens a file by its first bytes; of a WAV file the number of frames is known.
fn open(bytes: &[u8]) -> Result<Opened<'_>, String> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
    let options = FormatOptions::default();
    match bytes {
        [] => Err("the file is empty".to_owned()),
        [b'R', b'I', b'F', b'F', ..] => {
            let frames = riff::frames(bytes)?;
            let reader = WavReader::try_new(stream, options).map_err(|error| reason("WAV", &error))?;
            Ok(("WAV", Box::new(reader), Some(frames)))
        }
        [b'f', b'L', b'a', b'C', ..] => {
            let reader = FlacReader::try_new(stream, options).map_err(|error| reason("FLAC", &error))?;
            Ok(("FLAC", Box::new(reader), None))
        }
        [b'I', b'D', b'3', ..] => Err("begins with an ID3 tag: expected `RIFF` or `fLaC`".to_owned()),
        _ => Err("expected WAV or FLAC".to_owned()),
    }
}

fn reason(word: &str, error: &Error) -> String {
    match error {
        Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => format!("the {word} file ends too early"),
        Error::DecodeError(what) => format!("not a sound {word} file: {what}"),
        Error::Unsupported(what) => format!("a kind of {word} that is not read: {what}"),
        Error::LimitError(what) => format!("the {word} file is beyond a limit: {what}"),
        // The enumeration of errors is not ours.
        error => format!("not a sound {word} file: {error}"),
    }
}
