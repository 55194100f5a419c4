//! Keeps what people wrote from being read as Markdown, HTML or YAML.

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Value};

/// Lets every string a template prints be escaped for Markdown, unless a filter of ours made it.
pub(super) fn install(environment: &mut Environment<'_>) {
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(|out, _state, value| {
        match value.kind() {
            ValueKind::String if !value.is_safe() => out.write_str(&inline(value.as_str().unwrap_or_default()))?,
            _ => write!(out, "{value}")?,
        }
        Ok(())
    });
    environment.add_filter("code", |text: &str| Value::from_safe_string(code(text)));
    environment.add_filter("word", |text: &str| Value::from_safe_string(word(text)));
    environment.add_filter("block", |text: &str| Value::from_safe_string(block(text)));
    environment.add_filter("paragraphs", |text: &str| Value::from_safe_string(paragraphs(text)));
}

/// Returns text that reads as itself within a line, a table cell or a heading; white space becomes one space.
pub(super) fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !escaped.is_empty() {
            escaped.push(' ');
        }
        let is_first = escaped.is_empty();
        push_word(&mut escaped, word, is_first);
    }
    escaped
}

/// Escapes a word; at the beginning of a line also what would begin a list or underline a heading.
fn push_word(escaped: &mut String, word: &str, is_first: bool) {
    let n_digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let is_rule = is_first && word.bytes().all(|byte| b"-+=:".contains(&byte));
    let is_number = is_first && n_digits > 0 && matches!(&word[n_digits..], "." | ")");
    for (i, c) in word.char_indices() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '_' if is_inside(word, i) => escaped.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '!' | '^' => escaped.extend(['\\', c]),
            '-' | '+' | '=' | ':' if is_rule && i == 0 => escaped.extend(['\\', c]),
            '.' | ')' if is_number => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
}

/// Returns whether the character at `i` stands between letters or digits, where an underscore emphasises nothing.
fn is_inside(word: &str, i: usize) -> bool {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    i > 0 && is_plain(word.as_bytes().get(i - 1)) && is_plain(word.as_bytes().get(i + 1))
}

/// Returns text as paragraphs, parted where it has empty lines.
fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut paragraphs: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines() {
        match (line.trim().is_empty(), paragraphs.last_mut()) {
            (false, Some(last)) => last.push(line),
            (true, _) | (false, None) => paragraphs.push(Vec::new()),
        }
    }
    let paragraphs = paragraphs.iter().map(|lines| inline(&lines.join(" "))).filter(|text| !text.is_empty());
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Returns a name or a digest as code; anything else is escaped as text.
fn code(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" ._-:/@,=+".contains(&byte))
        && text.trim() == text;
    if is_plain { format!("`{text}`") } else { inline(text) }
}

/// Returns a name as it is, for a line of shell; what has no place in a name is left out.
fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "._-@/".contains(*c)).collect()
}

/// Returns text as a code block whose fence the text cannot close.
fn block(text: &str) -> String {
    let text: String =
        text.replace("\r\n", "\n").chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    /// Returns what a reader sees, and panics where there is more than one paragraph of text.
    fn read(markdown: &str) -> String {
        let mut seen = String::new();
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH;
        for event in Parser::new_ext(markdown, options) {
            match event {
                Event::Text(text) => seen.push_str(&text),
                Event::Start(Tag::Paragraph) | Event::End(_) => {}
                other => panic!("{markdown:?} is read as {other:?}"),
            }
        }
        seen
    }

    proptest! {
        #[test]
        fn text_reads_as_itself(text in "[ -~\n\tä中]{0,60}") {
            let words: Vec<_> = text.split_whitespace().collect();
            prop_assert_eq!(read(&inline(&text)), words.join(" "));
        }

        #[test]
        fn a_block_cannot_be_closed_from_within(text in "[`~a\n <]{0,40}") {
            let markdown = format!("{}\n\nafter", block(&text));
            let events: Vec<_> = Parser::new(&markdown).collect();
            let n_blocks = events.iter().filter(|event| matches!(event, Event::Start(Tag::CodeBlock(_)))).count();
            prop_assert_eq!(n_blocks, 1);
            prop_assert!(!events.iter().any(|event| matches!(event, Event::Html(_) | Event::InlineHtml(_))));
            prop_assert!(markdown.ends_with("\n\nafter"));
            let is_after = matches!(&events[events.len() - 2], Event::Text(text) if &**text == "after");
            prop_assert!(is_after);
        }
    }

    #[test]
    fn what_looks_like_markup_is_text() {
        for text in [
            "{{7*7}}",
            "<script>alert(1)</script>",
            "1. a",
            "- a",
            "a | b",
            "---",
            "# a",
            "[a](javascript:b)",
            "![x](y)",
            "&lt;",
        ] {
            assert_eq!(read(&inline(text)), text);
        }
    }
}
