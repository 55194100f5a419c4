//! Reads `source`.

use crate::recipe::dataset::Source;
use crate::recipe::read::dataset::remote::{self, Remote};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// The words of sources that read local files.
#[derive(Clone, Copy)]
enum Local {
    Files,
}

#[derive(Clone, Copy)]
enum Word {
    Local(Local),
    Described,
    Remote(Remote),
}

const LOCAL: [(&str, Local); 1] = [("files", Local::Files)];

const WORDS: [(&str, Word); 7] = [
    ("files", Word::Local(Local::Files)),
    ("described", Word::Described),
    ("http", Word::Remote(Remote::Http)),
    ("archive", Word::Remote(Remote::Archive)),
    ("git", Word::Remote(Remote::Git)),
    ("hugging-face", Word::Remote(Remote::HuggingFace)),
    ("object-store", Word::Remote(Remote::ObjectStore)),
];

/// Reads where documents come from.
pub(super) fn source(reader: &mut Reader, at: &At<'_>) -> Option<Source> {
    let mut fields = Fields::open(reader, at)?;
    let Some(word) = fields.kind(reader, "source", &WORDS) else {
        fields.abandon();
        return None;
    };
    let source = match word {
        Word::Local(word) => local(reader, &mut fields, word),
        Word::Described => described(reader, &mut fields),
        Word::Remote(word) => remote::source(reader, &mut fields, word),
    };
    fields.finish(reader);
    source
}

/// Reads what is read of fetched files: a source of local files, whose paths start at the top of what was fetched.
pub(super) fn of_fetched(reader: &mut Reader, at: &At<'_>) -> Option<Box<Source>> {
    let mut fields = Fields::open(reader, at)?;
    let Some(word) = fields.kind(reader, "source of local files", &LOCAL) else {
        fields.abandon();
        return None;
    };
    let folders = std::mem::take(&mut reader.folders);
    let source = local(reader, &mut fields, word);
    reader.folders = folders;
    fields.finish(reader);
    let source = source?;
    let root = source.file_set().map_or(".", |files| files.root);
    if root.starts_with('/') || root.split('/').any(|part| part == "..") {
        let message = "`root` leaves what was fetched: expected a path within it";
        return reader.wrong(at, message, Some("paths in `read` start at the top of what was fetched".to_owned()));
    }
    Some(Box::new(source))
}

fn local(reader: &mut Reader, fields: &mut Fields<'_>, word: Local) -> Option<Source> {
    match word {
        Local::Files => files(reader, fields),
    }
}

fn files(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let root = fields.or(reader, "root", None, |reader, at| reader.path(at).map(Some));
    let root = root.map(|root| root.unwrap_or_else(|| reader.here(fields.at())));
    let include = fields.need(reader, "include").and_then(|at| patterns(reader, &at));
    let exclude =
        fields.or(reader, "exclude", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    let strip_components = fields.or(reader, "strip-components", 0, |reader, at| reader.count(at, 0));
    Some(Source::Files { root: root?, include: include?, exclude: exclude?, strip_components: strip_components? })
}

/// Reads patterns of files.
pub(super) fn patterns(reader: &mut Reader, at: &At<'_>) -> Option<Vec<String>> {
    reader.some_list(at, |reader, at| reader.some_text(at))
}

/// Reads data that is stated and not there; without `bytes` a token counts as four, as in English with a large vocabulary.
fn described(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let tokens = fields.need(reader, "tokens").and_then(|at| reader.large_count(&at, 1));
    let bytes = fields.or(reader, "bytes", None, |reader, at| reader.large_count(at, 1).map(Some));
    let cleaned = fields.or(reader, "cleaned-bytes", None, |reader, at| reader.large_count(at, 1).map(Some));
    let documents = fields.or(reader, "documents", 0, |reader, at| reader.large_count(at, 1));
    let (tokens, bytes, cleaned) = (tokens?, bytes?, cleaned?);
    let cleaned_bytes = cleaned.or(bytes).unwrap_or(tokens.saturating_mul(4));
    Some(Source::Described { tokens, bytes: bytes.unwrap_or(cleaned_bytes), cleaned_bytes, documents: documents? })
}
