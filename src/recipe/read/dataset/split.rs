//! Reads `split`.

use globset::GlobBuilder;

use crate::recipe::code::Code;
use crate::recipe::dataset::{Assign, Extract, Source, Split, SplitBy};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::node::shown;
use crate::recipe::read::reader::{At, Reader};

/// Returns what stays together where nothing is said: a file of many rows would fall to one split as a whole.
pub(super) fn usual(source: Option<&Source>, extract: Option<&Extract>) -> SplitBy {
    let is_torn = match extract {
        Some(Extract::Chunks { .. }) => true,
        Some(Extract::Json { each, .. }) => *each != Extract::default_each(),
        Some(_) | None => false,
    };
    if is_torn || source.is_none_or(Source::is_plain_text) { SplitBy::Document } else { SplitBy::Record }
}

/// Reads how records are dealt to the splits; `usual` is what stays together where nothing is said.
pub(super) fn split(reader: &mut Reader, at: &At<'_>, usual: SplitBy) -> Option<Split> {
    let mut fields = Fields::open(reader, at)?;
    let mut share =
        |reader: &mut Reader, key| fields.or(reader, key, None, |reader, at| reader.number(at, 0.0..=1.0).map(Some));
    let train = share(reader, "train");
    let validation = share(reader, "validation");
    let test = share(reader, "test");
    let by = fields.or(reader, "by", usual, |reader, at| {
        const WORDS: [(&str, SplitBy); 3] =
            [("document", SplitBy::Document), ("record", SplitBy::Record), ("group", SplitBy::Group)];
        reader.word(at, "unit of a split", &WORDS)
    });
    let group_at = fields.take("group");
    let group = group_at.as_ref().map_or_else(|| Some(Split::default_group()), |at| reader.some_text(at));
    let stratify = fields.or(reader, "stratify", None, |reader, at| reader.some_text(at).map(Some));
    let assign_at = fields.take("assign");
    let assign = assign_at.as_ref().map_or_else(|| Some(Assign::default()), |at| assign(reader, at));
    let decontaminate = fields.or(reader, "decontaminate", false, Reader::truth);
    fields.finish(reader);
    let (shares, by, assign) = ([train?, validation?, test?], by?, assign?);
    let group = group?;
    if let Some(at) = group_at.filter(|_| by != SplitBy::Group && group != Split::default_group()) {
        let hint = Some("add `by: group`".to_owned());
        return reader.wrong_of(Code::ConflictingKeys, &at, "a `group` is kept together only with `by: group`", hint);
    }
    if let Some(at) = assign_at.filter(|_| by == SplitBy::Group && !assign.is_empty()) {
        let message = "`assign` deals out documents, and `by: group` keeps groups together across documents";
        let hint = Some("use one of them; `by: document` keeps the records of a document together".to_owned());
        return reader.wrong_of(Code::ConflictingKeys, &at, message, hint);
    }
    // With every share unsaid, what is not assigned is learned from.
    let all_to_train = !assign.is_empty() && shares.iter().all(Option::is_none);
    let [train, validation, test] = match all_to_train {
        true => [1.0, 0.0, 0.0],
        false => shares.map(|share| share.unwrap_or(0.0)),
    };
    let split =
        Split { train, validation, test, by, group, stratify: stratify?, assign, decontaminate: decontaminate? };
    let sum = split.train + split.validation + split.test;
    if (sum - 1.0).abs() > 1e-6 {
        let rest = 1.0 - split.validation - split.test;
        let hint = match rest >= 0.0 {
            true => format!("`train: {}` would fit", (rest * 1e6).round() / 1e6),
            false => "such as `train: 0.98, validation: 0.01, test: 0.01`".to_owned(),
        };
        return reader.wrong_of(Code::BadShares, at, format!("the shares add up to {sum}, not to 1"), Some(hint));
    }
    Some(split)
}

fn assign(reader: &mut Reader, at: &At<'_>) -> Option<Assign> {
    let mut fields = Fields::open(reader, at)?;
    let mut patterns =
        |reader: &mut Reader, key| fields.or(reader, key, Vec::new(), |reader, at| reader.list(at, pattern));
    let train = patterns(reader, "train");
    let validation = patterns(reader, "validation");
    let test = patterns(reader, "test");
    let is_whole = fields.finish(reader);
    let assign = Assign { train: train?, validation: validation?, test: test? };
    is_whole.then_some(assign)
}

fn pattern(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.some_text(at)?;
    match GlobBuilder::new(&text).literal_separator(true).build() {
        Ok(_) => Some(text),
        Err(error) => {
            let message = format!("{} is no file pattern: {}", shown(&text), error.kind());
            reader.wrong(at, message, Some("such as `**/train*` or `{dev,validation}.txt`".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::recipe::dataset::SplitBy;
    use crate::recipe::read::{Input, read};

    #[test]
    fn a_file_of_many_rows_is_dealt_row_by_row_where_nothing_is_said() {
        let by = |dataset: &str| {
            let text = format!("version: 1\nname: r\ndatasets:\n  d: {{ {dataset} }}\n");
            let reading =
                read(&Input::new("r.yaml", text.as_bytes())).unwrap_or_else(|problems| panic!("{problems:?}"));
            reading.recipe.datasets.into_values().next().unwrap().split.by
        };
        let rows = "source: { type: jsonl, include: ['*.jsonl'] }";
        assert_eq!(by(rows), SplitBy::Record);
        assert_eq!(by(&format!("{rows}, split: {{ train: 0.9, test: 0.1 }}")), SplitBy::Record);
        assert_eq!(by(&format!("{rows}, split: {{ train: 0.9, test: 0.1, by: document }}")), SplitBy::Document);
        assert_eq!(by(&format!("{rows}, extract: {{ type: chunks, max-chars: 9 }}")), SplitBy::Document);
        let each = |each: &str| by(&format!("{rows}, extract: {{ type: json, each: '{each}', text: '$.t' }}"));
        assert_eq!([each("$"), each("$.qa[*]")], [SplitBy::Record, SplitBy::Document]);
        assert_eq!(by("source: { type: archive, path: a.zip, read: { type: csv, include: ['*'] } }"), SplitBy::Record);
        assert_eq!(by("source: { type: files, include: ['*.md'] }"), SplitBy::Document);
    }
}
