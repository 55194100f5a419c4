//! Texts as a person may see them: private data masked, in one line, and not too long.

use crate::data::clean::redact_pii::redact;
use crate::data::record::{Content, Record, Turn};
use crate::recipe::dataset::PiiKind;

/// The characters that stand before the place where two texts begin to differ.
const LEAD: usize = 40;

/// Returns a text in one line of at most so many characters, with private data masked.
pub fn masked(text: &str, most_chars: usize) -> String {
    // Private data that the cut tears apart would not be found any more.
    let ahead: String = text.chars().take(2 * most_chars + 200).collect();
    cut(&line(&ahead), 0, most_chars)
}

/// Returns of two records the places where they begin to differ, with private data masked.
///
/// Records that differ in nothing but masked data are shown from their beginning.
pub fn excerpts(a: &Record, b: &Record, most_chars: usize) -> (String, String) {
    let [a, b] = [a, b].map(|record| line(&whole(record)));
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let is_same = a == b;
    let start = if is_same { 0 } else { same.saturating_sub(LEAD) };
    (cut(&a, start, most_chars), cut(&b, start, most_chars))
}

/// Returns what a record says.
fn whole(record: &Record) -> String {
    match &record.content {
        Content::Chat(turns) => said(turns),
        Content::Preference(both) => format!("{} / {}", said(&both.chosen), said(&both.rejected[both.n_shared()..])),
        Content::Media(media) => format!("[{} bytes] {}", media.bytes.len(), media.caption),
        Content::Text(_) | Content::Pair { .. } => record.texts().collect::<Vec<_>>().join(" "),
    }
}

fn said(turns: &[Turn]) -> String {
    turns.iter().map(|turn| format!("{}: {}", turn.role, turn.content)).collect::<Vec<_>>().join(" ")
}

fn line(text: &str) -> String {
    let masked = redact(text, &PiiKind::all()).0;
    masked.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).collect()
}

fn cut(line: &str, start: usize, most: usize) -> String {
    let before = if start > 0 { "…" } else { "" };
    let mut rest = line.chars().skip(start);
    let shown: String = rest.by_ref().take(most).collect();
    let after = if rest.next().is_some() { "…" } else { "" };
    format!("{before}{shown}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Record {
        Record::new("r", "d", Content::Text(text.to_owned()))
    }

    #[test]
    fn private_data_is_masked_even_where_the_cut_falls_into_it() {
        let text = format!("{}someone@example.org and more", "x ".repeat(20));
        let shown = masked(&text, 50);
        assert!(!shown.contains("someone") && shown.contains("[email]"), "{shown}");
        assert_eq!(masked("a\n\n b\u{1b}[31m", 80), "a b[31m");
    }

    #[test]
    fn the_places_where_records_differ_are_shown() {
        let [a, b] = ["one", "two"].map(|end| record(&format!("{}a@b.org then {end} and no more", "same ".repeat(50))));
        let (a, b) = excerpts(&a, &b, 60);
        assert!(a.starts_with('…') && a.contains("[email] then one") && b.contains("[email] then two"), "{a} {b}");
        let [a, b] = ["a@b.org", "c@d.org"].map(record);
        assert_eq!(excerpts(&a, &b, 60), ("[email]".to_owned(), "[email]".to_owned()));
    }
}
