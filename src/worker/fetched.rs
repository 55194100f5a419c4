//! Before a dataset stage reads files: those that lie elsewhere are fetched, once.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::data::clean::dictionary;
use crate::error::{Exit, Explain as _};
use crate::fetch::{self, FetchError, Told, Watch};
use crate::plan::SourceState;
use crate::plan::work::DatasetWork;
use crate::recipe::dataset::Source;
use crate::record::FailureClass;
use crate::worker::dataset::progress;
use crate::worker::failure::Failure;
use crate::worker::task::Task;

const MEGABYTE: u64 = 1_000_000;

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(1);

/// Returns the same work with a source of local files, where the source has to be fetched; what they contain was digested when they
/// arrived. `None` when the task was asked to stop meanwhile.
///
/// # Errors
/// When the data cannot be fetched, or is not what its pin says.
pub fn local(task: &mut Task, work: DatasetWork) -> Result<Option<DatasetWork>, Failure> {
    if work.dataset.source.fetched().is_none() {
        return Ok(Some(work));
    }
    let sources = task.spec.sources.clone();
    if !sources.is_absolute() {
        return Err(Failure::new(FailureClass::Bug, "the spec does not say where fetched data goes"));
    }
    if let (Some(key), false) =
        (work.dataset.source.place_key(None), matches!(work.dataset.source, Source::Archive { .. }))
    {
        // A download that is cut is one that somebody needs; an archive's key is known only once it was read.
        fetch::gc::remember(&sources, task.spec.fingerprint, key)?;
    }
    let (mut told, mut last) = (Ok(()), None::<Instant>);
    let mut goes_on = |Told { done, total }: Told| {
        if last.is_none_or(|last| last.elapsed() >= EVERY) {
            last = Some(Instant::now());
            told = progress(task, done / MEGABYTE, total.div_ceil(MEGABYTE), "MB");
        }
        told.is_ok() && !task.is_stopping()
    };
    let mut watch = Watch::new(&mut goes_on);
    let fetched = fetch::fetch(&work.dataset.source, &sources, None, &mut watch);
    let notes = watch.notes();
    told?;
    for note in notes {
        task.emit.note(note)?;
    }
    let fetched = match fetched {
        Ok(Some(fetched)) => {
            fetch::gc::remember(&sources, task.spec.fingerprint, fetched.key)?;
            fetched
        }
        Ok(None) => return Ok(Some(work)),
        Err(FetchError::Stopped) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let whole = |digest| {
        let state = SourceState { digest, files: 0, bytes: 0, tables: None };
        dictionary::with_files(state, &work.dataset.clean, Path::new("/")).map(|state| state.digest)
    };
    if whole(fetched.pinned)? != work.source_digest {
        return Err(FetchError::Changed { what: archive(&work) }.into());
    }
    let digest = whole(fetched.state.digest)?;
    let mut work = work;
    (work.dataset.source, work.source_digest) = (fetched.source, digest);
    Ok(Some(work))
}

/// Only the content of a local archive can change after the plan was made.
fn archive(work: &DatasetWork) -> String {
    match &work.dataset.source {
        Source::Archive { path, .. } => path.clone(),
        source => source.word().to_owned(),
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let error = match error {
            FetchError::Io { path, source, .. } => return Self::io(&path, &source),
            FetchError::Data(error) => return error.into(),
            error => error,
        };
        let class = match error.exit() {
            Exit::BadInput => FailureClass::BadInput,
            Exit::Integrity => FailureClass::Integrity,
            Exit::Resources => FailureClass::Resources,
            Exit::Conflict => FailureClass::Conflict,
            Exit::Remote => FailureClass::Remote,
            Exit::Done | Exit::Failed | Exit::Bug | Exit::Interrupted => FailureClass::Bug,
        };
        let failure = Self::new(class, error.to_string());
        match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}
