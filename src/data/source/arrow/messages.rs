//! The messages of an Arrow stream, looked at before they are read: a message that promises more than the file holds, or unpacks
//! to more than can be, never reaches the reader, which would reserve memory for it.

use std::io::{self, Cursor, Read};

use arrow_ipc::{Message, MessageHeader, RecordBatch, root_as_message};

use crate::data::source::packed::Damaged;

/// What stands before the length of a message.
const CONTINUES: u32 = u32::MAX;

/// The most bytes the description of a message may have.
const MOST_HEADER: u64 = 64 << 20;

/// The most bytes the body of a message may have: a batch is in memory as a whole.
const MOST_BODY: u64 = 1 << 30;

/// How many times its own size a buffer may unpack to; twice what LZ4 can do at its best.
const MOST_TIMES: u64 = 512;

/// Returns an error of reading that is about the data.
pub(super) fn damaged(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Damaged(reason.to_owned()))
}

/// A reader of the messages of a stream.
pub(super) struct Messages<R> {
    inner: R,
    left: u64,
    message: Cursor<Vec<u8>>,
    is_over: bool,
}

impl<R: Read> Messages<R> {
    /// Returns the messages of a stream of so many bytes; what follows its end is not looked at.
    pub(super) fn new(inner: R, bytes: u64) -> Self {
        Self { inner, left: bytes, message: Cursor::new(Vec::new()), is_over: false }
    }

    fn take(&mut self, into: &mut Vec<u8>, bytes: u64) -> io::Result<()> {
        if bytes > self.left {
            return Err(damaged("the Arrow data are cut off, or promise more than there is"));
        }
        self.left -= bytes;
        let n = self.inner.by_ref().take(bytes).read_to_end(into)?;
        if n as u64 == bytes { Ok(()) } else { Err(damaged("the Arrow data are cut off")) }
    }

    fn number(&mut self, into: &mut Vec<u8>) -> io::Result<u32> {
        let start = into.len();
        self.take(into, 4)?;
        Ok(u32::from_le_bytes(into[start..].try_into().expect("four bytes were taken")))
    }

    /// Reads the next message as a whole.
    fn advance(&mut self) -> io::Result<()> {
        let mut message = std::mem::take(self.message.get_mut());
        message.clear();
        // A stream may end without saying so.
        if self.left == 0 {
            self.is_over = true;
            return Ok(());
        }
        let first = self.number(&mut message)?;
        let length = if first == CONTINUES { self.number(&mut message)? } else { first };
        if length == 0 {
            self.is_over = true;
        } else {
            if u64::from(length) > MOST_HEADER {
                return Err(damaged("expected Arrow data, found a message that is too large"));
            }
            let header = message.len();
            self.take(&mut message, u64::from(length))?;
            let body = message.len();
            let said = root_as_message(&message[header..]).map_err(|_| damaged(super::DAMAGED))?;
            let bytes = u64::try_from(said.bodyLength()).ok().filter(|bytes| *bytes <= MOST_BODY);
            let bytes = bytes.ok_or_else(|| damaged("expected Arrow batches of at most 1 GiB"))?;
            let mut content = Vec::new();
            self.take(&mut content, bytes)?;
            check(&said, &content)?;
            message.truncate(body);
            message.extend(content);
        }
        self.message = Cursor::new(message);
        Ok(())
    }
}

impl<R: Read> Read for Messages<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.message.position() as usize >= self.message.get_ref().len() && !self.is_over {
            self.advance()?;
        }
        self.message.read(buffer)
    }
}

fn check(message: &Message<'_>, body: &[u8]) -> io::Result<()> {
    match message.header_type() {
        MessageHeader::RecordBatch => message.header_as_record_batch().map_or(Ok(()), |batch| batch_of(&batch, body)),
        MessageHeader::DictionaryBatch => {
            let batch = message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data());
            batch.map_or(Ok(()), |batch| batch_of(&batch, body))
        }
        _ => Ok(()),
    }
}

fn batch_of(batch: &RecordBatch<'_>, body: &[u8]) -> io::Result<()> {
    let lies = || damaged("the Arrow data promise more than there is");
    let most_rows = (body.len() as u64).saturating_mul(8).max(1 << 20);
    let is_count = |n: i64| u64::try_from(n).is_ok_and(|n| n <= most_rows);
    let is_true = is_count(batch.length())
        && batch.nodes().into_iter().flatten().all(|node| is_count(node.length()) && is_count(node.null_count()));
    if !is_true {
        return Err(lies());
    }
    let mut unpacked = 0_u64;
    for buffer in batch.buffers().into_iter().flatten() {
        let range = usize::try_from(buffer.offset()).ok().zip(usize::try_from(buffer.length()).ok());
        let bytes = range.and_then(|(start, length)| body.get(start..start.checked_add(length)?)).ok_or_else(lies)?;
        if batch.compression().is_none() || bytes.is_empty() {
            continue;
        }
        let size = bytes.first_chunk::<8>().map(|size| i64::from_le_bytes(*size)).ok_or_else(lies)?;
        // Minus one stands for bytes that are not packed.
        let size = if size == -1 { bytes.len() as u64 } else { u64::try_from(size).map_err(|_| lies())? };
        unpacked = unpacked.saturating_add(size);
        if size > (bytes.len() as u64).saturating_mul(MOST_TIMES) || unpacked > MOST_BODY {
            return Err(lies());
        }
    }
    Ok(())
}
