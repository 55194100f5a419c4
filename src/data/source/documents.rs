//! The `files` source: a file is a document.

use std::io::Read;

use crate::data::error::DataError;
use crate::data::row::{BadRow, Row, Value};
use crate::data::source::Sink;
use crate::data::source::encoded::Settled;
use crate::data::source::files::SourceFile;
use crate::data::source::packed::{self, Damaged};
use crate::recipe::dataset::Encoding;

/// The most bytes a document may have, unpacked.
const MOST_BYTES: u64 = 1 << 30;

/// Reads a file as one row.
///
/// # Errors
/// When the file cannot be read, or `sink` fails.
pub(super) fn read(file: &SourceFile, encoding: Encoding, sink: Sink<'_>) -> Result<(), DataError> {
    let mut bytes = Vec::new();
    let read = packed::open(file).and_then(|reader| reader.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    let made = match read {
        Ok(_) if bytes.len() as u64 > MOST_BYTES => {
            Err("expected a document of at most 1 GiB, found a larger one".to_owned())
        }
        Ok(_) => text(encoding, bytes),
        Err(error) => match Damaged::of(&error) {
            Some(Damaged(reason)) => Err(reason.clone()),
            None => return Err(DataError::io(&file.path, error)),
        },
    };
    let row = |text| {
        let (id, document) = (file.name.clone(), file.name.clone());
        Row { id, document, line: None, value: Value::Text(text), label: None }
    };
    sink(made.map(row).map_err(|reason| BadRow::whole(&file.path, reason))).map(drop)
}

/// Decodes a document; what is UTF-8 already is not copied.
fn text(encoding: Encoding, bytes: Vec<u8>) -> Result<String, String> {
    let settled = Settled::of(encoding, &bytes);
    let text = if settled.is_utf8() && settled.mark == 0 {
        String::from_utf8(bytes).map_err(|error| format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to()))?
    } else {
        settled.decode(&bytes[settled.mark..]).map(std::borrow::Cow::into_owned).map_err(|fault| fault.reason)?
    };
    // UTF-16 without a mark passes for UTF-8 but for its NULs, and so do many files that are no text.
    match text.find('\0') {
        Some(at) => Err(format!("expected text, found a NUL character at byte {at}")),
        None => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_nul_is_no_text() {
        let told = text(Encoding::Utf8, b"key\0SECRET".to_vec());
        assert_eq!(told, Err("expected text, found a NUL character at byte 3".to_owned()));
        let utf_16: Vec<u8> = "plain words".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let told = text(Encoding::Utf8, utf_16.clone());
        assert_eq!(told, Err("expected text, found a NUL character at byte 1".to_owned()));
        assert_eq!(text(Encoding::Utf16Le, utf_16), Ok("plain words".to_owned()));
    }
}
