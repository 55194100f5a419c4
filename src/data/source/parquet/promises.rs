//! What a Parquet file promises in its footer, against what it can keep: before anything is read or reserved for it.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};

use parquet::file::metadata::ParquetMetaData;

use crate::data::source::fault::Fault;
use crate::data::source::parquet::thrift;

/// How many rows a byte can hold at most: columns of one value, run-length encoded, take nearly nothing.
const MOST_ROWS_PER_BYTE: u64 = 1 << 20;

/// How many times its own size a column may unpack to.
const MOST_TIMES: u64 = 1 << 20;

/// Checks that a file begins and ends as Parquet does, is long enough for its footer, and that the footer ends where it says.
///
/// # Errors
/// When it does not.
pub(in crate::data) fn check_ends(mut opened: &File, file_bytes: u64) -> Result<(), Fault> {
    if file_bytes == 0 {
        return Err(Fault::new("the file is empty: expected Parquet data"));
    }
    let (mut start, mut end) = (Vec::new(), [0; 8]);
    let read = opened.take(MARK.len() as u64).read_to_end(&mut start);
    if read.is_err() || !MARK.starts_with(&start) {
        return Err(Fault::new("expected Parquet data, found something else"));
    }
    let read = opened.seek(SeekFrom::End(-8)).and_then(|_| opened.read_exact(&mut end));
    let footer = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
    if read.is_err() || end[4..] != *MARK || footer > file_bytes - 8 {
        return Err(Fault::new("the Parquet file is cut off: expected its footer at the end"));
    }
    // Whatever it counts takes a byte at least.
    let start = opened.seek(SeekFrom::Start(file_bytes - 8 - footer));
    let passed = start.and_then(|_| thrift::pass(&mut BufReader::new(opened.take(footer)), footer));
    passed.map(drop).map_err(|_| Fault::new("the Parquet footer is damaged"))
}

/// What a Parquet file begins and ends with.
const MARK: &[u8; 4] = b"PAR1";

/// Checks the numbers of the footer.
///
/// # Errors
/// When a number is negative, points past the end of the file, or does not agree with the others.
pub(in crate::data) fn check(metadata: &ParquetMetaData, file_bytes: u64) -> Result<(), Fault> {
    let wrong = |what: &str| Err(Fault::new(format!("the Parquet footer cannot be true: {what}")));
    let size = |number: i64| u64::try_from(number).ok();
    let mut rows = 0_u64;
    for group in metadata.row_groups() {
        let Some(n) = size(group.num_rows()) else { return wrong("it counts fewer rows than none") };
        rows = rows.saturating_add(n);
        if n > file_bytes.saturating_mul(MOST_ROWS_PER_BYTE) {
            return wrong("it counts more rows than the file can hold");
        }
        if size(group.total_byte_size()).is_none() {
            return wrong("it tells a negative size");
        }
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let (Some(start), Some(_), Some(packed), Some(unpacked), Some(_)) = (
                size(start),
                size(column.data_page_offset()),
                size(column.compressed_size()),
                size(column.uncompressed_size()),
                size(column.num_values()),
            ) else {
                return wrong("it tells a negative size");
            };
            if start.saturating_add(packed) > file_bytes {
                return wrong("a column lies past the end of the file");
            }
            if unpacked > packed.saturating_add(1).saturating_mul(MOST_TIMES) {
                return wrong("a column unpacks to more than can be");
            }
        }
    }
    match size(metadata.file_metadata().num_rows()) {
        Some(said) if said == rows => Ok(()),
        _ => wrong("its row groups do not add up to its rows"),
    }
}
