//! A case: a file, the source it is read as, and what has to come of it.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use crate::data::clean::Counts;
use crate::data::row::{BadRow, Row};
use crate::data::source::files::SourceFile;
use crate::data::source::pieces::{Piece, cut};
use crate::data::source::{read, read_range};
use crate::data::{Record, extract};
use crate::recipe::dataset::{Columns, Encoding, Source};

/// What stands in every file, and in no message.
pub(super) const SECRET: &str = "SECRET";

/// A bad row that is expected: its line or row, its column where it is certain, and words of the message.
#[derive(Clone)]
pub(super) struct Expected {
    pub(super) line: Option<u64>,
    pub(super) column: Option<u64>,
    pub(super) words: String,
}

/// A file that is not as it should be.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) file: String,
    pub(super) bytes: Vec<u8>,
    /// How many records come through; `None` where only the faults are certain.
    pub(super) n_good: Option<usize>,
    pub(super) bad: Vec<Expected>,
}

/// What came of a file.
#[derive(Debug, PartialEq)]
pub(super) struct Outcome {
    pub(super) good: Vec<Record>,
    pub(super) bad: Vec<BadRow>,
}

impl Expected {
    pub(super) fn at(line: u64, words: impl Into<String>) -> Self {
        Self { line: Some(line), column: None, words: words.into() }
    }

    pub(super) fn whole(words: impl Into<String>) -> Self {
        Self { line: None, column: None, words: words.into() }
    }
}

impl Case {
    pub(super) fn new(name: impl Into<String>, source: &Source, bytes: impl Into<Vec<u8>>) -> Self {
        let file = format!("a.{}", source.word());
        Self { name: name.into(), source: source.clone(), file, bytes: bytes.into(), n_good: None, bad: Vec::new() }
    }

    pub(super) fn good(self, n: usize) -> Self {
        Self { n_good: Some(n), ..self }
    }

    pub(super) fn bad(mut self, expected: Expected) -> Self {
        self.bad.push(expected);
        self
    }

    pub(super) fn packed(self, extension: &str) -> Self {
        Self { file: format!("{}.{extension}", self.file), name: format!("{} .{extension}", self.name), ..self }
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.with_file(|file| outcome(&self.source, |sink| read(&self.source, file, sink)))
    }

    pub(super) fn outcome_in_pieces(&self, piece_bytes: u64) -> Outcome {
        self.with_file(|file| {
            let pieces = cut(&self.source, file, piece_bytes).unwrap();
            outcome(&self.source, |sink| {
                for piece in &pieces {
                    read_range(&self.source, file, piece, sink)?;
                }
                Ok(())
            })
        })
    }

    pub(super) fn can_be_cut(&self) -> bool {
        self.with_file(|file| cut(&self.source, file, 1).unwrap() != [Piece::WHOLE])
    }

    fn with_file<T>(&self, look: impl FnOnce(&SourceFile) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(&self.file);
        fs::write(&path, &self.bytes).unwrap();
        look(&source_file(&path))
    }

    /// Returns what is not as expected.
    pub(super) fn wrong(&self) -> Option<String> {
        let Outcome { good, bad } = self.outcome();
        let is_expected = |(found, expected): (&BadRow, &Expected)| {
            found.line == expected.line
                && (expected.column.is_none() || found.column == expected.column)
                && found.reason.contains(&expected.words)
        };
        let is_right = bad.len() == self.bad.len()
            && bad.iter().zip(&self.bad).all(is_expected)
            && self.n_good.is_none_or(|n| n == good.len());
        if is_right {
            return None;
        }
        let expected: Vec<_> =
            self.bad.iter().map(|Expected { line, column, words }| format!("{line:?}:{column:?} {words}")).collect();
        let found: Vec<_> = bad.iter().map(|bad| format!("{:?}:{:?} {}", bad.line, bad.column, bad.reason)).collect();
        Some(format!(
            "{}: expected {:?} good and {expected:?}, found {} good and {found:?}",
            self.name,
            self.n_good,
            good.len()
        ))
    }
}

pub(super) fn source_file(path: &Path) -> SourceFile {
    let metadata = fs::metadata(path).unwrap();
    SourceFile::plain(path.file_name().unwrap().to_str().unwrap().to_owned(), path.to_owned(), &metadata)
}

type Result<T> = std::result::Result<T, crate::data::DataError>;
type Sink<'a> = &'a mut dyn FnMut(std::result::Result<Row, BadRow>) -> Result<ControlFlow<()>>;

/// Reads with `read`, and makes records of the rows.
pub(super) fn outcome(source: &Source, read: impl FnOnce(Sink<'_>) -> Result<()>) -> Outcome {
    let extractor = extract::prepare(None, source).unwrap();
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    read(&mut |row| {
        let records = row.and_then(|row| {
            let line = row.line;
            let whole = |reason| BadRow { path: "a".into(), line, column: None, reason };
            extractor.records(row, &mut Counts::new()).map_err(whole)
        });
        match records {
            Ok(records) => good.extend(records),
            Err(error) => bad.push(BadRow { path: "a".into(), ..error }),
        }
        // Who counts more rows than there are would have each of them told.
        Ok(if bad.len() < 2_000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })
    .unwrap();
    Outcome { good, bad }
}

fn files() -> (String, Vec<String>, Vec<String>, u32) {
    ("/".to_owned(), vec!["*".to_owned()], vec![], 0)
}

pub(super) fn jsonl(columns: Columns) -> Source {
    let (root, include, exclude, strip_components) = files();
    Source::Jsonl { root, include, exclude, strip_components, encoding: Encoding::Utf8, columns }
}

pub(super) fn csv(columns: Columns, header: bool) -> Source {
    let (root, include, exclude, strip_components) = files();
    let (encoding, delimiter) = (Encoding::Utf8, ',');
    Source::Csv { root, include, exclude, strip_components, encoding, delimiter, header, columns }
}

pub(super) fn tsv(columns: Columns, header: bool) -> Source {
    let (root, include, exclude, strip_components) = files();
    Source::Tsv { root, include, exclude, strip_components, encoding: Encoding::Utf8, header, columns }
}

pub(super) fn lines(classes: &[&str]) -> Source {
    let (root, include, exclude, strip_components) = files();
    let (separator, classes) = (Some("\t".to_owned()), classes.iter().map(ToString::to_string).collect());
    let encoding = Encoding::Utf8;
    Source::Lines { root, include, exclude, strip_components, encoding, separator, classes, classes_file: None }
}

pub(super) fn parquet(columns: Columns) -> Source {
    let (root, include, exclude, strip_components) = files();
    Source::Parquet { root, include, exclude, strip_components, columns }
}

pub(super) fn arrow(columns: Columns) -> Source {
    let (root, include, exclude, strip_components) = files();
    Source::Arrow { root, include, exclude, strip_components, columns }
}

pub(super) fn documents() -> Source {
    let (root, include, exclude, strip_components) = files();
    Source::Files { root, include, exclude, strip_components, encoding: Encoding::Utf8 }
}

/// Returns a source of another encoding.
pub(super) fn encoded(mut source: Source, with: Encoding) -> Source {
    match &mut source {
        Source::Files { encoding, .. }
        | Source::Jsonl { encoding, .. }
        | Source::Csv { encoding, .. }
        | Source::Tsv { encoding, .. }
        | Source::Lines { encoding, .. } => *encoding = with,
        _ => {}
    }
    source
}
