//! Archives of every format, also such as their own libraries refuse to make.

use std::io::{self, Write as _};

use ::tar::{EntryType, Header};
use ::zip::write::SimpleFileOptions;

/// A tar archive, made block by block: the crate's own builder refuses to make what is tried here.
#[derive(Default)]
pub(super) struct TarFile(pub(super) Vec<u8>);

impl TarFile {
    pub(super) fn raw(mut self, name: &[u8], kind: EntryType, size: u64, content: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o6777);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(super) fn entry(self, name: &[u8], kind: EntryType, content: &[u8]) -> Self {
        self.raw(name, kind, content.len() as u64, content)
    }

    /// Adds a file with a name of any length.
    pub(super) fn file(self, name: &[u8], content: &[u8]) -> Self {
        let long = [name, b"\0"].concat();
        let this = if name.len() > 100 { self.entry(b"././@LongLink", EntryType::GNULongName, &long) } else { self };
        this.entry(name, EntryType::Regular, content)
    }

    pub(super) fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&[0; 1024]);
        self.0
    }
}

pub(super) fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let length = (1..).find(|n: &usize| n.to_string().len() + rest.len() == *n).unwrap();
    format!("{length}{rest}").into_bytes()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

pub(super) fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Makes a zip whose names are bytes: a placeholder as long as the name is put in, and replaced everywhere.
pub(super) fn zip_named(names: &[&[u8]]) -> Vec<u8> {
    let letter = |i: usize| char::from(b'@' + i as u8).to_string();
    let placeholders: Vec<String> = names.iter().enumerate().map(|(i, name)| letter(i).repeat(name.len())).collect();
    let files: Vec<_> = placeholders.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let mut bytes = zip_of(&files);
    for (placeholder, name) in placeholders.iter().map(String::as_bytes).zip(names) {
        while let Some(at) = bytes.windows(placeholder.len()).position(|window| window == placeholder) {
            bytes[at..at + name.len()].copy_from_slice(name);
        }
    }
    bytes
}
