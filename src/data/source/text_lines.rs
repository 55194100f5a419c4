//! The `lines` source: lines of text, each a row, perhaps with a label.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::data::error::DataError;
use crate::data::row::{BadRow, Row, Value};
use crate::data::source::fault::Fault;
use crate::data::source::files::SourceFile;
use crate::data::source::line;
use crate::data::source::pieces::Piece;
use crate::data::source::{Sink, no_rows};
use crate::recipe::dataset::Encoding;

/// How a line is taken apart.
pub(super) struct Form<'a> {
    /// How bytes stand for characters.
    pub(super) encoding: Encoding,
    /// What stands before the label.
    pub(super) separator: Option<&'a str>,
    /// The classes labels number; none where labels are words.
    pub(super) classes: Cow<'a, [String]>,
}

/// Reads the rows of a piece of a file.
///
/// # Errors
/// When the file cannot be read, or `sink` fails.
pub(super) fn read(file: &SourceFile, form: &Form<'_>, piece: &Piece, sink: Sink<'_>) -> Result<(), DataError> {
    let n = line::each(file, form.encoding, piece, &mut |line| {
        let made = match line.text {
            Ok(text) if text.trim().is_empty() => return Ok(ControlFlow::Continue(())),
            Ok(text) => form.apart(&text),
            Err(fault) => Err(fault),
        };
        let row = |(text, label)| Row { label, ..Row::of_line(file, line.number, Value::Text(text)) };
        sink(made.map(row).map_err(|fault| fault.at(&file.path, line.number)))
    })?;
    no_rows(n, piece, file, "lines of text", sink)
}

impl Form<'_> {
    fn apart(&self, line: &str) -> Result<(String, Option<String>), Fault> {
        let Some(separator) = self.separator else { return Ok((line.to_owned(), None)) };
        let Some((text, label)) = line.rsplit_once(separator) else {
            return Err(Fault::new("expected a text, the separator and a label, found no separator"));
        };
        let begins = &line[..text.len() + separator.len()];
        let label = self.class(label.trim()).map_err(|reason| Fault::after(begins, reason))?;
        match text.is_empty() {
            true => Err(Fault::after("", "expected a text before the separator, found none")),
            false => Ok((text.to_owned(), Some(label.to_owned()))),
        }
    }

    fn class<'a>(&'a self, label: &'a str) -> Result<&'a str, String> {
        if label.is_empty() {
            return Err("expected a label after the separator, found none".to_owned());
        }
        if self.classes.is_empty() {
            return Ok(label);
        }
        let last = self.classes.len() - 1;
        let is_number = label.bytes().all(|byte| byte.is_ascii_digit());
        let class = label.parse::<usize>().ok().filter(|_| is_number).and_then(|index| self.classes.get(index));
        class.map(String::as_str).ok_or_else(|| match is_number {
            true => format!("unknown label: expected a number from 0 to {last}, found a larger one"),
            false => format!("expected the number of a class, from 0 to {last}, found something else"),
        })
    }
}

/// Returns where the file with the classes lies; a root is absolute where rows are read.
pub(super) fn classes_path(base: &Path, root: &str, classes_file: &str) -> PathBuf {
    base.join(root).join(classes_file)
}

/// Reads the classes, one a line.
///
/// # Errors
/// When the file cannot be read; within, what is wrong with it.
pub(super) fn classes(path: &Path, encoding: Encoding) -> Result<Result<Vec<String>, BadRow>, DataError> {
    let metadata = std::fs::metadata(path).map_err(|source| DataError::io(path, source))?;
    let file = SourceFile::plain(String::new(), path.to_owned(), &metadata);
    let (mut classes, mut seen, mut bad) = (Vec::new(), HashSet::new(), None);
    line::each(&file, encoding, &Piece::WHOLE, &mut |line| {
        let class = line.text.map(|text| text.trim().to_owned()).and_then(|class| match seen.insert(class.clone()) {
            true => Ok(class),
            false if class.is_empty() => Ok(class),
            false => Err(Fault::new("expected a new class, found one that stands above")),
        });
        match class {
            Ok(class) => classes.push(class),
            Err(fault) => {
                bad = Some(fault.at(path, line.number));
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    while classes.last().is_some_and(String::is_empty) {
        classes.pop();
    }
    let gap = classes.iter().position(String::is_empty);
    Ok(match (bad, gap) {
        (Some(bad), _) => Err(bad),
        (None, Some(gap)) => Err(BadRow::at(path, gap as u64 + 1, "expected a class, found an empty line")),
        (None, None) if classes.is_empty() => Err(BadRow::whole(path, "expected classes, one a line, found none")),
        (None, None) => Ok(classes),
    })
}
