//! The parts of a safetensors file, read at their places.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use safetensors::Dtype;
use safetensors::tensor::Metadata;

use crate::engine::error::EngineError;

/// The longest header that is read, in bytes: that of a shard takes some hundred.
const LONGEST_HEADER: u64 = 1 << 20;

/// A file that is read at places.
#[derive(Debug)]
pub struct Bytes {
    file: File,
    path: PathBuf,
}

/// The values of one tensor.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The type of its values.
    pub dtype: Dtype,
    /// The number of values.
    pub n: u64,
    /// Where it begins, in bytes.
    start: u64,
}

impl Bytes {
    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        let io = |source| EngineError::Io { path: path.to_owned(), action: "read", source };
        Ok(Self { file: File::open(path).map_err(io)?, path: path.to_owned() })
    }

    /// Returns the bytes of some values of a tensor.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn part(&self, part: Part, values: Range<u64>) -> Result<Vec<u8>, EngineError> {
        debug_assert!(values.start <= values.end && values.end <= part.n);
        let width = part.dtype.bitsize() as u64 / 8;
        self.read(part.start + values.start * width, (values.end - values.start) * width)
    }

    fn read(&self, at: u64, n: u64) -> Result<Vec<u8>, EngineError> {
        let mut data = vec![0; n as usize];
        self.file.read_exact_at(&mut data, at).map_err(|source| self.unreadable(source))?;
        Ok(data)
    }

    fn len(&self) -> Result<u64, EngineError> {
        self.file.metadata().map(|metadata| metadata.len()).map_err(|source| self.unreadable(source))
    }

    fn unreadable(&self, source: std::io::Error) -> EngineError {
        let path = self.path.clone();
        match source.kind() {
            std::io::ErrorKind::UnexpectedEof => EngineError::Damaged { path, reason: "it became shorter".into() },
            _ => EngineError::Io { path, action: "read", source },
        }
    }
}

/// What a safetensors file says of its tensors.
pub struct Header {
    metadata: Metadata,
    /// Where the tensors begin, in bytes.
    start: u64,
}

impl Header {
    /// Reads the header, and compares the sizes with that of the file.
    ///
    /// # Errors
    /// When there is none, or the file is longer or shorter than it says.
    pub fn read(bytes: &Bytes, error: &dyn Fn(String) -> EngineError) -> Result<Self, EngineError> {
        let all = bytes.len()?;
        if all < 8 {
            return Err(error("the header is missing".into()));
        }
        let length = bytes.read(0, 8)?.try_into().map(u64::from_le_bytes).expect("8 bytes were read");
        if length > LONGEST_HEADER || length > all - 8 {
            return Err(error(format!("the header is said to be of {length} bytes")));
        }
        let header = bytes.read(8, length)?;
        let metadata: Metadata = serde_json::from_slice(&header).map_err(|cause| error(cause.to_string()))?;
        let (expected, found) = (metadata.data_len() as u64, all - 8 - length);
        if expected != found {
            return Err(error(format!("expected {expected} bytes of tensors, found {found}")));
        }
        Ok(Self { metadata, start: 8 + length })
    }

    /// Returns whether there is a tensor of this name.
    pub fn has(&self, name: &str) -> bool {
        self.metadata.info(name).is_some()
    }

    /// Returns a tensor of one dimension.
    ///
    /// # Errors
    /// When there is none of this name, or it is of another type or shape.
    pub fn part(&self, name: &str, dtypes: &[Dtype]) -> Result<Part, String> {
        let info = self.metadata.info(name).ok_or_else(|| format!("`{name}` is missing"))?;
        match info.shape.as_slice() {
            [n] if dtypes.contains(&info.dtype) => {
                Ok(Part { dtype: info.dtype, n: *n as u64, start: self.start + info.data_offsets.0 as u64 })
            }
            shape => {
                Err(format!("`{name}` is of type {:?} {shape:?}: expected one dimension of {dtypes:?}", info.dtype))
            }
        }
    }

    /// Returns a tensor of any shape, and its shape.
    ///
    /// # Errors
    /// When there is none of this name, or it is of another type.
    pub fn tensor(&self, name: &str, dtype: Dtype) -> Result<(Part, Vec<usize>), String> {
        let info = self.metadata.info(name).ok_or_else(|| format!("`{name}` is missing"))?;
        if info.dtype != dtype {
            return Err(format!("`{name}` is of type {:?}: expected {dtype:?}", info.dtype));
        }
        let n = info.shape.iter().product::<usize>() as u64;
        Ok((Part { dtype, n, start: self.start + info.data_offsets.0 as u64 }, info.shape.clone()))
    }
}
