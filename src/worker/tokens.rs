//! The tokens stage: the records of each split become a packed token shard.

use std::collections::BTreeMap;

use crate::data::tokenizer::{self, Template, Tokenizer};
use crate::data::{Record, Shard, labels, shard};
use crate::id::StageId;
use crate::plan::Work;
use crate::plan::beside::Beside;
use crate::recipe::dataset::SplitName;
use crate::record::FailureClass;
use crate::record::report::TokensReport;
use crate::worker::dataset::{json, progress};
use crate::worker::failure::Failure;
use crate::worker::records;
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
    let stage = task.spec.tokenizer_of(&work.tokenizer);
    let tokenizer = tokenizer::load(&task.input(&stage, "tokenizer.json")?)?.with_template(template(task, &stage)?);
    let vocab_size = tokenizer.vocab_size();
    let mut report = TokensReport { vocab_size, tokens: BTreeMap::new(), target_tokens: BTreeMap::new() };
    let mut shards = Vec::new();
    let mut n_records = 0;
    for split in SplitName::ALL {
        let mut shard = shard::Writer::new(task.scratch(), vocab_size)?;
        for records in records::batches(task, &work.dataset, split)? {
            let records = records?;
            shard.push(&encoded(&records, &work.beside, &tokenizer)?)?;
            n_records += records.len() as u64;
            progress(task, n_records, 0, "records")?;
            if task.is_stopping() {
                return Ok(());
            }
        }
        report.tokens.insert(split, shard.n_tokens());
        report.target_tokens.insert(split, shard.n_targets());
        shards.push((split, shard));
    }
    for (split, shard) in shards {
        task.output_with(&format!("{}.safetensors", split.word()), |file| Ok(shard.finish(file)?))?;
    }
    task.output("report.json", &json(&report))
}

/// Encodes records, with what is read beside the tokens.
pub(super) fn encoded(records: &[Record], beside: &Beside, tokenizer: &Tokenizer) -> Result<Shard, Failure> {
    if let Beside::Pairs = beside {
        return Ok(Shard::encode_pairs(records, tokenizer)?);
    }
    let mut shard = Shard::encode(records, tokenizer)?;
    match beside {
        Beside::Nothing | Beside::Pairs => {}
        Beside::Classes { classes } => shard.labels = Some(labels::indices(records, classes)?),
        Beside::Numbers => shard.numbers = Some(labels::numbers(records)?),
        Beside::Captions => labels::captions(records)?,
    }
    Ok(shard)
}

/// Returns how conversations become text; the tokenizer of a model outside says nothing of it.
pub(super) fn template(task: &Task, stage: &StageId) -> Result<Template, Failure> {
    if task.spec.inputs.get(stage).is_none_or(|outputs| !outputs.contains_key("tokenizer_config.json")) {
        return Ok(Template::default());
    }
    let config: serde_json::Value = serde_json::from_slice(&task.input(stage, "tokenizer_config.json")?)
        .map_err(|error| Failure::new(FailureClass::Integrity, format!("`tokenizer_config.json`: {error}")))?;
    Ok(config["chat_template"].as_str().map(Template::of).transpose()?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::source::{self, DigestCache};
    use crate::data::table;
    use crate::id::{Digest, RunId};
    use crate::plan::work::{DatasetWork, TokenizerWork, TokensWork};
    use crate::plan::{Outputs, Spec};
    use crate::recipe::dataset::{CleanStep, Dataset, Encoding, OnBadRow, Source, Split, SplitBy, UnicodeForm, Width};
    use crate::recipe::tokenizer::{Tokenizer, Trained};
    use crate::record::ArtifactRef;
    use crate::worker::emit::Emitter;
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    type Run = fn(&mut Task) -> Result<(), Failure>;

    /// Runs a stage in its own folder and returns its outputs.
    fn stage(
        folder: &Path,
        work: Work,
        inputs: BTreeMap<StageId, Outputs>,
        is_stopping: bool,
        run: Run,
    ) -> Result<Outputs, Failure> {
        fs::create_dir_all(folder).unwrap();
        let stage: StageId = "dataset:d".parse().unwrap();
        let emit = Emitter::create(&folder.join("events.jsonl"), stage.clone(), 1)?;
        let (version, run_id, fingerprint) = (Spec::VERSION, RunId::from_bits(1), Digest::of(b""));
        let spec = Spec {
            version,
            run: run_id,
            stage,
            attempt: 1,
            fingerprint,
            work,
            inputs,
            sources: folder.join("sources"),
        };
        let mut task = Task::new(folder.to_owned(), spec, emit, Arc::new(AtomicBool::new(is_stopping)));
        run(&mut task)?;
        let Ok(entries) = fs::read_dir(folder.join("outputs")) else { return Ok(Outputs::new()) };
        let output = |entry: fs::DirEntry| {
            let bytes = fs::read(entry.path()).unwrap();
            let artifact = ArtifactRef { path: entry.path(), digest: Digest::of(&bytes), bytes: bytes.len() as u64 };
            (entry.file_name().into_string().unwrap(), artifact)
        };
        Ok(entries.map(|entry| output(entry.unwrap())).collect())
    }

    fn dataset(folder: &Path) -> DatasetWork {
        for i in 0..40 {
            let text = format!("Document {i} says {} and {} and no more.\r\n", i * 37, i * i);
            fs::write(folder.join(format!("{i}.txt")), text).unwrap();
        }
        let root = folder.display().to_string();
        let source = Source::Files {
            root,
            include: vec!["*.txt".to_owned()],
            exclude: vec![],
            strip_components: 0,
            encoding: Encoding::Utf8,
        };
        let split = Split { train: 0.6, validation: 0.2, test: 0.2, by: SplitBy::Document, ..Split::default() };
        let state = source::state(&source, Path::new("/"), &mut DigestCache::default()).unwrap();
        let dataset = Dataset {
            description: String::new(),
            license: None,
            language: Vec::new(),
            source,
            features: None,
            on_bad_row: OnBadRow::Fail,
            most_bad_rows: 1,
            extract: None,
            clean: vec![CleanStep::NormalizeUnicode { form: UnicodeForm::Nfc, width: Width::Keep }],
            split,
        };
        DatasetWork {
            name: "d".parse().unwrap(),
            dataset,
            source_digest: state.digest,
            seed: 42,
            tables: None,
            sorters: BTreeMap::new(),
        }
    }

    #[test]
    fn files_become_records_a_tokenizer_and_shards_that_decode_to_the_text() {
        let (files, tasks) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let work = Work::Dataset(dataset(files.path()));
        let records =
            stage(&tasks.path().join("d"), work, BTreeMap::new(), false, crate::worker::dataset::run).unwrap();
        assert_eq!(
            records.keys().collect::<Vec<_>>(),
            ["report.json", "test.parquet", "train.parquet", "validation.parquet"]
        );
        let mut inputs = BTreeMap::from([("dataset:d".parse().unwrap(), records.clone())]);
        let tokenizer = Tokenizer::ByteBpe(Trained::on(vec!["d".parse().unwrap()], 280));
        let work = Work::Tokenizer(TokenizerWork { name: "t".parse().unwrap(), tokenizer });
        let trained =
            stage(&tasks.path().join("t"), work, inputs.clone(), false, crate::worker::tokenizer::run).unwrap();
        inputs.insert("tokenizer:t".parse().unwrap(), trained.clone());
        let work = Work::Tokens(TokensWork {
            dataset: "d".parse().unwrap(),
            tokenizer: "t".parse().unwrap(),
            beside: Beside::Nothing,
        });
        let shards = stage(&tasks.path().join("k"), work, inputs, false, run).unwrap();
        let tokenizer = tokenizer::load(&fs::read(&trained["tokenizer.json"].path).unwrap()).unwrap();
        let shard =
            Shard::from_bytes(&fs::read(&shards["test.safetensors"].path).unwrap(), tokenizer.vocab_size()).unwrap();
        let records = table::read_all(&records["test.parquet"].path).unwrap();
        let text: String = records.iter().flat_map(|record| record.texts()).collect();
        assert_eq!((tokenizer.decode(&shard.tokens).unwrap(), shard.starts.len()), (text, records.len()));
    }

    #[test]
    fn files_that_changed_since_the_plan_are_refused_and_a_stopped_task_leaves_nothing() {
        let (files, tasks) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let work = dataset(files.path());
        let stopped = stage(
            &tasks.path().join("s"),
            Work::Dataset(work.clone()),
            BTreeMap::new(),
            true,
            crate::worker::dataset::run,
        );
        assert_eq!(stopped, Ok(Outputs::new()));
        fs::write(files.path().join("3.txt"), "Another text.").unwrap();
        let failure =
            stage(&tasks.path().join("c"), Work::Dataset(work), BTreeMap::new(), false, crate::worker::dataset::run);
        let failure = failure.unwrap_err();
        assert_eq!(
            (failure.class, failure.message.as_str()),
            (FailureClass::BadInput, "the files of dataset `d` changed since the plan was made")
        );
    }
}
