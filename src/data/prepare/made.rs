//! What was made of a part, kept so that it need not be made again. What is not as it was written is not found.
//!
//! | file | what |
//! |---|---|
//! | `<key>.records` | the records, as blocks |
//! | `<key>.keys` | for each record its size in bytes and the digest that equal records share |
//! | `<key>.json` | what the steps did; written last, so that what has it is whole |
//! | `<key>.near` | signatures for near-deduplication, made when they are first needed |
//!
//! Each of them proves itself: `.json` begins with the digest of what follows and holds those of `.keys` and `.records`, and `.near` ends
//! with the digest of what precedes. What is damaged is not found, and made again.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::data::clean::dedup_exact;
use crate::data::error::DataError;
use crate::data::prepare::block;
use crate::data::prepare::tally::Tally;
use crate::data::record::Record;
use crate::data::table::Shape;
use crate::id::Digest;
use crate::recipe::dataset::SplitName;

/// The bytes of a record in a `.keys` file.
const KEY_BYTES: usize = 24;

/// What was made of a part.
#[derive(Debug, Clone)]
pub(super) struct Made {
    /// Where its files lie.
    pub(super) folder: PathBuf,
    /// What names them.
    pub(super) key: Digest,
    /// What is known of the records.
    pub(super) facts: Facts,
}

/// What a `.json` file holds behind its digest.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Kept {
    keys: Digest,
    records: Digest,
    facts: Facts,
}

/// What is known of the records of a part.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Facts {
    /// How many there are.
    pub(super) n: u64,
    /// The columns they need.
    pub(super) shape: Shape,
    /// What each step did, the extraction first.
    pub(super) tallies: Vec<Tally>,
    /// The split the records belong to, where they come from a prepared dataset.
    pub(super) split: Option<SplitName>,
    /// The rows that could not be read.
    pub(super) bad_rows: u64,
    /// The first of them.
    pub(super) bad_row_samples: Vec<String>,
}

impl Made {
    /// Returns what was made of a part before, where it is there and sound.
    pub(super) fn find(folder: &Path, key: Digest) -> Option<Self> {
        let json = fs::read_to_string(file(folder, key, "json")).ok()?;
        let Kept { keys, records, facts } = serde_json::from_str(proven(&json)?).ok()?;
        let made = Self { folder: folder.to_owned(), key, facts };
        let is_sound = |kind, digest| digest_of(&made.file(kind)).is_ok_and(|found| found == digest);
        (is_sound("keys", keys) && is_sound("records", records)).then_some(made)
    }

    /// Returns the path of one of its files.
    pub(super) fn file(&self, kind: &str) -> PathBuf {
        file(&self.folder, self.key, kind)
    }

    /// Calls `look` with every record that is alive, and its number within the part; `look` says whether to go on.
    ///
    /// # Errors
    /// When `look` fails, and when the records are damaged: then they are forgotten, and the next run makes them again.
    pub(super) fn each(
        &self,
        alive: &[bool],
        mut look: impl FnMut(usize, Record) -> Result<bool, DataError>,
    ) -> Result<(), DataError> {
        let path = self.file("records");
        let wrong = |source: io::Error| match source.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => self.damaged(),
            // The enumeration of errors is not ours; the others are about the disk.
            _ => DataError::io(&path, source),
        };
        let mut reader = block::Reader::open(&path).map_err(wrong)?;
        let mut i = 0;
        while let Some(records) = reader.next_block().map_err(wrong)? {
            for record in records {
                if alive.get(i).copied().unwrap_or(false) && !look(i, record)? {
                    return Ok(());
                }
                i += 1;
            }
        }
        if i as u64 == self.facts.n { Ok(()) } else { Err(self.damaged()) }
    }

    /// Forgets the part: it is damaged.
    fn damaged(&self) -> DataError {
        // Where it cannot be removed, the next run meets the damage again and says so.
        fs::remove_file(self.file("json")).ok();
        DataError::BadPart { path: self.file("records") }
    }

    /// Returns for each record its size in bytes, and what equal records share.
    pub(super) fn keys(&self) -> Result<Vec<(u64, u128)>, DataError> {
        let path = self.file("keys");
        let bytes = fs::read(&path).map_err(|source| DataError::io(&path, source))?;
        let key = |bytes: &[u8; KEY_BYTES]| {
            let (size, digest) = bytes.split_at(8);
            let size = u64::from_le_bytes(size.try_into().expect("8 of 24 bytes"));
            (size, u128::from_le_bytes(digest.try_into().expect("16 of 24 bytes")))
        };
        Ok(bytes.as_chunks::<KEY_BYTES>().0.iter().map(key).collect())
    }
}

/// Returns what follows a digest, where it is the digest of that.
fn proven(text: &str) -> Option<&str> {
    let (digest, rest) = text.split_once('\n')?;
    (digest.parse::<Digest>() == Ok(Digest::of(rest.as_bytes()))).then_some(rest)
}

fn file(folder: &Path, key: Digest, kind: &str) -> PathBuf {
    folder.join(format!("{key}.{kind}"))
}

/// Writes what is made of a part.
pub(super) struct Making {
    folder: PathBuf,
    key: Digest,
    records: tempfile::TempPath,
    writer: block::Writer,
    keys: Vec<u8>,
    /// What is known so far.
    pub(super) facts: Facts,
}

impl Making {
    pub(super) fn begin(folder: &Path, key: Digest) -> Result<Self, DataError> {
        let begun = temporary(folder).and_then(|file| {
            let records = file.into_temp_path();
            Ok((block::Writer::create(&records)?, records))
        });
        let (writer, records) = begun.map_err(|source| DataError::io(folder, source))?;
        Ok(Self { folder: folder.to_owned(), key, records, writer, keys: Vec::new(), facts: Facts::default() })
    }

    pub(super) fn push(&mut self, record: &Record) -> Result<(), DataError> {
        self.facts.n += 1;
        self.facts.shape.add(record);
        self.keys.extend_from_slice(&record.bytes().to_le_bytes());
        self.keys.extend_from_slice(&dedup_exact::key(record).to_le_bytes());
        self.writer.push(record).map_err(|source| DataError::io(&*self.records, source))
    }

    pub(super) fn finish(self) -> Result<Made, DataError> {
        let Self { folder, key, records, writer, keys, facts } = self;
        let written = writer.finish().and_then(|()| digest_of(&records));
        let written = written.map_err(|source| DataError::io(&folder, source))?;
        let kept = Kept { keys: Digest::of(&keys), records: written, facts };
        let json = serde_json::to_string(&kept).expect("facts serialize");
        let json = format!("{}\n{json}", Digest::of(json.as_bytes()));
        let made = Made { folder, key, facts: kept.facts };
        let finish = || {
            records.persist(made.file("records")).map_err(|error| error.error)?;
            write_whole(&made.file("keys"), &keys)?;
            write_whole(&made.file("json"), json.as_bytes())
        };
        finish().map_err(|source| DataError::io(&made.folder, source))?;
        Ok(made)
    }
}

/// Writes a file so that it is either absent or whole.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// What the names of files that are being written begin with; one that a killed worker leaves behind goes with `pedigree gc`.
const TEMPORARY: &str = ".making-";

fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)
}

fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    File::open(path).and_then(|file| hasher.update_reader(file).map(drop))?;
    Ok(Digest::from_hasher(&hasher))
}
