//! Bytes to characters: which encoding a file has, and what cannot be decoded.

use std::borrow::Cow;
use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, UTF_8, UTF_16BE, UTF_16LE};

use crate::data::source::fault::Fault;
use crate::recipe::dataset::Encoding;

/// How much of a file is looked at to tell its encoding, in bytes.
pub(super) const LOOKED_AT: usize = 1 << 20;

/// The encoding a file really has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settled {
    encoding: &'static encoding_rs::Encoding,
    /// The length of the byte-order mark at the beginning of the file, in bytes.
    pub(super) mark: usize,
}

impl Settled {
    /// Returns what a file is encoded in that begins like this; `beginning` holds [`LOOKED_AT`] bytes or the whole file.
    pub(super) fn of(encoding: Encoding, beginning: &[u8]) -> Self {
        let marked = encoding_rs::Encoding::for_bom(beginning);
        let said = match (encoding, marked) {
            (Encoding::Utf8, Some((marked, mark))) if marked == UTF_8 => return Self { encoding: UTF_8, mark },
            (Encoding::Utf8, _) => UTF_8,
            (_, Some((encoding, mark))) => return Self { encoding, mark },
            (Encoding::Auto, None) => guessed(beginning),
            (Encoding::Gbk, None) => encoding_rs::GBK,
            (Encoding::Gb18030, None) => encoding_rs::GB18030,
            (Encoding::Big5, None) => encoding_rs::BIG5,
            (Encoding::ShiftJis, None) => encoding_rs::SHIFT_JIS,
            (Encoding::EucJp, None) => encoding_rs::EUC_JP,
            (Encoding::EucKr, None) => encoding_rs::EUC_KR,
            (Encoding::Latin1, None) => encoding_rs::WINDOWS_1252,
            (Encoding::Windows1251, None) => encoding_rs::WINDOWS_1251,
            (Encoding::Koi8R, None) => encoding_rs::KOI8_R,
            (Encoding::Utf16 | Encoding::Utf16Le, None) => UTF_16LE,
            (Encoding::Utf16Be, None) => UTF_16BE,
        };
        Self { encoding: said, mark: 0 }
    }

    /// Returns whether bytes are the text already.
    pub(super) fn is_utf8(self) -> bool {
        self.encoding == UTF_8
    }

    /// Returns whether a line feed is one byte that is nothing else, so that lines can be found before they are decoded.
    pub(super) fn has_plain_lines(self) -> bool {
        self.encoding != UTF_16LE && self.encoding != UTF_16BE
    }

    /// Decodes bytes that begin and end with whole characters.
    ///
    /// # Errors
    /// Where a byte stands for no character.
    pub(super) fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
        if self.encoding == UTF_8 {
            return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
                let before = std::str::from_utf8(&bytes[..error.valid_up_to()]).expect("this much is valid");
                Fault::after(before, format!("not UTF-8 at byte {}", before.len()))
            });
        }
        match self.encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => Ok(text),
            None => Err(self.undecodable(bytes)),
        }
    }

    fn undecodable(self, bytes: &[u8]) -> Fault {
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let mut before = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
        let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut before, true);
        let at = match result {
            DecoderResult::Malformed(length, later) => read.saturating_sub(usize::from(length) + usize::from(later)),
            DecoderResult::InputEmpty | DecoderResult::OutputFull => read,
        };
        Fault::after(&before, format!("not {} at byte {at}", self.encoding.name()))
    }

    /// Returns a reader that decodes UTF-16 on the way; what is none becomes a byte that is not UTF-8, so that whoever reads the
    /// line sees it.
    pub(super) fn transcoding<R: Read>(self, inner: R) -> Transcoding<R> {
        let decoder = self.encoding.new_decoder_without_bom_handling();
        Transcoding { inner, decoder, raw: vec![0; 64 << 10], is_over: false, ready: Vec::new(), given: 0 }
    }

    /// Returns the text of a line that came through [`Settled::transcoding`].
    ///
    /// # Errors
    /// Where something was no UTF-16.
    pub(super) fn transcoded(self, line: &[u8]) -> Result<Cow<'_, str>, Fault> {
        std::str::from_utf8(line).map(Cow::Borrowed).map_err(|error| {
            let before = std::str::from_utf8(&line[..error.valid_up_to()]).expect("this much is valid");
            Fault::after(before, format!("not {} at byte {}", self.encoding.name(), 2 * before.encode_utf16().count()))
        })
    }
}

/// Returns what text without a byte-order mark looks like.
fn guessed(beginning: &[u8]) -> &'static encoding_rs::Encoding {
    let is_cut = beginning.len() >= LOOKED_AT;
    let is_utf8 = match std::str::from_utf8(beginning) {
        Ok(_) => true,
        Err(error) => is_cut && error.error_len().is_none(),
    };
    if is_utf8 {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(beginning, !is_cut);
    detector.guess(None, Utf8Detection::Deny)
}

/// Decodes while reading.
pub(super) struct Transcoding<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    is_over: bool,
    ready: Vec<u8>,
    given: usize,
}

impl<R: Read> Transcoding<R> {
    fn refill(&mut self) -> io::Result<()> {
        let n = self.inner.read(&mut self.raw)?;
        self.is_over = n == 0;
        self.given = 0;
        self.ready.clear();
        let mut source = &self.raw[..n];
        loop {
            let start = self.ready.len();
            self.ready.resize(start + 3 * source.len() + 16, 0);
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(source, &mut self.ready[start..], self.is_over);
            self.ready.truncate(start + written);
            source = &source[read..];
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.ready.push(NO_UTF8),
            }
        }
    }
}

/// A byte that is in no UTF-8 text.
const NO_UTF8: u8 = 0xff;

impl<R: Read> Read for Transcoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.is_over {
            self.refill()?;
        }
        let n = buffer.len().min(self.ready.len() - self.given);
        buffer[..n].copy_from_slice(&self.ready[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mark_wins_over_a_guess_and_over_any_word_but_utf8() {
        let of = |encoding, bytes: &[u8]| Settled::of(encoding, bytes);
        assert_eq!(of(Encoding::Auto, b"\xef\xbb\xbfa"), Settled { encoding: UTF_8, mark: 3 });
        assert_eq!(of(Encoding::Gbk, b"\xff\xfea\0"), Settled { encoding: UTF_16LE, mark: 2 });
        assert_eq!(of(Encoding::Utf8, b"\xff\xfea\0"), Settled { encoding: UTF_8, mark: 0 });
        assert_eq!(of(Encoding::Auto, "词汇阅读".as_bytes()), Settled { encoding: UTF_8, mark: 0 });
    }

    #[test]
    fn chinese_text_without_a_mark_is_told_from_utf8() {
        let (bytes, _, _) = encoding_rs::GBK.encode("词汇阅读是关键，考研暑期英语复习全指南，金融与房地产新闻");
        let settled = Settled::of(Encoding::Auto, &bytes);
        assert!(settled.decode(&bytes).unwrap().starts_with("词汇阅读"), "{settled:?}");
    }

    #[test]
    fn what_cannot_be_decoded_is_told_by_its_byte_and_its_column() {
        let gbk = Settled::of(Encoding::Gbk, b"");
        let (mut bytes, _, _) = encoding_rs::GBK.encode("中文");
        bytes.to_mut().extend(b"\xff!");
        let fault = gbk.decode(&bytes).unwrap_err();
        assert_eq!((fault.column, fault.reason.as_str()), (Some(3), "not GBK at byte 4"));
    }

    proptest! {
        #[test]
        fn utf16_comes_through_in_pieces_of_any_size(text in "[a-z词汇𝄞\n]{0,300}", odd in any::<bool>()) {
            let mut bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            if odd { bytes.push(7); }
            let settled = Settled::of(Encoding::Utf16Le, b"");
            let mut out = Vec::new();
            settled.transcoding(bytes.as_slice()).read_to_end(&mut out).unwrap();
            match odd {
                false => prop_assert_eq!(out, text.as_bytes()),
                true => prop_assert!(settled.transcoded(&out).is_err()),
            }
        }
    }
}
