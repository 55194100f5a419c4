//! One record of a table, put together line by line.

use crate::data::source::fault::{Fault, MOST_ROW_BYTES};

/// The fields of a record so far.
pub(super) struct Record {
    delimiter: char,
    fields: Vec<String>,
    quoted: String,
    is_open: bool,
    /// How many lines of the record are whole.
    n_lines: u64,
    /// The line, from 0, and the column of the quote that is open.
    opened: (u64, u64),
    bytes: usize,
}

impl Record {
    /// Returns a record without fields.
    pub(super) fn new(delimiter: char) -> Self {
        Self {
            delimiter,
            fields: Vec::new(),
            quoted: String::new(),
            is_open: false,
            n_lines: 0,
            opened: (0, 0),
            bytes: 0,
        }
    }

    /// Returns whether a quote is open.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Returns whether the record is longer than a row may be.
    pub(super) fn is_too_long(&self) -> bool {
        self.bytes > MOST_ROW_BYTES
    }

    /// Returns the line of the open quote, from 0 in the record, and its column, from 1.
    pub(super) fn opened(&self) -> (u64, u64) {
        self.opened
    }

    /// Adds a line without its end; returns whether the record is whole.
    ///
    /// # Errors
    /// When something stands between a closing quote and the next delimiter.
    pub(super) fn feed(&mut self, line: &str) -> Result<bool, Fault> {
        self.bytes += line.len() + 1;
        let mut rest = line;
        if self.is_open {
            match self.within(line, rest)? {
                Some(after) => rest = after,
                None => return Ok(false),
            }
        } else {
            rest = match self.field(line, rest)? {
                Some(after) => after,
                None => return Ok(false),
            };
        }
        while let Some(next) = rest.strip_prefix(self.delimiter) {
            rest = match self.field(line, next)? {
                Some(after) => after,
                None => return Ok(false),
            };
        }
        Ok(true)
    }

    /// Takes a field from its beginning; returns what follows it, and `None` where its quote stays open.
    fn field<'a>(&mut self, line: &'a str, rest: &'a str) -> Result<Option<&'a str>, Fault> {
        if let Some(inside) = rest.strip_prefix('"') {
            self.is_open = true;
            self.opened = (self.n_lines, line[..line.len() - rest.len()].chars().count() as u64 + 1);
            return self.within(line, inside);
        }
        let (field, after) = rest.split_at(rest.find(self.delimiter).unwrap_or(rest.len()));
        self.fields.push(field.to_owned());
        Ok(Some(after))
    }

    /// Takes what stands within quotes.
    fn within<'a>(&mut self, line: &'a str, mut rest: &'a str) -> Result<Option<&'a str>, Fault> {
        while let Some((before, after)) = rest.split_once('"') {
            self.quoted.push_str(before);
            if let Some(more) = after.strip_prefix('"') {
                self.quoted.push('"');
                rest = more;
                continue;
            }
            if !after.is_empty() && !after.starts_with(self.delimiter) {
                let before = &line[..line.len() - after.len()];
                return Err(Fault::after(before, "expected a delimiter after the closing quote, found something else"));
            }
            self.is_open = false;
            self.fields.push(std::mem::take(&mut self.quoted));
            return Ok(Some(after));
        }
        self.quoted.push_str(rest);
        Ok(None)
    }

    /// Adds the end of a line that stands within quotes.
    pub(super) fn line_end(&mut self, has_return: bool) {
        self.quoted.push_str(if has_return { "\r\n" } else { "\n" });
        self.n_lines += 1;
    }

    /// Returns the fields, and begins a new record.
    pub(super) fn take(&mut self) -> Vec<String> {
        let fields = std::mem::take(&mut self.fields);
        self.clear();
        fields
    }

    /// Begins a new record.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.delimiter);
    }
}
