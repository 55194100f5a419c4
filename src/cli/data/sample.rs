//! `pedigree data sample`: some rows, picked by chance.

use serde_json::{Value, json};

use crate::cli::arguments::DataSampleArgs;
use crate::cli::data::found::Shelf;
use crate::cli::data::tables::{fit, quote};
use crate::cli::failure::Complaint;
use crate::cli::format::count;
use crate::cli::session::Session;
use crate::data::look::{self, Wanted};
use crate::data::record::{Content, Media, MediaKind, Record};
use crate::data::table;
use crate::error::Exit;
use crate::recipe::dataset::SplitName;

/// The most characters of a text that is shown.
const MOST_CHARS: usize = 400;

/// Prints some rows: for people with private data masked, for programs whole and one a line.
///
/// # Errors
/// When there is no such dataset, and when no row fits.
pub async fn run(session: &Session, arguments: &DataSampleArgs) -> anyhow::Result<Exit> {
    let shelf = Shelf::open(session).await?;
    let found = shelf.one(&arguments.dataset.dataset).await?;
    shelf.close().await;
    let mut tables = found.tables()?.to_vec();
    tables.retain(|(name, _)| arguments.split.is_none_or(|split| *name == SplitName::from(split)));
    let wanted = Wanted { label: arguments.label.clone(), fields: arguments.fields.clone() };
    if let Some((name, _)) = wanted.fields.iter().find(|(name, _)| !found.facts.has_column(&table::column_of(name))) {
        let hint = format!(
            "its columns are {}",
            found.facts.columns().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        );
        return Err(Complaint::input(
            format!("the rows of `{}` have no field `{name}`", found.facts.reference()),
            hint,
        )
        .into());
    }
    let picked = look::pick(&tables, &wanted, arguments.n, arguments.seed)?;
    if picked.fitting == 0 {
        let hint = "`pedigree data inspect` tells the splits, labels and fields with their numbers of rows";
        return Err(Complaint::input(format!("no row of `{}` fits", found.facts.reference()), hint).into());
    }
    if session.printer.is_json() {
        picked.rows.iter().for_each(|(split, record)| session.printer.json_line(&object(*split, record)));
        return Ok(Exit::Done);
    }
    let rows: Vec<String> =
        picked.rows.iter().map(|(split, record)| row(*split, record, arguments.raw).join("\n")).collect();
    session.printer.data(rows.join("\n"));
    session.printer.say(format!("{} of {} rows that fit", count(picked.rows.len() as u64), count(picked.fitting)));
    Ok(Exit::Done)
}

/// Returns a whole row.
fn object(split: SplitName, record: &Record) -> Value {
    let mut object = table::object(record);
    object.insert("split".to_owned(), json!(split));
    Value::Object(object)
}

/// Returns a row as people read it: whole, or the beginnings of its texts with private data masked.
pub(super) fn row(split: SplitName, record: &Record, is_whole: bool) -> Vec<String> {
    let Record { id, document: _, content, label, fields } = record;
    let label = label.as_ref().map(|label| format!("  label {label}")).unwrap_or_default();
    let head = format!("{id}  ({}){label}", split.word());
    let head = if is_whole { head } else { fit(&head, 78) };
    let mut lines = vec![format!("  {head}")];
    let mut put = |name: &str, text: &str| lines.extend(shown(name, text, is_whole));
    match content {
        Content::Text(text) => put("", text),
        Content::Pair { prompt, response } => {
            put("prompt: ", prompt);
            put("response: ", response);
        }
        Content::Chat(turns) => turns.iter().for_each(|turn| put(&format!("{}: ", turn.role), &turn.content)),
        Content::Preference(both) => {
            let (shared, chosen) = both.chosen.split_at(both.n_shared());
            shared.iter().for_each(|turn| put(&format!("{}: ", turn.role), &turn.content));
            chosen.iter().for_each(|turn| put(&format!("chosen {}: ", turn.role), &turn.content));
            let rejected = &both.rejected[both.n_shared()..];
            rejected.iter().for_each(|turn| put(&format!("rejected {}: ", turn.role), &turn.content));
        }
        Content::Media(Media { kind, bytes, caption }) => {
            let what = match kind {
                MediaKind::Image => "picture",
                MediaKind::Audio => "sound",
            };
            let parted = if caption.is_empty() { "" } else { ": " };
            put(&format!("{what} of {}{parted}", crate::cli::format::bytes(bytes.len() as u64)), caption)
        }
    }
    fields.iter().for_each(|(name, value)| put(&format!("{name} = "), value));
    lines
}

/// Returns a text behind lines: all of its own lines, or its beginning in up to three.
fn shown(name: &str, text: &str, is_whole: bool) -> Vec<String> {
    const MOST_LINES: usize = 3;
    if is_whole {
        return format!("{name}{text}").lines().map(|line| format!("  │ {line}")).collect();
    }
    let mut lines = wrapped(&format!("{name}{}", look::masked(text, MOST_CHARS)));
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines.last_mut().expect("there are some").push_str(" …");
    }
    lines.iter().map(|line| quote(line)).collect()
}

/// Returns a text in lines that fit, parted between words; a word that is as long as a line is parted anywhere.
fn wrapped(text: &str) -> Vec<String> {
    const COLUMNS: usize = 74;
    let mut lines = vec![String::new()];
    let mut width = 0;
    for word in text.split_inclusive(' ') {
        let own = console::measure_text_width(word.trim_end());
        let is_long = own > COLUMNS / 2;
        if width > 0 && width + own > COLUMNS && !is_long {
            lines.push(String::new());
            width = 0;
        }
        for c in word.chars() {
            let own = console::measure_text_width(c.encode_utf8(&mut [0; 4]));
            if width + own > COLUMNS && c != ' ' {
                lines.push(String::new());
                width = 0;
            }
            width += own;
            lines.last_mut().expect("there is a line").push(c);
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_parted_between_words_and_long_words_anywhere() {
        let lines = wrapped(&"seven77 ".repeat(20));
        assert!(lines.iter().all(|line| line.split(' ').all(|word| word == "seven77")), "{lines:?}");
        let lines = wrapped(&"字".repeat(100));
        assert_eq!(lines.iter().map(|line| line.chars().count()).collect::<Vec<_>>(), [37, 37, 26]);
        assert_eq!(shown("", &"word ".repeat(100), false).last().unwrap().chars().last(), Some('…'));
    }
}
