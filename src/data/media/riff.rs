//! Whether a WAV file says the truth of itself: decoders read on as long as there are bytes.

use crate::data::media::sound::{MOST_CHANNELS, MOST_RATE};

/// Integer samples, floating-point ones, A-law, mu-law, and a header with more fields, in which one of these stands.
const KINDS: [u16; 5] = [1, 3, 6, 7, 0xfffe];

/// Returns how many frames a WAV file holds, after comparing what it states with what is there.
///
/// # Errors
/// When a size, a count or a rate in it is not true.
pub(super) fn frames(bytes: &[u8]) -> Result<u64, String> {
    let stated = number(bytes, 4, 4).ok_or_else(early)?;
    if bytes.get(8..12).ok_or_else(early)? != b"WAVE" {
        return Err("expected WAV or FLAC".to_owned());
    }
    if stated == u64::from(u32::MAX) {
        return Err("the WAV file does not say how long it is".to_owned());
    }
    if stated + 8 > bytes.len() as u64 {
        return Err(format!("the WAV file states {} bytes and ends after {}", stated + 8, bytes.len()));
    }
    let mut rest = bytes.get(12..stated as usize + 8).ok_or_else(|| "the WAV file states too few bytes".to_owned())?;
    let mut format = None;
    while let Some((head, after)) = rest.split_at_checked(8) {
        let size = number(head, 4, 4).unwrap_or(0) as usize;
        let Some(body) = after.get(..size) else {
            return Err(format!("a part of the WAV file states {size} bytes and has {}", after.len()));
        };
        match (&head[..4], &format) {
            (b"fmt ", _) => format = Some(Format::of(body)?),
            (b"data", Some(format)) => return format.frames(body.len() as u64),
            (b"data", None) => return Err("the WAV file has no format before its samples".to_owned()),
            _ => {}
        }
        // A part of odd length is followed by one byte that fills.
        rest = after.get(size + size % 2..).unwrap_or_default();
    }
    Err("the WAV file has no samples".to_owned())
}

/// What the format part of a file states.
struct Format {
    frame_bytes: u64,
}

impl Format {
    fn of(body: &[u8]) -> Result<Self, String> {
        let field = |at, n| number(body, at, n).ok_or_else(|| "the format of the WAV file is too short".to_owned());
        let (kind, channels, rate) = (field(0, 2)?, field(2, 2)?, field(4, 4)?);
        let (byte_rate, frame_bytes, bits) = (field(8, 4)?, field(12, 2)?, field(14, 2)?);
        if !KINDS.iter().any(|known| u64::from(*known) == kind) {
            return Err(format!("WAV samples of kind {kind} are not read: expected integers, floats, A-law or mu-law"));
        }
        if !(1..=MOST_CHANNELS as u64).contains(&channels) {
            return Err(format!("the WAV file states {channels} channels: expected 1 to {MOST_CHANNELS}"));
        }
        if !(1..=u64::from(MOST_RATE)).contains(&rate) {
            return Err(format!("the WAV file states {rate} Hz: expected 1 to {MOST_RATE}"));
        }
        if ![8, 16, 24, 32, 64].contains(&bits) {
            return Err(format!("the WAV file states samples of {bits} bits: expected 8, 16, 24, 32 or 64"));
        }
        if frame_bytes != channels * bits / 8 {
            let expected = channels * bits / 8;
            return Err(format!("the WAV file states {frame_bytes} bytes a frame: expected {expected}"));
        }
        if byte_rate != rate * frame_bytes {
            let expected = rate * frame_bytes;
            return Err(format!("the WAV file states {byte_rate} bytes a second: expected {expected}"));
        }
        Ok(Self { frame_bytes })
    }

    fn frames(&self, bytes: u64) -> Result<u64, String> {
        if bytes == 0 {
            return Err("the WAV file has no samples".to_owned());
        }
        match bytes % self.frame_bytes {
            0 => Ok(bytes / self.frame_bytes),
            left => Err(format!("the last frame of the WAV file has {left} of {} bytes", self.frame_bytes)),
        }
    }
}

/// Returns a number of `n` bytes, the lowest first.
fn number(bytes: &[u8], at: usize, n: usize) -> Option<u64> {
    bytes.get(at..at + n).map(|bytes| bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn early() -> String {
    "the WAV file ends too early".to_owned()
}
