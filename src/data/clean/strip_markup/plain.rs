//! Text in which Markdown finds nothing but paragraphs: it is only tidied, by the same rules.

use std::borrow::Cow;

/// Returns whether Markdown finds nothing but paragraphs in a text. Says no when in doubt.
pub(super) fn is_plain(text: &str) -> bool {
    let means_something = |byte: u8| {
        matches!(byte, b'*' | b'_' | b'`' | b'[' | b'<' | b'&' | b'\\' | b'~' | b'|' | b'^')
            || (byte < 0x20 && byte != b'\n')
            || byte == 0x7f
    };
    let has_sign = |chunk: &[u8]| chunk.iter().fold(false, |found, byte| found | means_something(*byte));
    !text.as_bytes().chunks(64).any(has_sign) && text.split('\n').all(begins_plainly)
}

/// Returns whether a line begins neither a heading, a quote, a list, a rule nor code.
fn begins_plainly(line: &str) -> bool {
    let line = line.as_bytes();
    let indent = line.iter().take_while(|byte| **byte == b' ').count();
    match line.get(indent) {
        None => true,
        Some(byte) => indent < 4 && !matches!(byte, b'#' | b'>' | b'-' | b'+' | b'=' | b':' | b'0'..=b'9' | b'$'),
    }
}

/// Returns the paragraphs of a plain text, a blank line between them; those without a letter or digit go.
pub(super) fn prose(text: &str) -> Cow<'_, str> {
    if is_tidy(text) {
        return Cow::Borrowed(text);
    }
    let (mut prose, mut paragraph) = (String::with_capacity(text.len() + 1), String::new());
    for line in text.split('\n') {
        if line.bytes().all(|byte| byte == b' ') {
            end(&mut paragraph, &mut prose);
            continue;
        }
        let line = line.trim_start_matches(' ').trim_end();
        if line.is_empty() {
            continue;
        }
        if !paragraph.is_empty() {
            paragraph.push('\n');
        }
        paragraph.push_str(line);
    }
    end(&mut paragraph, &mut prose);
    if !prose.is_empty() {
        prose.push('\n');
    }
    Cow::Owned(prose)
}

fn end(paragraph: &mut String, prose: &mut String) {
    if paragraph.chars().any(char::is_alphanumeric) {
        if !prose.is_empty() {
            prose.push_str("\n\n");
        }
        prose.push_str(paragraph);
    }
    paragraph.clear();
}

/// Returns whether there is nothing to tidy: no white space at the ends of lines, single blank lines, one line end at the end, and
/// a letter in every paragraph.
fn is_tidy(text: &str) -> bool {
    let Some(body) = text.strip_suffix('\n') else { return text.is_empty() };
    let is_tidy_line = |line: &str| !line.starts_with(' ') && line.trim_end().len() == line.len() && !line.is_empty();
    let is_tidy_paragraph =
        |paragraph: &str| paragraph.chars().any(char::is_alphanumeric) && paragraph.split('\n').all(is_tidy_line);
    body.split("\n\n").all(is_tidy_paragraph)
}
