//! Pictures and sounds for tests: files of real encoders, and some that are written by hand.

use std::ops::ControlFlow;
use std::path::Path;

use image::{DynamicImage, Rgb, RgbImage};
use pedigree::data::source::{self, SourceFile};
use pedigree::data::{BadRow, Row};
use pedigree::recipe::dataset::{Labels, Source};

/// Returns a file beside the script that makes them.
pub fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/reference/media");
    std::fs::read(folder.join(name)).unwrap()
}

/// Returns the picture that the script paints.
pub fn painted(width: u32, height: u32) -> DynamicImage {
    let pixel = |x: u32, y: u32| Rgb([x * 7 + y * 3, x * x + 5 * y, x * y * 3].map(|value| (value % 256) as u8));
    RgbImage::from_fn(width, height, pixel).into()
}

/// What a WAV file states; every field can lie.
#[derive(Clone)]
pub struct Wav {
    pub kind: u16,
    pub channels: u16,
    pub rate: u32,
    pub byte_rate: Option<u32>,
    pub frame_bytes: Option<u16>,
    pub bits: u16,
    pub riff_size: Option<u32>,
    pub data_size: Option<u32>,
    pub before_data: Vec<u8>,
    pub data: Vec<u8>,
}

impl Default for Wav {
    fn default() -> Self {
        Self {
            kind: 1,
            channels: 1,
            rate: 8000,
            byte_rate: None,
            frame_bytes: None,
            bits: 16,
            riff_size: None,
            data_size: None,
            before_data: Vec::new(),
            data: (0..400).map(|i| (i * 7 % 251) as u8).collect(),
        }
    }
}

impl Wav {
    /// Returns the bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        let frame_bytes = self.frame_bytes.unwrap_or_else(|| self.channels.wrapping_mul(self.bits / 8));
        let byte_rate = self.byte_rate.unwrap_or_else(|| self.rate.wrapping_mul(u32::from(frame_bytes)));
        let mut body = b"WAVEfmt \x10\0\0\0".to_vec();
        body.extend_from_slice(&self.kind.to_le_bytes());
        body.extend_from_slice(&self.channels.to_le_bytes());
        body.extend_from_slice(&self.rate.to_le_bytes());
        body.extend_from_slice(&byte_rate.to_le_bytes());
        body.extend_from_slice(&frame_bytes.to_le_bytes());
        body.extend_from_slice(&self.bits.to_le_bytes());
        body.extend_from_slice(&self.before_data);
        body.extend_from_slice(b"data");
        body.extend_from_slice(&self.data_size.unwrap_or(self.data.len() as u32).to_le_bytes());
        body.extend_from_slice(&self.data);
        let mut bytes = b"RIFF".to_vec();
        bytes.extend_from_slice(&self.riff_size.unwrap_or(body.len() as u32).to_le_bytes());
        bytes.append(&mut body);
        bytes
    }
}

/// Returns the bytes of an IDX file of bytes.
pub fn idx(dimensions: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dimensions.len() as u8];
    dimensions.iter().for_each(|dimension| bytes.extend_from_slice(&dimension.to_be_bytes()));
    bytes.extend_from_slice(values);
    bytes
}

/// Returns the source of all pictures below a folder.
pub fn image_folder(root: &Path, label: &str) -> Source {
    let (root, label) = (root.display().to_string(), Labels::try_from(label.to_owned()).unwrap());
    Source::ImageFolder { root, include: vec!["**/*".to_owned()], exclude: vec![], strip_components: 0, label }
}

/// Returns the source of all sounds below a folder.
pub fn audio_folder(root: &Path, label: &str) -> Source {
    let (root, label) = (root.display().to_string(), Labels::try_from(label.to_owned()).unwrap());
    Source::AudioFolder { root, include: vec!["**/*".to_owned()], exclude: vec![], strip_components: 0, label }
}

/// Returns all rows of a source, good and bad.
pub fn rows(source: &Source) -> Vec<Result<Row, BadRow>> {
    let files = source::list(source, Path::new("/")).unwrap();
    files.iter().flat_map(|file| rows_of(source, file)).collect()
}

fn rows_of(source: &Source, file: &SourceFile) -> Vec<Result<Row, BadRow>> {
    let mut rows = Vec::new();
    let sink = &mut |row| {
        rows.push(row);
        Ok(ControlFlow::Continue(()))
    };
    source::read(source, file, sink).unwrap();
    rows
}
