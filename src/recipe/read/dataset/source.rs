//! Reads `source`.

use crate::recipe::code::Code;
use crate::recipe::dataset::{Encoding, Generator, Source};
use crate::recipe::read::dataset::columns::columns;
use crate::recipe::read::dataset::remote::{self, Remote};
use crate::recipe::read::dataset::source_media::{MediaSource, media_source};
use crate::recipe::read::dataset::source_prepared;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

type Read = fn(&mut Reader, &mut Fields<'_>) -> Option<Source>;

/// Sources of files, which may lie on this machine or be fetched.
const LOCAL: [(&str, Read); 11] = [
    ("files", documents),
    ("jsonl", jsonl),
    ("csv", csv),
    ("tsv", tsv),
    ("parquet", parquet),
    ("arrow", arrow),
    ("lines", lines),
    ("image-folder", |reader, fields| media_source(reader, fields, MediaSource::ImageFolder)),
    ("idx", |reader, fields| media_source(reader, fields, MediaSource::Idx)),
    ("audio-folder", |reader, fields| media_source(reader, fields, MediaSource::AudioFolder)),
    ("pairs", |reader, fields| media_source(reader, fields, MediaSource::Pairs)),
];

/// All other sources.
const OTHER: [(&str, Read); 9] = [
    ("http", |reader, fields| remote::source(reader, fields, Remote::Http)),
    ("archive", |reader, fields| remote::source(reader, fields, Remote::Archive)),
    ("git", |reader, fields| remote::source(reader, fields, Remote::Git)),
    ("hugging-face", |reader, fields| remote::source(reader, fields, Remote::HuggingFace)),
    ("object-store", |reader, fields| remote::source(reader, fields, Remote::ObjectStore)),
    ("synthetic", synthetic),
    ("mix", source_prepared::mix),
    ("zoo", source_prepared::zoo),
    ("described", described),
];

/// Reads where documents come from.
pub(super) fn source(reader: &mut Reader, at: &At<'_>) -> Option<Source> {
    let mut fields = Fields::open(reader, at)?;
    let kinds: Vec<(&str, Read)> = LOCAL.into_iter().chain(OTHER).collect();
    let Some(read) = fields.kind(reader, "source", &kinds) else {
        fields.abandon();
        return None;
    };
    let source = read(reader, &mut fields);
    fields.finish(reader);
    source
}

/// Reads what is read of fetched files: a source of local files, whose paths start at the top of what was fetched.
pub(super) fn of_fetched(reader: &mut Reader, at: &At<'_>) -> Option<Box<Source>> {
    let mut fields = Fields::open(reader, at)?;
    let Some(read) = fields.kind(reader, "source of local files", &LOCAL) else {
        fields.abandon();
        return None;
    };
    let folders = std::mem::take(&mut reader.folders);
    let source = read(reader, &mut fields);
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

/// The files of a source.
struct Files {
    root: String,
    include: Vec<String>,
    exclude: Vec<String>,
    strip_components: u32,
}

fn chosen(reader: &mut Reader, fields: &mut Fields<'_>, root: Option<String>) -> Option<Files> {
    let some = |reader: &mut Reader, at: &At<'_>| reader.some_list(at, |reader, at| reader.some_text(at));
    let include = fields.need(reader, "include").and_then(|at| some(reader, &at));
    let exclude =
        fields.or(reader, "exclude", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    let strip_components = fields.or(reader, "strip-components", 0, |reader, at| reader.count(at, 0));
    Some(Files { root: root?, include: include?, exclude: exclude?, strip_components: strip_components? })
}

/// Reads which files hold rows; they lie beside the recipe where it names no folder.
fn files(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Files> {
    let beside = reader.folder(fields.at()).unwrap_or_else(Source::default_root);
    let root = fields.or(reader, "root", beside, |reader, at| reader.path(at));
    chosen(reader, fields, root)
}

fn encoding(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Encoding> {
    fields.or(reader, "encoding", Encoding::Utf8, |reader, at| reader.word(at, "encoding", &Encoding::ALL))
}

fn header(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<bool> {
    fields.or(reader, "header", Source::default_header(), |reader, at| reader.truth(at))
}

fn documents(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let (files, encoding) = (files(reader, fields), encoding(reader, fields)?);
    let Files { root, include, exclude, strip_components } = files?;
    Some(Source::Files { root, include, exclude, strip_components, encoding })
}

fn jsonl(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let (files, encoding, columns) = (files(reader, fields), encoding(reader, fields), columns(reader, fields));
    let Files { root, include, exclude, strip_components } = files?;
    Some(Source::Jsonl { root, include, exclude, strip_components, encoding: encoding?, columns: columns? })
}

fn csv(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let (files, encoding, columns) = (files(reader, fields), encoding(reader, fields), columns(reader, fields));
    let delimiter = fields.or(reader, "delimiter", Source::default_delimiter(), delimiter);
    let header = header(reader, fields);
    let Files { root, include, exclude, strip_components } = files?;
    let (encoding, delimiter, header, columns) = (encoding?, delimiter?, header?, columns?);
    Some(Source::Csv { root, include, exclude, strip_components, encoding, delimiter, header, columns })
}

fn delimiter(reader: &mut Reader, at: &At<'_>) -> Option<char> {
    let text = reader.text(at)?;
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) if one == '\t' || ((' '..='~').contains(&one) && one != '"') => Some(one),
        _ => {
            let hint = "such as `\",\"`, `\";\"`, `\"|\"` or `\"\\t\"`".to_owned();
            reader.wrong(at, "expected one ASCII character that is no quote", Some(hint))
        }
    }
}

fn tsv(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let (files, encoding, columns) = (files(reader, fields), encoding(reader, fields), columns(reader, fields));
    let header = header(reader, fields);
    let Files { root, include, exclude, strip_components } = files?;
    let (encoding, header, columns) = (encoding?, header?, columns?);
    Some(Source::Tsv { root, include, exclude, strip_components, encoding, header, columns })
}

fn parquet(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let (files, columns) = (files(reader, fields), columns(reader, fields));
    let Files { root, include, exclude, strip_components } = files?;
    Some(Source::Parquet { root, include, exclude, strip_components, columns: columns? })
}

fn arrow(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let (files, columns) = (files(reader, fields), columns(reader, fields));
    let Files { root, include, exclude, strip_components } = files?;
    Some(Source::Arrow { root, include, exclude, strip_components, columns: columns? })
}

fn lines(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let (files, encoding) = (files(reader, fields), encoding(reader, fields));
    let separator = fields.or(reader, "separator", None, |reader, at| match reader.text(at)? {
        text if text.is_empty() || text.contains(['\n', '\r']) => {
            reader.wrong(at, "expected text that can stand within a line", Some("such as `\"\\t\"`".to_owned()))
        }
        text => Some(Some(text)),
    });
    let at_classes = fields.take("classes");
    let list = |at: &At<'_>| reader.list(at, |reader, at| reader.some_text(at));
    let classes = at_classes.as_ref().map_or(Some(Vec::new()), list);
    // None are no classes: so they are printed where there are none.
    let at_classes = at_classes.filter(|_| classes.as_ref().is_none_or(|classes| !classes.is_empty()));
    let at_file = fields.take("classes-file");
    if let Some(at) = at_classes.as_ref().filter(|_| at_file.is_some()) {
        let message = "`classes` and `classes-file` exclude each other";
        return reader.wrong_of(Code::ConflictingKeys, at, message, Some("keep one of them".to_owned()));
    }
    if let (Some(at), Some(None)) = (at_classes.as_ref().or(at_file.as_ref()), &separator) {
        let message = "classes need a `separator` between the text and its label";
        return reader.wrong_of(Code::ConflictingKeys, at, message, Some("such as `separator: \"\\t\"`".to_owned()));
    }
    let classes_file = at_file.map_or(Some(None), |at| reader.some_text(&at).map(Some));
    let Files { root, include, exclude, strip_components } = files?;
    let (encoding, separator, classes, classes_file) = (encoding?, separator?, classes?, classes_file?);
    Some(Source::Lines { root, include, exclude, strip_components, encoding, separator, classes, classes_file })
}

fn synthetic(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let generator = fields.need(reader, "generator").and_then(|at| reader.word(&at, "generator", &Generator::ALL));
    let rows = fields.need(reader, "rows").and_then(|at| reader.large_count(&at, 1));
    let seed = fields.or(reader, "seed", 0, |reader, at| reader.large_count(at, 0));
    Some(Source::Synthetic { generator: generator?, rows: rows?, seed: seed? })
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
    let documents = fields.or(reader, "documents", 0, |reader, at| reader.large_count(at, 0));
    let (tokens, bytes, cleaned) = (tokens?, bytes?, cleaned?);
    let cleaned_bytes = cleaned.or(bytes).unwrap_or(tokens.saturating_mul(4));
    Some(Source::Described { tokens, bytes: bytes.unwrap_or(cleaned_bytes), cleaned_bytes, documents: documents? })
}
