//! The records of a dataset's split, a batch at a time: they need not fit into memory together.

use crate::data::table::{self, Batches};
use crate::id::{Name, StageId, StageKind};
use crate::recipe::dataset::SplitName;
use crate::worker::failure::Failure;
use crate::worker::task::Task;

/// Returns the records of a split in their order, after comparing the table with its digest.
///
/// # Errors
/// When the input is missing or damaged.
pub fn batches(task: &Task, dataset: &Name, split: SplitName) -> Result<Batches, Failure> {
    let stage = StageId::new(StageKind::Dataset, dataset);
    let path = task.input_file(&stage, &format!("{}.parquet", split.word()))?.path;
    Ok(table::read(&path)?)
}
