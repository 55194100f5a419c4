//! Reads the growing `events.jsonl` of one attempt, from the start, each event once.
//!
//! Never writes, and never guesses: a torn last line is waited for, anything else that is wrong is damage.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::error::{Exit, Explain, exit_of_io};
use crate::id::StageId;
use crate::record::Event;

/// The most bytes one look reads, so that a long log neither fills memory nor holds up the other stages.
const CHUNK_BYTES: u64 = 1 << 20;

/// An event log that cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum TailError {
    /// The file cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A whole line is no event.
    #[error("`{}` line {line} is no event", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What the parser says.
        #[source]
        source: serde_json::Error,
    },
    /// An event belongs to something else, or events are missing.
    #[error("`{}` line {line}: {problem}", path.display())]
    OutOfOrder {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
}

impl Explain for TailError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unreadable { source, .. } => exit_of_io(source),
            Self::Broken { .. } | Self::OutOfOrder { .. } => Exit::Integrity,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => None,
            Self::Broken { .. } | Self::OutOfOrder { .. } => Some(
                "only the worker writes this file; remove the attempt's folder to have the stage done again".into(),
            ),
        }
    }
}

/// A place in an event log.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    stage: StageId,
    attempt: u32,
    offset: u64,
    /// The beginning of a line whose end is not written yet.
    torn: Vec<u8>,
    line: u64,
    next_sequence: u64,
}

impl Tail {
    /// Returns the start of the log of an attempt at a stage; the file need not be there yet.
    pub fn new(path: &Path, stage: StageId, attempt: u32) -> Self {
        Self { path: path.to_owned(), stage, attempt, offset: 0, torn: Vec::new(), line: 0, next_sequence: 0 }
    }

    /// Returns the events that were written since the last look; none where the file is not there yet.
    ///
    /// An event that was seen before is left out, so a log in which lines come twice does no harm.
    ///
    /// # Errors
    /// When the file cannot be read, when a whole line is no event of this attempt, and when events are missing.
    pub fn read(&mut self) -> Result<Vec<Event>, TailError> {
        let mut events = Vec::new();
        while self.read_chunk(&mut events)? {}
        Ok(events)
    }

    fn read_chunk(&mut self, events: &mut Vec<Event>) -> Result<bool, TailError> {
        let bytes = match self.read_bytes() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.offset == 0 => return Ok(false),
            Err(source) => return Err(TailError::Unreadable { path: self.path.clone(), source }),
        };
        self.offset += bytes.len() as u64;
        self.torn.extend_from_slice(&bytes);
        let whole = self.torn.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let rest = self.torn.split_off(whole);
        let lines = std::mem::replace(&mut self.torn, rest);
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            self.line += 1;
            events.extend(self.parse(line)?);
        }
        Ok(bytes.len() as u64 == CHUNK_BYTES)
    }

    fn read_bytes(&self) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        if file.metadata()?.len() < self.offset {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file has become shorter"));
        }
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        file.take(CHUNK_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn parse(&mut self, line: &[u8]) -> Result<Option<Event>, TailError> {
        let (path, number) = (&self.path, self.line);
        let event: Event = serde_json::from_slice(line).map_err(|source| TailError::Broken {
            path: path.clone(),
            line: number,
            source,
        })?;
        if let Some(problem) = self.problem_of(&event) {
            return Err(TailError::OutOfOrder { path: path.clone(), line: number, problem });
        }
        if event.sequence < self.next_sequence {
            return Ok(None);
        }
        self.next_sequence += 1;
        Ok(Some(event))
    }

    fn problem_of(&self, event: &Event) -> Option<String> {
        let Event { version, stage, attempt, sequence, at_ms: _, kind: _ } = event;
        if *version != Event::VERSION {
            return Some(format!("event log of version {version}, this program reads version {}", Event::VERSION));
        }
        if *stage != self.stage || *attempt != self.attempt {
            return Some(format!(
                "an event of attempt {attempt} at `{stage}` in the log of attempt {} at `{}`",
                self.attempt, self.stage
            ));
        }
        let is_gap = *sequence > self.next_sequence;
        is_gap.then(|| format!("event {sequence} follows where event {} is missing", self.next_sequence))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;
    use crate::record::EventKind;

    fn event(sequence: u64) -> Event {
        let kind = EventKind::Note { message: format!("number {sequence} — done") };
        Event { version: 1, stage: "train:a".parse().unwrap(), attempt: 1, sequence, at_ms: 5, kind }
    }

    fn log(sequences: impl IntoIterator<Item = u64>) -> Vec<u8> {
        sequences.into_iter().map(|n| serde_json::to_string(&event(n)).unwrap() + "\n").collect::<String>().into_bytes()
    }

    fn tail_of(bytes: &[u8]) -> (tempfile::TempDir, Tail) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        std::fs::write(&path, bytes).unwrap();
        let tail = Tail::new(&path, "train:a".parse().unwrap(), 1);
        (folder, tail)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_log_written_in_any_pieces_is_read_once_and_in_order(cuts in proptest::collection::vec(0usize..2000, 0..12)) {
            let bytes = log(0..20);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
            cuts.sort_unstable();
            let (folder, mut tail) = tail_of(b"");
            let mut file = std::fs::OpenOptions::new().append(true).open(folder.path().join("events.jsonl")).unwrap();
            let mut seen = Vec::new();
            for piece in cuts.windows(2) {
                file.write_all(&bytes[piece[0]..piece[1]]).unwrap();
                seen.extend(tail.read().unwrap());
            }
            prop_assert_eq!(seen, (0..20).map(event).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_log_that_is_not_there_yet_is_empty() {
        let mut tail = Tail::new(Path::new("/nowhere/events.jsonl"), "train:a".parse().unwrap(), 1);
        assert_eq!(tail.read().unwrap(), []);
    }

    #[test]
    fn lines_that_come_twice_do_no_harm() {
        let (_folder, mut tail) = tail_of(&log([0, 1, 0, 1, 2]));
        assert_eq!(tail.read().unwrap(), [event(0), event(1), event(2)]);
        assert_eq!(tail.read().unwrap(), []);
    }

    #[test]
    fn a_torn_last_line_is_waited_for() {
        let bytes = log([0, 1]);
        let (_folder, mut tail) = tail_of(&bytes[..bytes.len() - 5]);
        assert_eq!(tail.read().unwrap(), [event(0)]);
    }

    #[test]
    fn damage_is_told_with_its_line() {
        let mut broken = log([0]);
        broken.extend_from_slice(b"{\"version\":1,\n");
        broken.extend(log([1]));
        let error = tail_of(&broken).1.read().unwrap_err();
        assert!(matches!(error, TailError::Broken { line: 2, .. }), "{error}");
        assert_eq!(error.exit(), Exit::Integrity);
        let gap = tail_of(&log([0, 2])).1.read().unwrap_err();
        assert!(matches!(gap, TailError::OutOfOrder { line: 2, .. }), "{gap}");
    }

    #[test]
    fn events_of_another_attempt_are_refused() {
        let (folder, _) = tail_of(&log([0]));
        let mut tail = Tail::new(&folder.path().join("events.jsonl"), "train:a".parse().unwrap(), 2);
        assert_eq!(tail.read().unwrap_err().exit(), Exit::Integrity);
    }

    #[test]
    fn a_log_that_becomes_shorter_is_damaged() {
        let (folder, mut tail) = tail_of(&log([0, 1]));
        tail.read().unwrap();
        std::fs::write(folder.path().join("events.jsonl"), log([0])).unwrap();
        assert_eq!(tail.read().unwrap_err().exit(), Exit::Integrity);
    }
}
