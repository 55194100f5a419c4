//! The records of a dataset's split, a batch at a time: they need not fit into memory together.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use crate::data::DataError;
use crate::data::record::Record;
use crate::id::{Name, StageId, StageKind};
use crate::recipe::dataset::SplitName;
use crate::worker::failure::Failure;
use crate::worker::task::Task;

/// The bytes of records that make a batch.
const BATCH: usize = 8 << 20;

/// Returns the records of a split in their order, after comparing the file with its digest.
///
/// # Errors
/// When the input is missing or damaged; a batch is an error when one of its lines is no record.
pub fn batches(
    task: &Task,
    dataset: &Name,
    split: SplitName,
) -> Result<impl Iterator<Item = Result<Vec<Record>, DataError>> + use<>, Failure> {
    let stage = StageId::new(StageKind::Dataset, dataset);
    let path = task.input_file(&stage, &format!("{}.jsonl", split.word()))?.path;
    let file = File::open(&path).map_err(|error| Failure::io(&path, &error))?;
    let mut lines = Lines { file: BufReader::with_capacity(1 << 20, file), path, line: 0 };
    Ok(std::iter::from_fn(move || lines.batch().transpose()))
}

struct Lines {
    file: BufReader<File>,
    path: PathBuf,
    /// The number of the line that was read last, from 1.
    line: usize,
}

impl Lines {
    fn batch(&mut self) -> Result<Option<Vec<Record>>, DataError> {
        let (mut records, mut line, mut bytes) = (Vec::new(), Vec::new(), 0);
        while bytes < BATCH || records.is_empty() {
            line.clear();
            let n = self.file.read_until(b'\n', &mut line).map_err(|error| DataError::io(&self.path, error))?;
            if n == 0 {
                break;
            }
            self.line += 1;
            bytes += n;
            if line != b"\n" {
                let wrong =
                    |error: serde_json::Error| DataError::BadRecord { line: self.line, message: error.to_string() };
                records.push(serde_json::from_slice(&line).map_err(wrong)?);
            }
        }
        Ok(if records.is_empty() { None } else { Some(records) })
    }
}
