//! A file of pages: the header of each is passed over by itself before the library reads it.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::Result;
use parquet::file::reader::{ChunkReader, Length};

use crate::data::source::parquet::thrift;

/// The most elements in the lists of a header; the format has no lists there.
const MOST_ELEMENTS: u64 = 1 << 16;

/// A file whose footer has been read: what is read of it are pages.
#[derive(Clone)]
pub(in crate::data) struct Paged(pub(in crate::data) Arc<File>);

impl Length for Paged {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for Paged {
    type T = Header;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(Header { reader: self.0.get_read(start)?, is_sound: false })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.0.get_bytes(start, length)
    }
}

/// The header of a page. The library also asks for it where it knows it, and reads nothing then.
pub(in crate::data) struct Header {
    reader: BufReader<File>,
    is_sound: bool,
}

impl Read for Header {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.is_sound {
            let passed = thrift::pass(&mut self.reader, MOST_ELEMENTS)?;
            self.reader.seek_relative(-i64::try_from(passed).map_err(io::Error::other)?)?;
            self.is_sound = true;
        }
        self.reader.read(into)
    }
}
