//! Unpacking: regular files and folders only, into a fresh folder, within bounds.
//!
//! Nothing else is taken from an archive: no links, no devices, no owners, no rights, no times. An archive with anything else in it is
//! refused as a whole: a dataset is never silently smaller than its archive.

mod tar;
mod zip;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::fetch::error::FetchError;
use crate::fetch::limits::Limits;
use crate::fetch::name::RelPath;
use crate::fetch::tree::{Entries, Tree};
use crate::fetch::watch::Watch;
use crate::recipe::dataset::{Pack, Packing};

/// Unpacks a file into the folder `root`, which must not be there yet; `name` is its name, which tells how it is packed.
///
/// A file that is not packed is taken as it is.
///
/// # Errors
/// When it is damaged, holds what is not taken, or passes a bound.
pub fn unpack(
    file: &Path,
    name: &str,
    root: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Entries, FetchError> {
    let archive = File::open(file).map_err(FetchError::io("open", file))?;
    let packed = archive.metadata().map_err(FetchError::io("look at", file))?.len();
    let (packing, rest) = Packing::of_name(name).unwrap_or((Packing::Single(Pack::Plain), name));
    let is_packed = packing != Packing::Single(Pack::Plain);
    if is_packed && packed == 0 {
        return Err(FetchError::archive(name, None, "it is empty"));
    }
    let mut tree = Tree::new(root, name, if is_packed { packed.max(1) } else { 0 }, limits)?;
    match packing {
        Packing::Tar(pack) => tar::unpack(&mut *unpacked(archive, pack, name)?, name, &mut tree, watch)?,
        Packing::Zip => zip::unpack(archive, name, &mut tree, watch)?,
        Packing::Single(pack) => {
            let mut from = unpacked(archive, pack, name)?;
            tree.file(&single_name(rest), &mut from, |error| unreadable(name, None, &error), watch)?;
        }
    }
    Ok(tree.finish())
}

/// Takes a file that is not to be unpacked.
///
/// # Errors
/// When it cannot be read or written.
pub fn take(
    file: &Path,
    name: &str,
    root: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Entries, FetchError> {
    let mut from = File::open(file).map_err(FetchError::io("open", file))?;
    let mut tree = Tree::new(root, name, 0, limits)?;
    tree.file(&single_name(name), &mut from, FetchError::io("read", file), watch)?;
    Ok(tree.finish())
}

/// Returns the name of the one file; an address may end in anything.
fn single_name(name: &str) -> RelPath {
    let usable = RelPath::parse(name.as_bytes()).ok().flatten();
    let data = || RelPath::parse(b"data").ok().flatten();
    usable.or_else(data).expect("`data` is a name")
}

fn unpacked(file: File, pack: Pack, name: &str) -> Result<Box<dyn Read>, FetchError> {
    let file = BufReader::with_capacity(1 << 16, file);
    Ok(match pack {
        Pack::Plain => Box::new(file),
        // Files of several members are common: `cat a.gz b.gz`, and whatever writes in blocks.
        Pack::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Pack::Zstd => {
            let decoder = zstd::stream::read::Decoder::with_buffer(file);
            Box::new(decoder.map_err(|error| unreadable(name, None, &error))?)
        }
    })
}

fn unreadable(archive: &str, entry: Option<&[u8]>, error: &io::Error) -> FetchError {
    let why = match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        _ => format!("it cannot be unpacked: {error}"),
    };
    FetchError::archive(archive, entry, why)
}

#[cfg(test)]
mod tests;
