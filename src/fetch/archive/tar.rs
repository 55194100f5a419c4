//! Tar, block by block (POSIX 1003.1 `pax`, and the long names of GNU).
//!
//! The blocks are read here and not by an iterator over entries: names and records that other headers announce are bounded too, and
//! sizes that contradict each other are seen.

use std::io::{self, Read};

use ::tar::{EntryType, Header};

use crate::fetch::archive::unreadable;
use crate::fetch::error::FetchError;
use crate::fetch::name::RelPath;
use crate::fetch::tree::Tree;
use crate::fetch::watch::Watch;

const BLOCK: usize = 512;
/// The most bytes of a long name or of extended records.
const MOST_EXTENDED: u64 = 1 << 20;

/// What headers in front of an entry say of it.
#[derive(Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

/// Unpacks a tar stream into `tree`.
///
/// # Errors
/// When it is damaged, holds what is not taken, or passes a bound.
pub(super) fn unpack(
    from: &mut dyn Read,
    archive: &str,
    tree: &mut Tree<'_>,
    watch: &mut Watch<'_>,
) -> Result<(), FetchError> {
    let mut ahead = Ahead::default();
    let mut is_first = true;
    while let Some(header) = next_header(from, archive)? {
        is_first = false;
        let name = ahead.name.clone().unwrap_or_else(|| header.path_bytes().into_owned());
        let wrong = |why: &str| FetchError::archive(archive, Some(&name), why);
        let own_size = header.entry_size().map_err(|_| wrong("its size is no number"))?;
        match header.entry_type() {
            EntryType::XGlobalHeader => drop(extended(from, archive, own_size)?),
            EntryType::XHeader => ahead.records(&extended(from, archive, own_size)?).map_err(wrong)?,
            EntryType::GNULongName => {
                let mut long = extended(from, archive, own_size)?;
                long.truncate(long.iter().position(|byte| *byte == 0).unwrap_or(long.len()));
                ahead.name = Some(long);
            }
            EntryType::Regular | EntryType::Continuous | EntryType::Directory => {
                let size = match (ahead.size, own_size) {
                    (Some(size), 0) => size,
                    (Some(size), own) if size != own => return Err(wrong("its sizes contradict each other")),
                    (_, own) => own,
                };
                let path = RelPath::parse(&name).map_err(wrong)?;
                // Before POSIX a folder was a file whose name ends with a slash.
                let is_folder = header.entry_type() == EntryType::Directory || name.ends_with(b"/");
                match (path, is_folder) {
                    (_, true) if size > 0 => return Err(wrong("it is a folder with content")),
                    (None, true) => {}
                    (None, false) => return Err(wrong("it is a file without a name")),
                    (Some(path), true) => tree.folder(&path)?,
                    (Some(path), false) => file(from, archive, &name, &path, size, tree, watch)?,
                }
                ahead = Ahead::default();
            }
            kind => return Err(wrong(&format!("it is {}, which is not taken", word(kind)))),
        }
    }
    if is_first {
        return Err(FetchError::archive(archive, None, "it is no tar archive, or holds nothing"));
    }
    drain(from, archive, tree, watch)
}

/// Reads the next header; `None` at the end, which is a block of zeros.
fn next_header(from: &mut dyn Read, archive: &str) -> Result<Option<Header>, FetchError> {
    let mut block = [0_u8; BLOCK];
    let mut have = 0;
    while have < BLOCK {
        match from.read(&mut block[have..]) {
            // Some programs leave the blocks of zeros out.
            Ok(0) if have == 0 => return Ok(None),
            Ok(0) => return Err(unreadable(archive, None, &io::ErrorKind::UnexpectedEof.into())),
            Ok(n) => have += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(archive, None, &error)),
        }
    }
    if block.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let header = Header::from_byte_slice(&block).clone();
    let sum: u32 =
        block.iter().enumerate().map(|(i, byte)| if (148..156).contains(&i) { 32 } else { u32::from(*byte) }).sum();
    match header.cksum() {
        Ok(said) if said == sum => Ok(Some(header)),
        Ok(_) | Err(_) => Err(FetchError::archive(archive, None, "a header is damaged: its checksum is wrong")),
    }
}

/// Reads what a header says of the next entry.
fn extended(from: &mut dyn Read, archive: &str, size: u64) -> Result<Vec<u8>, FetchError> {
    if size > MOST_EXTENDED {
        return Err(FetchError::archive(archive, None, "what a header says of an entry is longer than 1 MB"));
    }
    let mut bytes = vec![0; size as usize];
    from.read_exact(&mut bytes).map_err(|error| unreadable(archive, None, &error))?;
    skip_padding(from, archive, size)?;
    Ok(bytes)
}

impl Ahead {
    /// Reads pax records: `<length> <key>=<value>\n`.
    fn records(&mut self, mut bytes: &[u8]) -> Result<(), &'static str> {
        const WRONG: &str = "an extended record is damaged";
        while !bytes.is_empty() {
            let space = bytes.iter().position(|byte| *byte == b' ').ok_or(WRONG)?;
            let length: usize =
                std::str::from_utf8(&bytes[..space]).ok().and_then(|text| text.parse().ok()).ok_or(WRONG)?;
            let record = bytes.get(space + 1..length).and_then(|record| record.strip_suffix(b"\n")).ok_or(WRONG)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or(WRONG)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => {
                    self.size = Some(std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).ok_or(WRONG)?);
                }
                _ if key.starts_with(b"GNU.sparse.") => return Err("it is a file with holes, which is not taken"),
                _ => {}
            }
            bytes = &bytes[length..];
        }
        Ok(())
    }
}

fn file(
    from: &mut dyn Read,
    archive: &str,
    name: &[u8],
    path: &RelPath,
    size: u64,
    tree: &mut Tree<'_>,
    watch: &mut Watch<'_>,
) -> Result<(), FetchError> {
    let read = tree.file(path, &mut from.take(size), |error| unreadable(archive, Some(name), &error), watch)?;
    if read < size {
        return Err(FetchError::archive(archive, Some(name), "the archive ends within it"));
    }
    skip_padding(from, archive, size)
}

fn skip_padding(from: &mut dyn Read, archive: &str, size: u64) -> Result<(), FetchError> {
    let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
    let mut bytes = [0_u8; BLOCK];
    let padding = &mut bytes[..padding as usize];
    from.read_exact(padding).map_err(|error| unreadable(archive, None, &error))
}

/// Reads what follows the end: the checksum of a compressed stream stands there. It counts like content.
fn drain(from: &mut dyn Read, archive: &str, tree: &mut Tree<'_>, watch: &mut Watch<'_>) -> Result<(), FetchError> {
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => tree.count(n as u64)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(archive, None, &error)),
        }
        watch.tell(tree.bytes(), 0)?;
    }
}

fn word(kind: EntryType) -> &'static str {
    match kind {
        EntryType::Link => "a hard link",
        EntryType::Symlink => "a symbolic link",
        EntryType::GNULongLink => "a link with a long name",
        EntryType::Char | EntryType::Block => "a device",
        EntryType::Fifo => "a pipe",
        EntryType::GNUSparse => "a file with holes",
        _ => "of an unknown kind",
    }
}
