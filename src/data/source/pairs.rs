//! The `pairs` source: a table of files and what they show.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value as Json};

use crate::data::error::DataError;
use crate::data::media;
use crate::data::record::Media;
use crate::data::row::{BadRow, Row, Sample, Value};
use crate::data::source::idx::root_of;
use crate::data::source::media_folder;
use crate::data::source::pattern::Pattern;
use crate::data::source::{Sink, SourceFile};
use crate::recipe::dataset::MediaWord;

/// The most bytes of one row of a table.
const MOST_ROW_BYTES: u64 = 1 << 20;

/// What a table may point to.
pub(super) struct Pairs<'a> {
    /// The table, relative to the root.
    pub(super) table: &'a str,
    /// What its files are.
    pub(super) media: MediaWord,
    /// Patterns of the files it may point to.
    pub(super) include: &'a [String],
    /// Patterns of the files it may not point to.
    pub(super) exclude: &'a [String],
}

/// One row of a table.
#[derive(Default)]
struct Entry {
    file: String,
    caption: String,
    label: Option<String>,
}

/// Reads the table and the files it points to, when given the table.
///
/// # Errors
/// When the table or a file cannot be read, a pattern is wrong, or `sink` fails.
pub(super) fn read(pairs: &Pairs<'_>, file: &SourceFile, sink: Sink<'_>) -> Result<(), DataError> {
    if file.name != pairs.table {
        return Ok(());
    }
    let root = &root_of(&file.path, pairs.table);
    let open = File::open(&file.path).map_err(|source| DataError::io(&file.path, source))?;
    let patterns = |typed: &[String]| typed.iter().map(|one| Pattern::parse(one)).collect::<Result<Vec<_>, _>>();
    let taken =
        Taken { root, include: patterns(pairs.include)?, exclude: patterns(pairs.exclude)?, media: pairs.media };
    let mut each = |line: u64, entry: Result<Entry, String>| {
        let row = match entry.and_then(|entry| taken.place(&entry.file).map(|path| (entry, path))) {
            Ok((entry, path)) => taken.row(pairs.table, line, entry, &path)?,
            Err(reason) => Err(reason),
        };
        sink(row.map_err(|reason| BadRow::at(&file.path, line, reason))).map(|flow| flow.is_continue())
    };
    match pairs.table.rsplit_once('.').map(|(_, end)| end) {
        Some("jsonl") => json_lines(open, file, &mut each),
        Some("tsv") => separated(open, b'\t', file, &mut each),
        Some(_) | None => separated(open, b',', file, &mut each),
    }
}

type Each<'e> = &'e mut dyn FnMut(u64, Result<Entry, String>) -> Result<bool, DataError>;

fn json_lines(open: File, file: &SourceFile, each: Each<'_>) -> Result<(), DataError> {
    let mut reader = BufReader::new(open);
    for line in 1.. {
        let mut text = Vec::new();
        let read = reader.by_ref().take(MOST_ROW_BYTES + 1).read_until(b'\n', &mut text);
        if read.map_err(|source| DataError::io(&file.path, source))? == 0 {
            break;
        }
        if text.len() as u64 > MOST_ROW_BYTES {
            each(line, Err(format!("longer than {} MiB", MOST_ROW_BYTES >> 20)))?;
            break;
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        if !each(line, of_json(&text))? {
            break;
        }
    }
    Ok(())
}

fn of_json(text: &[u8]) -> Result<Entry, String> {
    let fields: Map<String, Json> = serde_json::from_slice(text)
        .map_err(|error| format!("expected a JSON object with `file` and `caption` (column {})", error.column()))?;
    let text = |key: &str| match fields.get(key) {
        Some(Json::String(text)) => Ok(Some(text.clone())),
        None | Some(Json::Null) => Ok(None),
        Some(Json::Number(number)) if key == "label" => Ok(Some(number.to_string())),
        Some(_) => Err(format!("`{key}` is no text")),
    };
    let need = |key: &str| text(key)?.ok_or_else(|| format!("`{key}` is missing"));
    Ok(Entry { file: need("file")?, caption: need("caption")?, label: text("label")? })
}

fn separated(open: File, delimiter: u8, file: &SourceFile, each: Each<'_>) -> Result<(), DataError> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(open);
    let head = match reader.headers() {
        Ok(head) => head.clone(),
        Err(error) => return each(1, Err(wrong(file, error)?)).map(drop),
    };
    let column = |name: &str| head.iter().position(|found| found.trim_start_matches('\u{feff}') == name);
    let (Some(file_at), Some(caption_at)) = (column("file"), column("caption")) else {
        return each(1, Err("expected columns `file` and `caption`".to_owned())).map(drop);
    };
    let label_at = column("label");
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        let entry = match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) if record.len() != head.len() => {
                Err(format!("expected {} columns, found {}", head.len(), record.len()))
            }
            Ok(true) => {
                let text = |at: usize| record.get(at).unwrap_or_default().to_owned();
                let label = label_at.map(text).filter(|label| !label.is_empty());
                Ok(Entry { file: text(file_at), caption: text(caption_at), label })
            }
            Err(error) => Err(wrong(file, error)?),
        };
        let line = record.position().map_or(line, |position| position.line().max(line));
        if !each(line, entry)? {
            return Ok(());
        }
    }
}

/// Returns what is wrong with a row; what is wrong with the disk is an error.
fn wrong(file: &SourceFile, error: csv::Error) -> Result<String, DataError> {
    let reason = match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => format!("column {} is not UTF-8", err.field() + 1),
        csv::ErrorKind::Io(_) => String::new(),
        // The enumeration of errors is not ours.
        _ => "no row of a table".to_owned(),
    };
    match error.into_kind() {
        csv::ErrorKind::Io(source) => Err(DataError::io(&file.path, source)),
        _ => Ok(reason),
    }
}

/// Which files a table may point to.
struct Taken<'a> {
    root: &'a Path,
    include: Vec<Vec<Pattern>>,
    exclude: Vec<Vec<Pattern>>,
    media: MediaWord,
}

impl Taken<'_> {
    /// Returns where a file lies; only files that the digest of the source covers may be pointed to.
    fn place(&self, name: &str) -> Result<PathBuf, String> {
        let is_plain = |part| matches!(part, Component::Normal(_));
        if name.trim().is_empty() {
            return Err("`file` is empty".to_owned());
        }
        if !Path::new(name).components().all(is_plain) || name.contains("//") || name.contains('\0') {
            return Err("`file` leaves the folder `root`: expected a path below it, such as `images/1.png`".to_owned());
        }
        let any = |patterns: &[Vec<Pattern>]| patterns.iter().flatten().any(|pattern| pattern.matches(name));
        if !any(&self.include) || any(&self.exclude) {
            return Err("`file` is no file that `include` takes".to_owned());
        }
        let path = self.root.join(name);
        let is_within = match (path.canonicalize(), self.root.canonicalize()) {
            (Ok(target), Ok(root)) => target.starts_with(root) && target.is_file(),
            _ => false,
        };
        if is_within { Ok(path) } else { Err("`file` does not exist".to_owned()) }
    }

    fn row(&self, table: &str, line: u64, entry: Entry, path: &Path) -> Result<Result<Row, String>, DataError> {
        let Entry { file, caption, label } = entry;
        let kind = media::kind_of(self.media);
        let loaded = media_folder::load(kind, path)?.map_err(|reason| format!("`{file}`: {reason}"));
        Ok(loaded.map(|(bytes, fields)| {
            let media = Media { kind, bytes, caption };
            let value = Value::Media(Sample { media, fields });
            Row { id: format!("{table}:{line}"), document: file, line: Some(line), value, label }
        }))
    }
}
