//! The `idx` source: the two files of the MNIST format, read side by side, one picture at a time.
//!
//! A file is a magic number (two zeros, the type of a value, the number of dimensions), the dimensions as 32-bit integers, the
//! highest byte first, and the values (LeCun et al., "The MNIST database").

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use image::{DynamicImage, GrayImage};

use crate::data::error::DataError;
use crate::data::media::picture;
use crate::data::record::{Media, MediaKind};
use crate::data::row::{BadRow, Row, Sample, Value};
use crate::data::source::{Sink, SourceFile};

/// Values that are unsigned bytes: the only kind of pixels and classes there is.
const BYTES: u8 = 8;

/// Reads all pictures with their classes when given the file of the pictures; the file of the classes is read beside it.
///
/// # Errors
/// When a file cannot be read, or `sink` fails.
pub(super) fn read(images: &str, labels: &str, file: &SourceFile, sink: Sink<'_>) -> Result<(), DataError> {
    if file.name != images {
        return Ok(());
    }
    let labels = root_of(&file.path, images).join(labels);
    let pair = (|| Ok((Idx::open(&file.path, 3)?, Idx::open(&labels, 1)?)))();
    let (mut images, mut labels) = match pair {
        Ok((images, labels)) if images.dimensions[0] == labels.dimensions[0] => (images, labels),
        Ok((images, labels)) => {
            let (n, expected) = (labels.dimensions[0], images.dimensions[0]);
            return sink(Err(labels.bad(format!("states {n} labels, and there are {expected} pictures")))).map(drop);
        }
        Err(Stop::Bad(bad)) => return sink(Err(bad)).map(drop),
        Err(Stop::Io(error)) => return Err(error),
    };
    let [n, height, width] = [0, 1, 2].map(|i| images.dimensions[i]);
    if width == 0 || height == 0 || width.max(height) > picture::MOST_SIDE {
        let most = picture::MOST_SIDE;
        return sink(Err(
            images.bad(format!("states pictures of {width} × {height}: expected sides of 1 to {most} pixels"))
        ))
        .map(drop);
    }
    for i in 1..=u64::from(n) {
        let row = match one(&mut images, &mut labels, i, (width, height)) {
            Ok((bytes, label)) => {
                let id = format!("{}#{i}", file.name);
                let known = [("width", width), ("height", height), ("channels", 1)];
                let fields = known.map(|(name, value)| (name.to_owned(), value.to_string())).into();
                let media = Media { kind: MediaKind::Image, bytes, caption: String::new() };
                let value = Value::Media(Sample { media, fields });
                Row { document: id.clone(), id, line: Some(i), value, label: Some(label) }
            }
            // What follows cannot be told apart from what is missing.
            Err(Stop::Bad(bad)) => return sink(Err(bad)).map(drop),
            Err(Stop::Io(error)) => return Err(error),
        };
        if sink(Ok(row))?.is_break() {
            return Ok(());
        }
    }
    for mut idx in [images, labels] {
        match idx.end(n) {
            Ok(()) => {}
            Err(Stop::Bad(bad)) => sink(Err(bad)).map(drop)?,
            Err(Stop::Io(error)) => return Err(error),
        }
    }
    Ok(())
}

/// Returns whether bytes begin as a file of IDX pictures does, packed or not: packed files are told by their names.
pub fn is_idx(path: &Path, bytes: &[u8]) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_packed = bytes.starts_with(&[0x1f, 0x8b]) && name.contains("idx3");
    is_packed || bytes.starts_with(&[0, 0, BYTES, 3])
}

/// Returns all pictures of a file of the MNIST format as PNG, without their classes.
///
/// # Errors
/// What is wrong with the file.
pub fn pictures(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    let wrong = |stop: Stop| match stop {
        Stop::Bad(bad) => bad.reason,
        Stop::Io(error) => error.to_string(),
    };
    let mut images = Idx::open(path, 3).map_err(wrong)?;
    let [n, height, width] = [0, 1, 2].map(|side| images.dimensions[side]);
    let most = picture::MOST_SIDE;
    if width == 0 || height == 0 || width.max(height) > most {
        return Err(format!("states pictures of {width} × {height}: expected sides of 1 to {most} pixels"));
    }
    let mut all = Vec::new();
    for i in 1..=u64::from(n) {
        let pixels = images.take(width as usize * height as usize, i, "picture").map_err(wrong)?;
        let image = GrayImage::from_raw(width, height, pixels).expect("one byte for each pixel");
        all.push(picture::encode(&DynamicImage::ImageLuma8(image)));
    }
    images.end(n).map_err(wrong)?;
    Ok(all)
}

/// Returns the folder that the name of a file starts at.
pub(super) fn root_of(path: &Path, name: &str) -> PathBuf {
    let n = name.split('/').count();
    path.ancestors().nth(n).unwrap_or(Path::new("")).to_owned()
}

fn one(images: &mut Idx, labels: &mut Idx, i: u64, (width, height): (u32, u32)) -> Result<(Vec<u8>, String), Stop> {
    let pixels = images.take(width as usize * height as usize, i, "picture")?;
    let label = labels.take(1, i, "label")?[0];
    let image = GrayImage::from_raw(width, height, pixels).expect("one byte for each pixel");
    Ok((picture::encode(&DynamicImage::ImageLuma8(image)), label.to_string()))
}

/// Why the reading stops.
enum Stop {
    Bad(BadRow),
    Io(DataError),
}

/// An open file and its dimensions.
struct Idx {
    path: PathBuf,
    content: Box<dyn Read>,
    dimensions: Vec<u32>,
}

impl Idx {
    fn open(path: &Path, n_dimensions: u8) -> Result<Self, Stop> {
        let failed = |source| Stop::Io(DataError::io(path, source));
        let mut file = BufReader::new(File::open(path).map_err(failed)?);
        let is_packed = file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
        let content: Box<dyn Read> = match is_packed {
            true => Box::new(BufReader::new(MultiGzDecoder::new(file))),
            false => Box::new(file),
        };
        let mut idx = Self { path: path.to_owned(), content, dimensions: Vec::new() };
        let magic = idx.header()?;
        let [0, 0, kind, n] = magic.to_be_bytes() else {
            return Err(Stop::Bad(idx.bad("is no IDX file: expected two zeros at its beginning")));
        };
        if kind != BYTES || n != n_dimensions {
            let what = format!("has {n} dimensions of type {kind:#04x}: expected {n_dimensions} of type 0x08 (bytes)");
            return Err(Stop::Bad(idx.bad(what)));
        }
        for _ in 0..n_dimensions {
            let dimension = idx.header()?;
            idx.dimensions.push(dimension);
        }
        Ok(idx)
    }

    fn header(&mut self) -> Result<u32, Stop> {
        let mut bytes = [0; 4];
        match self.content.read_exact(&mut bytes) {
            Ok(()) => Ok(u32::from_be_bytes(bytes)),
            Err(error) => Err(self.stop(error, None, "ends within its header")),
        }
    }

    /// Takes the bytes of the `i`-th picture or label.
    fn take(&mut self, n: usize, i: u64, what: &str) -> Result<Vec<u8>, Stop> {
        let mut bytes = vec![0; n];
        match self.content.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) => {
                let stated = self.dimensions[0];
                Err(self.stop(error, Some(i), &format!("ends within {what} {i} of {stated}")))
            }
        }
    }

    /// Refuses bytes after the last of `n` pictures or labels.
    fn end(&mut self, n: u32) -> Result<(), Stop> {
        match self.content.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(Stop::Bad(self.bad(format!("goes on after the {n} it states")))),
            Err(error) => Err(self.stop(error, None, "ends within what packs it")),
        }
    }

    fn stop(&self, error: io::Error, line: Option<u64>, early: &str) -> Stop {
        let reason = match error.kind() {
            io::ErrorKind::UnexpectedEof => early,
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "is not packed soundly with gzip",
            // The enumeration of errors is not ours.
            _ => return Stop::Io(DataError::io(&self.path, error)),
        };
        Stop::Bad(BadRow { line, ..self.bad(reason) })
    }

    fn bad(&self, reason: impl Into<String>) -> BadRow {
        BadRow::whole(&self.path, reason)
    }
}
