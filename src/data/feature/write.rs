//! Features in safetensors files, one a split, written as they come: memory holds a batch of records, and a number for each label.
//!
//! | tensor | type | shape | what |
//! |---|---|---|---|
//! | `features` | F32 | `[records, …]`, see [`Features::shape`] | the numbers of each record |
//! | `labels` | I64 | `[records]` | the place of its label among the sorted labels of all splits; -1 where it has none |

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::data::error::DataError;
use crate::data::feature::{Prepared, prepare};
use crate::data::record::Record;
use crate::id::Digest;
use crate::recipe::dataset::{Features, SplitName};

/// The records whose features are computed at once.
const BATCH: usize = 256;

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it is called.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// The digest of its content.
    pub digest: Digest,
    /// Its size, in bytes.
    pub bytes: u64,
}

/// `labels.json`: what the numbers beside the features mean.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Labels {
    /// The shape of one record's features.
    pub shape: Vec<u64>,
    /// The labels of all splits, sorted; their places are the numbers in the files.
    pub labels: Vec<String>,
    /// The number of records, by split.
    pub records: BTreeMap<SplitName, u64>,
}

/// Writes the features of all splits below `folder`, `train.features.safetensors` and so on, and `labels.json`.
///
/// # Errors
/// When records cannot be read or have no such features, or a file cannot be written.
pub fn write<R>(
    folder: &Path,
    features: &Features,
    splits: impl IntoIterator<Item = (SplitName, R)>,
) -> Result<Vec<Written>, DataError>
where
    R: IntoIterator<Item = Result<Record, DataError>>,
{
    let prepared = Arc::new(prepare(features));
    let mut about = Labels { shape: features.shape(), ..Labels::default() };
    let mut writers = Vec::new();
    for (split, records) in splits {
        let path = folder.join(format!("{}.features.safetensors", split.word()));
        let mut writer = FeatureWriter::of(&path, &about.shape, Arc::clone(&prepared))?;
        let mut batch = Vec::with_capacity(BATCH);
        for record in records {
            batch.push(record?);
            if batch.len() == BATCH {
                writer.push_all(&batch)?;
                batch.clear();
            }
        }
        writer.push_all(&batch)?;
        about.records.insert(split, writer.places.len() as u64);
        about.labels.extend(writer.labels.keys().cloned());
        writers.push(writer);
    }
    about.labels.sort_unstable();
    about.labels.dedup();
    let mut written =
        writers.into_iter().map(|writer| writer.finish_with(&about.labels)).collect::<Result<Vec<_>, _>>()?;
    let path = folder.join("labels.json");
    let mut text = serde_json::to_vec_pretty(&about).expect("labels serialize");
    text.push(b'\n');
    written.push(whole(&path, |file| file.write_all(&text))?);
    Ok(written)
}

/// Writes the features of one split.
pub struct FeatureWriter {
    path: PathBuf,
    shape: Vec<u64>,
    prepared: Arc<Prepared>,
    spool: BufWriter<File>,
    /// Each label and its place in the order of their first records.
    labels: BTreeMap<String, u32>,
    /// The place of each record's label.
    places: Vec<Option<u32>>,
}

impl FeatureWriter {
    /// Creates a file of these features.
    ///
    /// # Errors
    /// When no file can be made beside `path`.
    pub fn create(path: &Path, features: &Features) -> Result<Self, DataError> {
        Self::of(path, &features.shape(), Arc::new(prepare(features)))
    }

    fn of(path: &Path, shape: &[u64], prepared: Arc<Prepared>) -> Result<Self, DataError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let spool = std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
        let spool = BufWriter::with_capacity(1 << 18, spool.map_err(|source| DataError::io(path, source))?);
        let (path, shape) = (path.to_owned(), shape.to_vec());
        Ok(Self { path, shape, prepared, spool, labels: BTreeMap::new(), places: Vec::new() })
    }

    /// Adds the features of the next record.
    ///
    /// # Errors
    /// When the record has no such features, or the disk is full.
    pub fn push(&mut self, record: &Record) -> Result<(), DataError> {
        self.push_all(std::slice::from_ref(record))
    }

    /// Adds the features of the next records, computed on all cores.
    fn push_all(&mut self, records: &[Record]) -> Result<(), DataError> {
        let values = records.par_iter().map(|record| {
            let wrong = |message| DataError::NoFeatures { record: record.id.clone(), message };
            self.prepared.values(record).map_err(wrong)
        });
        for (values, record) in values.collect::<Result<Vec<_>, _>>()?.into_iter().zip(records) {
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            self.spool.write_all(&bytes).map_err(|source| DataError::io(&self.path, source))?;
            let n = self.labels.len() as u32;
            let place = |label: &String| *self.labels.entry(label.clone()).or_insert(n);
            self.places.push(record.label.as_ref().map(place));
        }
        Ok(())
    }

    /// Finishes the file; its labels are numbered among themselves.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(self) -> Result<Written, DataError> {
        let labels: Vec<_> = self.labels.keys().cloned().collect();
        self.finish_with(&labels)
    }

    /// Finishes the file; `labels` are sorted, and hold all that were seen.
    fn finish_with(self, labels: &[String]) -> Result<Written, DataError> {
        let Self { path, shape, prepared: _, spool, labels: seen, places } = self;
        let n = places.len() as u64;
        let numbers: BTreeMap<u32, i64> = seen
            .iter()
            .filter_map(|(label, place)| labels.binary_search(label).ok().map(|number| (*place, number as i64)))
            .collect();
        let number = |place: Option<u32>| place.and_then(|place| numbers.get(&place).copied()).unwrap_or(-1);
        let wrong = |source| DataError::io(&path, source);
        let mut spool = spool.into_inner().map_err(|error| wrong(error.into_error()))?;
        spool.seek(SeekFrom::Start(0)).map_err(wrong)?;
        whole(&path, |file| {
            file.write_all(&header(n, &shape))?;
            // Wide values come first, so that each lies where its size asks for.
            for place in places {
                file.write_all(&number(place).to_le_bytes())?;
            }
            io::copy(&mut BufReader::with_capacity(1 << 18, spool), file).map(drop)
        })
    }
}

/// Returns the head of the file: its length, and where each tensor lies.
fn header(n: u64, shape: &[u64]) -> Vec<u8> {
    let labels_end = n * 8;
    let features_end = labels_end + n * 4 * shape.iter().product::<u64>();
    let shape: Vec<u64> = std::iter::once(n).chain(shape.iter().copied()).collect();
    let mut text = json!({
        "__metadata__": { "format": "pt" },
        "features": { "dtype": "F32", "shape": shape, "data_offsets": [labels_end, features_end] },
        "labels": { "dtype": "I64", "shape": [n], "data_offsets": [0, labels_end] },
    })
    .to_string()
    .into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut text);
    bytes
}

/// Writes through a hasher.
struct Hashed<'f> {
    file: BufWriter<&'f mut File>,
    hasher: blake3::Hasher,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a file so that it is either absent or whole.
fn whole(path: &Path, fill: impl FnOnce(&mut Hashed<'_>) -> io::Result<()>) -> Result<Written, DataError> {
    let written = (|| {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut temporary = NamedTempFile::new_in(folder)?;
        let file = BufWriter::with_capacity(1 << 18, temporary.as_file_mut());
        let mut hashed = Hashed { file, hasher: blake3::Hasher::new() };
        fill(&mut hashed)?;
        hashed.flush()?;
        let (digest, bytes) = (Digest::from_hasher(&hashed.hasher), hashed.hasher.count());
        drop(hashed);
        temporary.as_file().sync_all()?;
        temporary.persist(path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()?;
        Ok((digest, bytes))
    })();
    let (digest, bytes) = written.map_err(|source| DataError::io(path, source))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Written { name, path: path.to_owned(), digest, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::media::picture;
    use crate::data::record::{Content, Media, MediaKind};
    use crate::recipe::dataset::{Fit, PixelFilter};
    use image::{DynamicImage, GrayImage, Luma};
    use safetensors::SafeTensors;

    fn features() -> Features {
        Features::Image {
            width: 3,
            height: 1,
            channels: 1,
            mean: vec![0.0],
            std: vec![1.0],
            fit: Fit::Stretch,
            filter: PixelFilter::Bilinear,
            augment: None,
        }
    }

    fn record(i: usize, label: Option<&str>) -> Record {
        let image = GrayImage::from_fn(3, 1, |x, _| Luma([(i + 10 * x as usize) as u8]));
        let bytes = picture::encode(&DynamicImage::ImageLuma8(image));
        let media = Media { kind: MediaKind::Image, bytes, caption: String::new() };
        let label = label.map(str::to_owned);
        Record { label, ..Record::new(format!("r{i}"), "d", Content::Media(media)) }
    }

    #[test]
    fn splits_share_one_order_of_labels_and_files_are_what_the_library_reads() {
        let folder = tempfile::tempdir().unwrap();
        let train: Vec<_> = (0..600).map(|i| Ok(record(i % 200, Some(["rose", "aster"][i % 2])))).collect();
        let test = vec![Ok(record(7, Some("lily"))), Ok(record(8, None))];
        let written = write(folder.path(), &features(), [(SplitName::Train, train), (SplitName::Test, test)]).unwrap();
        let names: Vec<_> = written.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["train.features.safetensors", "test.features.safetensors", "labels.json"]);
        for file in &written {
            let bytes = std::fs::read(&file.path).unwrap();
            assert_eq!((file.digest, file.bytes), (Digest::of(&bytes), bytes.len() as u64));
        }
        let about: Labels = serde_json::from_slice(&std::fs::read(&written[2].path).unwrap()).unwrap();
        assert_eq!(about.labels, ["aster", "lily", "rose"]);
        assert_eq!((about.shape, about.records[&SplitName::Train]), (vec![1, 1, 3], 600));
        let bytes = std::fs::read(&written[1].path).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(tensors.tensor("features").unwrap().shape(), [2, 1, 1, 3]);
        let labels = tensors.tensor("labels").unwrap().data();
        assert_eq!(labels, [1_i64.to_le_bytes(), (-1_i64).to_le_bytes()].concat());
        let first: Vec<u8> = [7.0_f64, 17.0, 27.0].iter().flat_map(|v| ((v / 255.0) as f32).to_le_bytes()).collect();
        assert_eq!(tensors.tensor("features").unwrap().data()[..12], first[..]);
    }

    #[test]
    fn one_by_one_gives_the_same_file_as_all_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let records: Vec<_> = (0..300).map(|i| record(i % 200, Some("a"))).collect();
        let all = [(SplitName::Train, records.clone().into_iter().map(Ok))];
        let all = write(folder.path(), &features(), all).unwrap().remove(0);
        let mut writer = FeatureWriter::create(&folder.path().join("one"), &features()).unwrap();
        records.iter().for_each(|record| writer.push(record).unwrap());
        assert_eq!(writer.finish().unwrap().digest, all.digest);
    }

    #[test]
    fn an_empty_split_is_a_file_and_a_text_has_no_features() {
        let folder = tempfile::tempdir().unwrap();
        let writer = FeatureWriter::create(&folder.path().join("none"), &features()).unwrap();
        let bytes = std::fs::read(writer.finish().unwrap().path).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(tensors.tensor("features").unwrap().shape(), [0, 1, 1, 3]);
        let mut writer = FeatureWriter::create(&folder.path().join("text"), &features()).unwrap();
        let error = writer.push(&Record::new("r", "d", Content::Text("secret".to_owned()))).unwrap_err();
        assert_eq!(error.to_string(), "record `r` has no features: expected a picture");
    }
}
