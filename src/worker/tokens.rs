//! The tokens stage: the records of each split become a packed token shard.

use std::collections::BTreeMap;

use crate::data::record::from_lines;
use crate::data::{Shard, tokenizer};
use crate::id::{StageId, StageKind};
use crate::plan::Work;
use crate::recipe::dataset::SplitName;
use crate::record::FailureClass;
use crate::record::report::TokensReport;
use crate::worker::dataset::{json, progress};
use crate::worker::failure::Failure;
use crate::worker::task::Task;

/// Encodes every split of a dataset; outputs a safetensors file for each, and `report.json`.
///
/// A task that is asked to stop ends early, without outputs.
///
/// # Errors
/// When an input is damaged.
pub fn run(task: &mut Task) -> Result<(), Failure> {
    let Work::Tokens(work) = task.spec.work.clone() else {
        return Err(Failure::new(FailureClass::Bug, "the spec is not about tokens"));
    };
    let bytes = task.input(&StageId::new(StageKind::Tokenizer, &work.tokenizer), "tokenizer.json")?;
    let tokenizer = tokenizer::load(&bytes)?;
    let dataset = StageId::new(StageKind::Dataset, &work.dataset);
    let vocab_size = tokenizer.vocab_size();
    let mut report = TokensReport { vocab_size, tokens: BTreeMap::new(), target_tokens: BTreeMap::new() };
    let mut shards = Vec::new();
    for (i, split) in SplitName::ALL.into_iter().enumerate() {
        let records = from_lines(&task.input(&dataset, &format!("{}.jsonl", split.word()))?)?;
        let shard = Shard::encode(&records, &tokenizer);
        report.tokens.insert(split, shard.tokens.len() as u64);
        report.target_tokens.insert(split, shard.n_targets());
        shards.push((split, shard));
        progress(task, i as u64 + 1, SplitName::ALL.len() as u64, "splits")?;
        if task.is_stopping() {
            return Ok(());
        }
    }
    for (split, shard) in shards {
        task.output(&format!("{}.safetensors", split.word()), &shard.to_bytes(vocab_size))?;
    }
    task.output("report.json", &json(&report))
}
