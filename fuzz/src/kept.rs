//! What earlier work left: tables, and parts of a preparation. Damage is an error or made good, and never another dataset.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::json;

use crate::data::prepare::{Feed, Job, prepare};
use crate::data::table::{self, Shape, Writer};
use crate::data::{DataError, Record, source};
use crate::error::Explain as _;
use crate::id::{Digest, Name};
use crate::recipe::dataset::Dataset;
use crate::scratch;

/// Reads a table.
pub fn table(bytes: &[u8]) {
    scratch::panics_may_be_caught();
    let path = scratch::file("table.parquet", bytes);
    let told = |error: DataError| {
        let message = error.to_string();
        assert!(message.contains(&path.display().to_string()) && message.len() < 1000, "{message}");
        assert!(!message.contains("QZXJ"), "a message holds what a record says: {message}");
    };
    match table::group_sizes(&path) {
        Ok(sizes) => (0..sizes.len().min(8)).for_each(|group| match table::read_group(&path, group) {
            Ok(batches) => batches.take(100).for_each(|batch| drop(batch.map_err(told))),
            Err(error) => told(error),
        }),
        Err(error) => told(error),
    }
    match table::read_all(&path) {
        Ok(records) => written_again(&records),
        Err(error) => told(error),
    }
}

fn written_again(records: &[Record]) {
    let path = scratch::folder().join("again.parquet");
    let mut shape = Shape::default();
    records.iter().for_each(|record| shape.add(record));
    let mut writer = Writer::create(&path, &shape).expect("there is room");
    records.iter().cloned().for_each(|record| writer.push(record).expect("there is room"));
    writer.finish().expect("there is room");
    assert!(table::read_all(&path).expect("it was written") == records);
}

/// A preparation that is done, and what it kept.
struct Done {
    records: Vec<Record>,
    kept: BTreeMap<String, Vec<u8>>,
}

/// Damages a kept file and prepares again. The first byte says which file, the second how: it becomes what follows, or only what stands at
/// a place, which the next two bytes say.
pub fn part(bytes: &[u8]) {
    let [file, how, content @ ..] = bytes else { return };
    let Done { records: expected, kept } = done();
    let kept_folder = scratch::empty("kept");
    kept.iter().for_each(|(name, bytes)| fs::write(kept_folder.join(name), bytes).expect("there is room"));
    let (name, before) = kept.iter().nth(usize::from(*file) % kept.len()).expect("there are files");
    let mut damaged = before.clone();
    match (how % 3, content) {
        (0, content) => damaged = content.to_vec(),
        (1, [high, low, patch @ ..]) => {
            let at = usize::from(u16::from_be_bytes([*high, *low])) % before.len();
            damaged[at..].iter_mut().zip(patch).for_each(|(byte, new)| *byte = *new);
        }
        (_, [high, low, ..]) => damaged.truncate(usize::from(u16::from_be_bytes([*high, *low])) % before.len()),
        (_, _) => return,
    }
    fs::write(kept_folder.join(name), &damaged).expect("there is room");
    match prepared(&kept_folder) {
        Ok(records) => assert!(records == *expected, "damage in {name} makes another dataset"),
        Err(error) => {
            let message = error.to_string();
            assert!(message.contains(name.as_str()), "{message}");
            assert!(error.hint().is_some(), "{message}");
            let again = prepared(&kept_folder).expect("the damaged part is made again");
            assert!(again == *expected, "after damage in {name} another dataset is made");
        }
    }
}

/// Returns the files that a preparation keeps, by their names.
pub fn files() -> &'static BTreeMap<String, Vec<u8>> {
    &done().kept
}

fn done() -> &'static Done {
    static DONE: OnceLock<Done> = OnceLock::new();
    DONE.get_or_init(|| {
        let root = root();
        fs::create_dir_all(&root).expect("there is room");
        let lines = ["one two three", "one  two three", "four five", "six jane@example.org", "seven eight nine ten"];
        fs::write(root.join("a.txt"), lines.join("\n")).expect("there is room");
        let kept = scratch::empty("kept");
        let records = prepared(&kept).expect("nothing is wrong yet");
        assert_eq!(records.len(), 4);
        let entries = fs::read_dir(&kept).expect("it is there").flatten();
        let file = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().expect("names are UTF-8");
            (name, fs::read(entry.path()).expect("it is there"))
        };
        Done { records, kept: entries.map(file).collect() }
    })
}

fn root() -> PathBuf {
    scratch::folder().join("source")
}

fn prepared(kept: &Path) -> Result<Vec<Record>, DataError> {
    let dataset = json!({
        "source": { "type": "lines", "root": root(), "include": ["*.txt"], "exclude": [], "strip-components": 0 },
        "clean": [
            { "type": "dedup-exact" },
            { "type": "redact-pii", "kinds": ["email"], "with": "mask" },
            { "type": "dedup-near", "method": "minhash", "threshold": 0.8 },
        ],
        "split": { "train": 1.0, "validation": 0.0, "test": 0.0, "by": "record" },
    });
    let mut dataset = dataset;
    let split = crate::recipe::dataset::Split::default();
    let mut split = serde_json::to_value(split).expect("it serializes");
    for (name, value) in dataset["split"].as_object().expect("an object").clone() {
        split[name] = value;
    }
    dataset["split"] = split;
    let dataset: Dataset = serde_json::from_value(dataset).expect("this is a dataset");
    let files = source::digested(&dataset.source, Path::new("/"), |_| true)?.expect("nobody stops it");
    let (out, by_model) = (scratch::folder().join("out"), BTreeMap::new());
    let (name, feed): (Name, _) = ("d".parse().expect("a name"), Feed::Files(&files));
    let fingerprint = Digest::of(b"preparation");
    let job = Job { name: &name, dataset: &dataset, seed: 1, fingerprint, feed, by_model: &by_model, kept, out: &out };
    prepare(&job, &())?;
    table::read_all(&out.join("train.parquet"))
}
