//! Files as they are, or unpacked while they are read (`.gz`, `.zst`), with a limit to what comes out of them.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::data::source::files::SourceFile;

/// What every packed file may unpack to, however small it is.
const ALWAYS_BYTES: u64 = 64 << 20;

/// How many times its own size a file may unpack to; text is packed three to twenty times.
const MOST_TIMES: u64 = 200;

/// What is wrong with a packed file: no failure of the disk, and told as a bad row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Damaged(pub(super) String);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Damaged {}

impl Damaged {
    /// Returns what is wrong with the data, where an error of reading is about that and not about the disk.
    pub(super) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    fn error(reason: String) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, Self(reason))
    }
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    None,
    /// By gzip, in one member or several.
    Gzip,
    /// By Zstandard, in one frame or several.
    Zstd,
}

impl Packing {
    /// Returns how a file of this name is packed.
    pub(super) fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("gz") => Self::Gzip,
            Some("zst" | "zstd") => Self::Zstd,
            Some(_) | None => Self::None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "Zstandard",
        }
    }
}

/// Opens a file to be read from its beginning, unpacked.
///
/// # Errors
/// When it cannot be opened. What is wrong with a packed file comes out of the reading, as [`Damaged`].
pub(super) fn open(file: &SourceFile) -> io::Result<Box<dyn Read>> {
    let packing = Packing::of(&file.path);
    let opened = File::open(&file.path)?;
    let limit = ALWAYS_BYTES.max(file.bytes.saturating_mul(MOST_TIMES));
    Ok(match packing {
        Packing::None => Box::new(opened),
        Packing::Gzip => {
            Box::new(Unpacked { inner: MultiGzDecoder::new(io::BufReader::new(opened)), packing, left: limit })
        }
        Packing::Zstd => Box::new(Unpacked { inner: zstd::stream::read::Decoder::new(opened)?, packing, left: limit }),
    })
}

/// A decoder with a limit.
struct Unpacked<R> {
    inner: R,
    packing: Packing,
    left: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let word = self.packing.word();
        let n = match self.inner.read(buffer) {
            Ok(n) => n,
            Err(error) if error.raw_os_error().is_some() || error.kind() == io::ErrorKind::Interrupted => {
                return Err(error);
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(Damaged::error(format!("the {word} data are cut off")));
            }
            Err(_) => return Err(Damaged::error(format!("expected {word} data, found something else"))),
        };
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| {
            Damaged::error(format!(
                "the {word} data unpack to more than {MOST_TIMES} times their size: expected no more, for safety"
            ))
        })?;
        Ok(n)
    }
}
