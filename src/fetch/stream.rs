//! A file of known size out of a stream that may be cut: gone on with where it was cut, digested when it is whole.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use futures::stream::{Stream, StreamExt as _};
use sha2::{Digest as _, Sha256};

use crate::fetch::error::FetchError;
use crate::fetch::http::before_attempt;
use crate::fetch::limits::Limits;
use crate::fetch::name::RelPath;
use crate::fetch::run::hex;
use crate::fetch::tree::Tree;
use crate::fetch::watch::Watch;
use crate::id::Digest;

/// A file that is there whole.
pub(super) struct Whole {
    /// Its SHA-256.
    pub(super) sha256: String,
    /// Its digest.
    pub(super) digest: Digest,
}

/// Writes a file of `size` bytes; `open` yields what follows the first so many bytes. `accepts` says whether it is what it should be;
/// a file that was put together from parts and is not gets one more chance as a whole.
pub(super) async fn write<B: AsRef<[u8]>, S: Stream<Item = Result<B, FetchError>> + Unpin>(
    tree: &mut Tree<'_>,
    path: &RelPath,
    size: u64,
    limits: &Limits,
    watch: &mut Watch<'_>,
    mut open: impl AsyncFnMut(u64, &mut Watch<'_>) -> Result<S, FetchError>,
    accepts: impl Fn(&Whole) -> Result<(), FetchError>,
) -> Result<(), FetchError> {
    tree.count(size)?;
    let above = tree.bytes() - size;
    let mut file = tree.create(path)?;
    let (mut failures, mut is_mended) = (0, false);
    loop {
        let wrong = |verb| FetchError::io(verb, path.as_str());
        let have = file.seek(SeekFrom::End(0)).map_err(wrong("seek in"))?;
        let cut = match open(have, watch).await {
            Ok(stream) => receive(stream, &mut file, path, size, limits, watch, above).await?,
            Err(error @ FetchError::Unreachable { .. }) => Some(error),
            Err(error) => return Err(error),
        };
        let now = file.seek(SeekFrom::End(0)).map_err(wrong("seek in"))?;
        if now == size {
            let whole = digests(&mut file, path)?;
            match accepts(&whole) {
                Ok(()) => return tree.close(path, &file, whole.digest, size),
                Err(error) if is_mended || have == 0 => return Err(error),
                Err(_) => {
                    is_mended = true;
                    file.set_len(0).map_err(wrong("cut"))?;
                    continue;
                }
            }
        }
        if now > size {
            file.set_len(0).map_err(wrong("cut"))?;
        }
        failures = if now > have && now < size { 1 } else { failures + 1 };
        if failures >= limits.most_attempts {
            let why = format!("{now} of {size} bytes of `{}` arrived", path.as_str());
            return Err(cut.unwrap_or(FetchError::Remote { address: tree.what().to_owned(), why, hint: None }));
        }
        watch.pause(before_attempt(limits, failures, None)).await?;
    }
}

/// Appends what arrives, at most one piece more than there should be; returns how it was cut.
async fn receive<B: AsRef<[u8]>>(
    mut stream: impl Stream<Item = Result<B, FetchError>> + Unpin,
    file: &mut File,
    path: &RelPath,
    size: u64,
    limits: &Limits,
    watch: &mut Watch<'_>,
    above: u64,
) -> Result<Option<FetchError>, FetchError> {
    let mut have = file.metadata().map_err(FetchError::io("look at", path.as_str()))?.len();
    while have <= size {
        let next = tokio::time::timeout(limits.silence, stream.next());
        let chunk = match watch.during(next).await? {
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(error @ FetchError::Unreachable { .. }))) => return Ok(Some(error)),
            Ok(Some(Err(error))) => return Err(error),
            Ok(None) | Err(_) => return Ok(None),
        };
        file.write_all(chunk.as_ref()).map_err(FetchError::io("write", path.as_str()))?;
        have += chunk.as_ref().len() as u64;
        watch.tell(above + have, 0)?;
    }
    Ok(None)
}

fn digests(file: &mut File, path: &RelPath) -> Result<Whole, FetchError> {
    let wrong = || FetchError::io("read", path.as_str());
    file.seek(SeekFrom::Start(0)).map_err(wrong())?;
    let (mut sha256, mut blake3) = (Sha256::new(), blake3::Hasher::new());
    let mut buffer = vec![0_u8; 1 << 20];
    loop {
        let n = file.read(&mut buffer).map_err(wrong())?;
        if n == 0 {
            return Ok(Whole { sha256: hex(&sha256.finalize()), digest: Digest::from_hasher(&blake3) });
        }
        sha256.update(&buffer[..n]);
        blake3.update(&buffer[..n]);
    }
}
