//! Records between two passes: blocks of records, each compressed with LZ4, and with a checksum in front.
//!
//! Nobody but this program reads these files. LZ4 alone does not see a letter that has changed: the checksum does.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;

use crate::data::record::{Content, Media, MediaKind, Preference, Record, Turn};
use crate::id::Digest;

/// What a file begins with; the number is the version of the format.
const MAGIC: &[u8; 8] = b"pdblock2";
/// The size from which on a block is written, in bytes.
const BLOCK: usize = 1 << 20;
/// The largest block there can be: one record of the greatest size, and what led up to it.
const LARGEST: usize = 1 << 30;
/// What stands in front of a block: how many records, their bytes, and those bytes compressed.
const HEAD: usize = 12;

/// Writes records.
pub(super) struct Writer {
    file: BufWriter<File>,
    block: Vec<u8>,
    n: u32,
}

impl Writer {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(MAGIC)?;
        Ok(Self { file, block: Vec::new(), n: 0 })
    }

    pub(super) fn push(&mut self, record: &Record) -> io::Result<()> {
        put_record(&mut self.block, record);
        self.n += 1;
        if self.block.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        let packed = lz4_flex::block::compress(&self.block);
        let mut bytes = Vec::with_capacity(HEAD + packed.len());
        for n in [self.n, self.block.len() as u32, packed.len() as u32] {
            bytes.extend_from_slice(&n.to_le_bytes());
        }
        bytes.extend_from_slice(&packed);
        self.file.write_all(&Digest::of(&bytes).number().to_le_bytes())?;
        self.file.write_all(&bytes)?;
        self.block.clear();
        self.n = 0;
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.n > 0 {
            self.flush()?;
        }
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_data()
    }
}

/// Reads records, block by block.
pub(super) struct Reader(BufReader<File>);

impl Reader {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = BufReader::new(File::open(path)?);
        let mut magic = [0; 8];
        file.read_exact(&mut magic)?;
        if &magic == MAGIC { Ok(Self(file)) } else { Err(damaged()) }
    }

    /// Returns the records of the next block, or `None` at the end.
    pub(super) fn next_block(&mut self) -> io::Result<Option<Vec<Record>>> {
        let mut sum = [0; 8];
        match self.0.read_exact(&mut sum[..1]) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        self.0.read_exact(&mut sum[1..])?;
        let mut bytes = vec![0; HEAD];
        self.0.read_exact(&mut bytes)?;
        let [n, size, packed] =
            [0, 4, 8].map(|i| u32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]) as usize);
        if size > LARGEST || packed > LARGEST || n > size {
            return Err(damaged());
        }
        // Memory is taken for what is there, not for what a damaged head promises.
        self.0.by_ref().take(packed as u64).read_to_end(&mut bytes)?;
        if bytes.len() != HEAD + packed || Digest::of(&bytes).number() != u64::from_le_bytes(sum) {
            return Err(damaged());
        }
        let block = lz4_flex::block::decompress(&bytes[HEAD..], size).map_err(|_| damaged())?;
        let mut rest = block.as_slice();
        let records = (0..n).map(|_| take_record(&mut rest)).collect::<Option<Vec<_>>>();
        records.filter(|_| rest.is_empty()).ok_or_else(damaged).map(Some)
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a block is damaged")
}

fn put(block: &mut Vec<u8>, bytes: &[u8]) {
    block.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    block.extend_from_slice(bytes);
}

fn put_record(block: &mut Vec<u8>, record: &Record) {
    let Record { id, document, content, label, fields } = record;
    put(block, id.as_bytes());
    put(block, document.as_bytes());
    match content {
        Content::Text(text) => {
            block.push(0);
            put(block, text.as_bytes());
        }
        Content::Pair { prompt, response } => {
            block.push(1);
            put(block, prompt.as_bytes());
            put(block, response.as_bytes());
        }
        Content::Chat(turns) => {
            block.push(2);
            put_turns(block, turns);
        }
        Content::Preference(Preference { chosen, rejected }) => {
            block.push(5);
            put_turns(block, chosen);
            put_turns(block, rejected);
        }
        Content::Media(Media { kind, bytes, caption }) => {
            block.push(if *kind == MediaKind::Image { 3 } else { 4 });
            put(block, bytes);
            put(block, caption.as_bytes());
        }
    }
    block.push(u8::from(label.is_some()));
    if let Some(label) = label {
        put(block, label.as_bytes());
    }
    block.extend_from_slice(&(fields.len() as u32).to_le_bytes());
    fields.iter().for_each(|(name, value)| {
        put(block, name.as_bytes());
        put(block, value.as_bytes());
    });
}

fn put_turns(block: &mut Vec<u8>, turns: &[Turn]) {
    block.extend_from_slice(&(turns.len() as u32).to_le_bytes());
    turns.iter().for_each(|Turn { role, content }| {
        put(block, role.as_bytes());
        put(block, content.as_bytes());
    });
}

fn take_turns(rest: &mut &[u8]) -> Option<Vec<Turn>> {
    (0..take_n(rest)?).map(|_| Some(Turn { role: take_text(rest)?, content: take_text(rest)? })).collect()
}

fn take<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let n = take_n(rest)?;
    let (bytes, after) = rest.split_at_checked(n)?;
    *rest = after;
    Some(bytes)
}

fn take_n(rest: &mut &[u8]) -> Option<usize> {
    let (n, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_le_bytes(*n) as usize)
}

fn take_text(rest: &mut &[u8]) -> Option<String> {
    Some(std::str::from_utf8(take(rest)?).ok()?.to_owned())
}

fn take_byte(rest: &mut &[u8]) -> Option<u8> {
    let (byte, after) = rest.split_first()?;
    *rest = after;
    Some(*byte)
}

fn take_record(rest: &mut &[u8]) -> Option<Record> {
    let (id, document) = (take_text(rest)?, take_text(rest)?);
    let media = |kind, rest: &mut &[u8]| {
        Some(Content::Media(Media { kind, bytes: take(rest)?.to_vec(), caption: take_text(rest)? }))
    };
    let content = match take_byte(rest)? {
        0 => Content::Text(take_text(rest)?),
        1 => Content::Pair { prompt: take_text(rest)?, response: take_text(rest)? },
        2 => Content::Chat(take_turns(rest)?),
        3 => media(MediaKind::Image, rest)?,
        4 => media(MediaKind::Audio, rest)?,
        5 => Content::Preference(Preference { chosen: take_turns(rest)?, rejected: take_turns(rest)? }),
        _ => return None,
    };
    let label = if take_byte(rest)? == 1 { Some(take_text(rest)?) } else { None };
    let fields = (0..take_n(rest)?).map(|_| Some((take_text(rest)?, take_text(rest)?)));
    Some(Record { id, document, content, label, fields: fields.collect::<Option<BTreeMap<_, _>>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_every_kind_survive_and_damage_is_found() {
        let turn = Turn { role: "user".to_owned(), content: "hello".to_owned() };
        let media = |kind| Content::Media(Media { kind, bytes: vec![1, 2, 3], caption: "three".to_owned() });
        let contents = [
            Content::Text("你好 ".repeat(100_000)),
            Content::Pair { prompt: "p".to_owned(), response: String::new() },
            Content::Chat(vec![turn.clone(), turn.clone()]),
            Content::Preference(Preference { chosen: vec![turn.clone()], rejected: vec![turn.clone(), turn] }),
            media(MediaKind::Image),
            media(MediaKind::Audio),
        ];
        let mut records: Vec<_> = contents.into_iter().map(|content| Record::new("i", "d", content)).collect();
        records[1].label = Some("l".to_owned());
        records[2].fields = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut writer = Writer::create(&path).unwrap();
        (0..20).for_each(|_| records.iter().for_each(|record| writer.push(record).unwrap()));
        writer.finish().unwrap();
        let mut reader = Reader::open(&path).unwrap();
        let (mut found, mut n_blocks) = (Vec::new(), 0);
        while let Some(block) = reader.next_block().unwrap() {
            found.extend(block);
            n_blocks += 1;
        }
        assert_eq!(found.len(), 20 * records.len());
        assert!(found.ends_with(&records), "the last ones are told as they were written");
        assert!(n_blocks > 5);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let mut reader = Reader::open(&path).unwrap();
        assert!((0..120).any(|_| reader.next_block().is_err()));
    }

    #[test]
    fn no_bit_of_a_block_changes_unseen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut writer = Writer::create(&path).unwrap();
        writer.push(&Record::new("i", "d", Content::Text("a few words".to_owned()))).unwrap();
        writer.finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for bit in 0..8 * bytes.len() {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &damaged).unwrap();
            let read = Reader::open(&path).and_then(|mut reader| reader.next_block());
            assert!(read.is_err(), "bit {bit} of {}", 8 * bytes.len());
        }
    }
}
