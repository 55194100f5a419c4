//! The contamination stage: the training split of a dataset is looked through for the data of the evaluations.

use crate::data::contamination::{Findings, Search, Wanted, search};
use crate::id::{StageId, StageKind};
use crate::plan::work::{ContaminationWork, Evaluated};
use crate::record::ContaminationReport;
use crate::worker::dataset::progress;
use crate::worker::failure::Failure;
use crate::worker::task::Task;

/// Looks for the splits of the task in the training split of its dataset; outputs `contamination.json`.
///
/// A task that is asked to stop ends early, without outputs.
///
/// # Errors
/// When an input is missing or damaged.
pub fn run(task: &mut Task, work: &ContaminationWork) -> Result<(), Failure> {
    let ContaminationWork { dataset, evaluated, ngram, threshold } = work;
    let training = task.input_file(&StageId::new(StageKind::Dataset, dataset), "train.parquet")?;
    let wanted = evaluated.iter().map(|split| wanted(task, split)).collect::<Result<Vec<_>, _>>()?;
    let how = Search { ngram: *ngram as usize, threshold: *threshold };
    let mut told = Ok(());
    let found = search(&how, &wanted, &training.path, |done, total| {
        told = progress(task, done, total, "records");
        told.is_ok() && !task.is_stopping()
    })?;
    told?;
    let Some(Findings { records, splits }) = found else { return Ok(()) };
    let report =
        ContaminationReport { dataset: dataset.clone(), records, ngram: *ngram, threshold: *threshold, splits };
    task.output("contamination.json", &serde_json::to_vec(&report).expect("a report serializes"))
}

fn wanted(task: &Task, split: &Evaluated) -> Result<Wanted, Failure> {
    let Evaluated { dataset, split, allowed_documents, allowed_texts } = split;
    let records = task.input_file(&StageId::new(StageKind::Dataset, dataset), &format!("{}.parquet", split.word()))?;
    Ok(Wanted {
        dataset: dataset.clone(),
        split: *split,
        path: records.path,
        allowed_documents: allowed_documents.clone(),
        allowed_texts: allowed_texts.clone(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::data::table::{Shape, Writer};
    use crate::data::{Content, Record};
    use crate::id::{Digest, RunId};
    use crate::plan::{Outputs, Spec, Work};
    use crate::recipe::dataset::SplitName;
    use crate::record::{ArtifactRef, FailureClass};
    use crate::worker::emit::Emitter;

    /// Writes a table of one record, and returns its digest.
    fn table(path: &Path) -> Digest {
        let record = Record::new("a", "a", Content::Text("one two three four five six".to_owned()));
        let mut shape = Shape::default();
        shape.add(&record);
        let mut writer = Writer::create(path, &shape).unwrap();
        writer.push(record).unwrap();
        writer.finish().unwrap();
        Digest::of(&fs::read(path).unwrap())
    }

    /// Runs the stage on a dataset whose test split stands in its training split; `said` is the digest that is
    /// said of that, where it is a wrong one.
    fn stage(folder: &Path, said: Option<Digest>, is_stopping: bool) -> Result<Option<ContaminationReport>, Failure> {
        let artifact = |name: &str, said: Option<Digest>| {
            let path = folder.join(name);
            let made = table(&path);
            let digest = said.unwrap_or(made);
            let bytes = fs::metadata(&path).unwrap().len();
            (name.to_owned(), ArtifactRef { path, digest, bytes })
        };
        let outputs = Outputs::from([artifact("train.parquet", said), artifact("test.parquet", None)]);
        let (dataset, split) = ("web".parse().unwrap(), SplitName::Test);
        let evaluated = vec![Evaluated { dataset, split, allowed_documents: vec![], allowed_texts: vec![] }];
        let work = ContaminationWork { dataset: "web".parse().unwrap(), evaluated, ngram: 13, threshold: 0.5 };
        let id: StageId = "contamination:web".parse().unwrap();
        let spec = Spec {
            version: Spec::VERSION,
            run: RunId::from_bits(1),
            stage: id.clone(),
            attempt: 1,
            fingerprint: Digest::of(b""),
            work: Work::Contamination(work.clone()),
            inputs: BTreeMap::from([("dataset:web".parse().unwrap(), outputs)]),
            sources: folder.join("sources"),
        };
        let emit = Emitter::create(&folder.join("events.jsonl"), id, 1)?;
        let mut task = Task::new(folder.to_owned(), spec, emit, Arc::new(AtomicBool::new(is_stopping)));
        run(&mut task, &work)?;
        let report = fs::read(folder.join("outputs/contamination.json")).ok();
        Ok(report.map(|bytes| serde_json::from_slice(&bytes).unwrap()))
    }

    #[test]
    fn what_is_found_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let report = stage(folder.path(), None, false).unwrap().unwrap();
        assert_eq!((report.records, report.splits[0].found[0].share), (1, 1.0));
    }

    #[test]
    fn a_damaged_input_is_refused_and_a_stopped_task_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(stage(folder.path(), None, true), Ok(None));
        let folder = tempfile::tempdir().unwrap();
        let failure = stage(folder.path(), Some(Digest::of(b"other bytes")), false).unwrap_err();
        assert_eq!(failure.class, FailureClass::Integrity);
        assert!(failure.message.contains("is damaged"), "{failure}");
    }
}
