//! The pages of a row group, looked at before they are decoded: a page that counts more values than it can hold never reaches the
//! decoder, which would reserve memory for them.

use std::sync::Arc;

use parquet::arrow::arrow_reader::RowGroups;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;

use crate::data::source::parquet::paged::Paged;

/// One row group of a file.
pub(in crate::data) struct Group {
    pub(in crate::data) file: Paged,
    pub(in crate::data) metadata: Arc<ParquetMetaData>,
    pub(in crate::data) index: usize,
}

impl RowGroups for Group {
    fn num_rows(&self) -> usize {
        self.metadata.row_group(self.index).num_rows() as usize
    }

    fn column_chunks(&self, i: usize) -> Result<Box<dyn PageIterator>> {
        let group = self.metadata.row_group(self.index);
        let column = group.column(i);
        let inner = SerializedPageReader::new(Arc::new(self.file.clone()), column, group.num_rows() as usize, None)?;
        let described = column.column_descr();
        let (has_repetition, has_definition) = (described.max_rep_level() > 0, described.max_def_level() > 0);
        Ok(Box::new(Once(Some(Checked { inner, has_repetition, has_definition }))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::once(self.metadata.row_group(self.index)))
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}

/// The pages of the one chunk that a column has in a row group.
struct Once(Option<Checked>);

impl Iterator for Once {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(|pages| Ok(Box::new(pages) as Box<dyn PageReader>))
    }
}

impl PageIterator for Once {}

/// The pages of a column chunk.
struct Checked {
    inner: SerializedPageReader<Paged>,
    has_repetition: bool,
    has_definition: bool,
}

impl Iterator for Checked {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Checked {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.inner.get_next_page()?;
        match &page {
            Some(page) if self.check(page).is_none() => {
                Err(ParquetError::General("a page holds less than it says".into()))
            }
            _ => Ok(page),
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.inner.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.inner.at_record_boundary()
    }
}

impl Checked {
    /// Returns `None` where a page promises more than it holds.
    fn check(&self, page: &Page) -> Option<()> {
        let data: &[u8] = match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                return (*num_values as usize <= buf.len().max(1)).then_some(());
            }
            Page::DataPage { buf, .. } => {
                let data = levels(buf, self.has_repetition)?;
                levels(data, self.has_definition)?
            }
            Page::DataPageV2 { buf, rep_levels_byte_len, def_levels_byte_len, .. } => {
                buf.get(rep_levels_byte_len.checked_add(*def_levels_byte_len)? as usize..)?
            }
        };
        let most = u64::from(page.num_values());
        match page.encoding() {
            // A page without values may be without bytes, too.
            _ if data.is_empty() => Some(()),
            Encoding::DELTA_BINARY_PACKED | Encoding::DELTA_LENGTH_BYTE_ARRAY => deltas(data, most).map(drop),
            Encoding::DELTA_BYTE_ARRAY => deltas(data, most).and_then(|suffixes| deltas(suffixes, most)).map(drop),
            _ => Some(()),
        }
    }
}

/// Passes over the levels of a page of the first version: a length of four bytes, and as many bytes.
fn levels(data: &[u8], are_there: bool) -> Option<&[u8]> {
    if !are_there {
        return Some(data);
    }
    let (length, rest) = data.split_first_chunk::<4>()?;
    rest.get(u32::from_le_bytes(*length) as usize..)
}

/// Passes over delta-encoded numbers, of which there may be `most`; returns what follows them.
///
/// A header (block size, miniblocks, count, first number), then blocks: the least delta, a width for each miniblock, the miniblocks;
/// those of the last block that are not needed are not there (Parquet's `Encodings.md`).
fn deltas(data: &[u8], most: u64) -> Option<&[u8]> {
    let (block, rest) = number(data)?;
    let (n_minis, rest) = number(rest)?;
    let (count, rest) = number(rest)?;
    let (_, mut rest) = number(rest)?;
    if block > 1 << 20 || n_minis == 0 || n_minis > block || count > most {
        return None;
    }
    let per_mini = block / n_minis;
    let mut left = count.saturating_sub(1);
    while left > 0 && per_mini > 0 {
        let (_, block) = number(rest)?;
        let (widths, mut minis) = block.split_at_checked(n_minis as usize)?;
        for width in widths {
            if left > 0 {
                minis = minis.get((u64::from(*width) * per_mini).div_ceil(8) as usize..)?;
                left = left.saturating_sub(per_mini);
            }
        }
        rest = minis;
    }
    Some(rest)
}

/// Reads a number of seven bits a byte, the low ones first (ULEB128).
fn number(data: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (i, byte) in data.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * i as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, &data[i + 1..]));
        }
    }
    None
}
