//! `strip-markup`: Markdown and HTML reduced to the text a person reads.

mod markdown;
mod plain;

use std::borrow::Cow;

use scraper::Html;

use crate::data::clean::html::{self, Block, BlockKind};
use crate::recipe::dataset::Markup;

/// Returns the text without its markup; a blank line stands between blocks. It ends with a line break if the text does.
pub fn strip(text: &str, kind: Markup) -> Cow<'_, str> {
    let stripped = match kind {
        Markup::Markdown => markdown(text),
        Markup::Html => Cow::Owned(page(text)),
        Markup::Auto if html::is_page(text) => Cow::Owned(page(text)),
        Markup::Auto => markdown(text),
    };
    ended_like(text, stripped)
}

/// Takes the line break from the end of what was made of a text that has none there, such as a headline.
pub(super) fn ended_like<'s>(text: &str, made: Cow<'s, str>) -> Cow<'s, str> {
    match made {
        made if text.ends_with('\n') => made,
        Cow::Borrowed(made) => Cow::Borrowed(made.strip_suffix('\n').unwrap_or(made)),
        Cow::Owned(mut made) => {
            made.truncate(made.strip_suffix('\n').unwrap_or(&made).len());
            Cow::Owned(made)
        }
    }
}

fn markdown(text: &str) -> Cow<'_, str> {
    // What no parser can find markup in is no matter for a parser.
    match plain::is_plain(text) {
        true => plain::prose(text),
        false => Cow::Owned(markdown::prose(text)),
    }
}

fn page(text: &str) -> String {
    if !html::is_harmless(text) {
        return html::without_tags(text);
    }
    let blocks = html::blocks(&Html::parse_document(text), &|element, _| matches!(element.name(), "pre" | "figure"));
    joined(blocks.iter().filter(|block| block.text.chars().any(char::is_alphanumeric)))
}

/// Joins blocks: a blank line between them, and none between the items of a list.
pub(super) fn joined<'b>(blocks: impl Iterator<Item = &'b Block>) -> String {
    let (mut text, mut last) = (String::new(), None);
    for block in blocks {
        match (last, block.kind) {
            (None, _) => {}
            (Some(BlockKind::Item), BlockKind::Item) => text.push('\n'),
            (Some(_), _) => text.push_str("\n\n"),
        }
        if block.kind == BlockKind::Item {
            text.push_str("- ");
        }
        text.push_str(&block.text);
        last = Some(block.kind);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::markdown::prose;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prose_stays_and_markup_goes() {
        let text = "---\ntitle: x\n---\n[![badge](https://b/x.svg)](https://b)\n\n# A *title*\n\nSome [linked](https://x.y) `code`\nand <b>bold</b> &amp; more.\n\n```rust\nfn main() {}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<div>gone</div>\n\n* one\n* two\n  * deep\n\n1. first\n\n   second paragraph\n";
        let expected =
            "A title\n\nSome linked code\nand bold & more.\n\n- one\n- two\n- deep\n- first\n\nsecond paragraph\n";
        assert_eq!(prose(text), expected);
    }

    #[test]
    fn a_file_of_code_and_badges_leaves_nothing() {
        assert_eq!(prose("![x](y)\n\n```\ncode\n```\n\n***\n"), "");
    }

    #[test]
    fn pages_are_told_from_markdown() {
        let html = "<!DOCTYPE html><title>t</title><h1>标题</h1><p>第一段，<a href='/x'>链接</a>。<ul><li>一<li>二</ul><pre>code()</pre><script>x()</script>";
        assert_eq!(strip(html, Markup::Auto), "标题\n\n第一段，链接。\n\n- 一\n- 二");
        assert_eq!(strip("# A *b*\n\n<b>c</b> d", Markup::Auto), "A b\n\nc d");
        assert_eq!(strip("a<br>b &amp; c", Markup::Html), "a\nb & c");
    }

    #[test]
    fn a_line_stays_a_line() {
        for kind in [Markup::Auto, Markup::Markdown, Markup::Html] {
            assert_eq!(strip("沪指涨3%", kind), "沪指涨3%");
            assert_eq!(strip("沪指<b>涨</b>3%\n", kind), "沪指涨3%\n");
        }
    }

    #[test]
    fn prose_without_markup_is_not_copied() {
        let text = "One paragraph: of two lines,\nand no more.\n\n另一段，没有标记。\n";
        assert!(matches!(strip(text, Markup::Markdown), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn no_markup_is_too_strange(text in "(?s)(.|#|\\*|`|\\[|\\]|\\(|\\)|<|>|\\||-|\n| |<p>|</p>|<a href=|&amp;|<table>|<!--){0,80}") {
            for kind in [Markup::Auto, Markup::Markdown, Markup::Html] {
                let _ = strip(&text, kind);
            }
        }

        #[test]
        fn the_quick_way_says_what_the_parser_says(text in "(?s)([a-c]|[.,:;!?()'-]|[0-9]|=|\\+|>|#|\n| |\t|\u{3000}|，|é|\u{a0}|\u{b}|\\|){0,60}") {
            if plain::is_plain(&text) {
                prop_assert_eq!(plain::prose(&text), prose(&text), "{:?}", text);
            }
        }
    }
}
