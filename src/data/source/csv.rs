//! The `csv` source: fields between commas, in quotes where they hold one (RFC 4180).

mod record;

use std::ops::ControlFlow;

use crate::data::error::DataError;
use crate::data::row::{BadRow, Row, Value};
use crate::data::source::fault::Fault;
use crate::data::source::files::SourceFile;
use crate::data::source::line::{self, Line};
use crate::data::source::pieces::Piece;
use crate::data::source::table::Header;
use crate::data::source::{Sink, no_rows};
use crate::recipe::dataset::{Columns, Encoding};

use record::Record;

/// How a table is written.
pub(super) struct Form<'a> {
    /// How bytes stand for characters.
    pub(super) encoding: Encoding,
    /// What stands between two fields; ASCII.
    pub(super) delimiter: char,
    /// Whether the first row names the columns.
    pub(super) has_header: bool,
    /// What the columns say.
    pub(super) columns: &'a Columns,
}

/// Reads the rows of a file.
///
/// # Errors
/// When the file cannot be read, or `sink` fails.
pub(super) fn read(file: &SourceFile, form: &Form<'_>, sink: Sink<'_>) -> Result<(), DataError> {
    let mut reading =
        Reading { file, form, header: None, record: Record::new(form.delimiter), begun: 0, last: 0, bad: None };
    let n = line::each(file, form.encoding, &Piece::WHOLE, &mut |line| reading.line(line, sink))?;
    if reading.record.is_open() {
        return reading.unclosed(sink).map(drop);
    }
    no_rows(n, &Piece::WHOLE, file, "a header and rows", sink)
}

/// Where the reading of a file stands.
struct Reading<'a> {
    file: &'a SourceFile,
    form: &'a Form<'a>,
    header: Option<Header>,
    record: Record,
    /// The line on which the record begins.
    begun: u64,
    /// The last line read.
    last: u64,
    /// What is wrong with the record, where a line of it is bad.
    bad: Option<BadRow>,
}

impl Reading<'_> {
    fn line(&mut self, line: Line<'_>, sink: Sink<'_>) -> Result<ControlFlow<()>, DataError> {
        let Line { number, text, bytes, has_return } = line;
        self.last = number;
        if !self.record.is_open() {
            if text.as_ref().is_ok_and(|text| text.is_empty()) {
                return Ok(ControlFlow::Continue(()));
            }
            self.begun = number;
        }
        // A line with a wrong byte can still open or close a quote.
        let lossy;
        let text = match &text {
            Ok(text) => text.as_ref(),
            Err(fault) => {
                self.bad.get_or_insert_with(|| fault.clone().at(&self.file.path, number));
                lossy = String::from_utf8_lossy(bytes);
                lossy.as_ref()
            }
        };
        match self.record.feed(text) {
            Ok(true) => self.whole(sink),
            Ok(false) if self.record.is_too_long() => self.unclosed(sink),
            Ok(false) => {
                self.record.line_end(has_return);
                Ok(ControlFlow::Continue(()))
            }
            Err(fault) => {
                self.record.clear();
                let bad = self.bad.take().unwrap_or_else(|| fault.at(&self.file.path, number));
                self.refuse(bad, sink)
            }
        }
    }

    fn whole(&mut self, sink: Sink<'_>) -> Result<ControlFlow<()>, DataError> {
        let fields = self.record.take();
        if let Some(bad) = self.bad.take() {
            return self.refuse(bad, sink);
        }
        let made = match (&self.header, self.form.has_header) {
            (Some(header), _) => header.row(fields),
            (None, true) => match Header::named(fields, self.form.columns) {
                Ok(header) => {
                    self.header = Some(header);
                    return Ok(ControlFlow::Continue(()));
                }
                Err(fault) => return self.refuse(fault.at(&self.file.path, self.begun), sink),
            },
            (None, false) => match Header::numbered(fields.len(), self.form.columns) {
                Ok(header) => self.header.insert(header).row(fields),
                Err(fault) => return self.refuse(fault.at(&self.file.path, self.begun), sink),
            },
        };
        let row = |fields| Row::of_line(self.file, self.begun, Value::Object(fields));
        sink(made.map(row).map_err(|fault| fault.at(&self.file.path, self.begun)))
    }

    /// Tells a bad row; without a header there is nothing more to read.
    fn refuse(&self, bad: BadRow, sink: Sink<'_>) -> Result<ControlFlow<()>, DataError> {
        let flow = sink(Err(bad))?;
        Ok(if self.header.is_none() { ControlFlow::Break(()) } else { flow })
    }

    /// Tells of a quote that nothing closes: every line it swallowed is a bad row, so that none goes missing uncounted.
    fn unclosed(&mut self, sink: Sink<'_>) -> Result<ControlFlow<()>, DataError> {
        let (line, column) = self.record.opened();
        let opened = Fault { column: Some(column), reason: "expected a closing quote, found none".to_owned() };
        let (line, path, bad) = (self.begun + line, &self.file.path, self.bad.take());
        self.record.clear();
        for number in self.begun..=self.last {
            let told = match &bad {
                Some(bad) if bad.line == Some(number) => bad.clone(),
                _ if number == line => opened.clone().at(path, line),
                _ => {
                    BadRow::at(path, number, format!("belongs to the quote that line {line} opens and nothing closes"))
                }
            };
            if self.refuse(told, sink)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
