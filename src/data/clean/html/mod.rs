//! HTML as a browser reads it, cut into blocks of text.
//!
//! Nothing here calls itself: a page may be nested as deeply as it likes. Pages made to be slow to parse (a million open elements, a
//! tag with a million attributes) are not parsed at all; their tags are cut out ([`guard`]).

mod guard;

use scraper::Html;
use scraper::node::{Element, Node};

use crate::data::clean::script::stands_alone;

pub(super) use guard::{is_harmless, without_tags};

/// A piece of a page that stands by itself: a paragraph, a heading, a list item, a row of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Its text, white space as a browser shows it.
    pub text: String,
    /// How many bytes of the text stand in links.
    pub linked: usize,
    /// What it is.
    pub kind: BlockKind,
    /// Whether it stands within `<main>` or `<article>`.
    pub is_main: bool,
}

/// What a block is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum BlockKind {
    /// A paragraph or anything like it.
    #[default]
    Text,
    /// A heading.
    Heading,
    /// An item of a list.
    Item,
}

/// Elements whose content no reader sees.
const UNSEEN: [&str; 17] = [
    "script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "audio", "video", "head",
    "select", "textarea", "button", "map", "dialog",
];

/// Elements that begin and end a block.
const BLOCKS: [&str; 44] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
    "legend",
    "menu",
];

/// Returns whether a text looks like a page rather than like Markdown or prose: by its first few thousand bytes.
pub(super) fn is_page(text: &str) -> bool {
    const LOOKED_AT: usize = 4096;
    let head = &text.as_bytes()[..text.len().min(LOOKED_AT)];
    let head = head.to_ascii_lowercase();
    let begins = |word: &[u8]| head.trim_ascii_start().starts_with(word);
    let n = |word: &[u8]| head.windows(word.len()).filter(|window| *window == word).count();
    let has_body = || n(b"<body") > 0 && n(b"<html") > 0;
    let n_blocks =
        || [&b"<p>"[..], b"<p ", b"<div", b"</li>", b"<br", b"</h", b"</td>"].into_iter().map(n).sum::<usize>();
    begins(b"<!doctype html") || begins(b"<html") || (begins(b"<") && n_blocks() >= 3) || has_body()
}

/// Cuts a page into blocks, without the elements that `is_hidden` names.
pub(super) fn blocks(page: &Html, is_hidden: &dyn Fn(&Element, ego_tree::NodeId) -> bool) -> Vec<Block> {
    let mut writer = Writer::default();
    for edge in page.tree.root().traverse() {
        match edge {
            ego_tree::iter::Edge::Open(node) => match node.value() {
                Node::Element(element) => writer.open(element, is_hidden(element, node.id())),
                Node::Text(text) => writer.text(text),
                Node::Document
                | Node::Fragment
                | Node::Doctype(_)
                | Node::Comment(_)
                | Node::ProcessingInstruction(_) => {}
            },
            ego_tree::iter::Edge::Close(node) => {
                if let Node::Element(element) = node.value() {
                    writer.close(element, is_hidden(element, node.id()));
                }
            }
        }
    }
    writer.flush();
    writer.blocks
}

#[derive(Default)]
struct Writer {
    blocks: Vec<Block>,
    block: Block,
    kind: BlockKind,
    hidden: usize,
    links: usize,
    mains: usize,
    pre: usize,
    /// White space that was seen and not written: one space, or none where a line breaks between Chinese characters.
    gap: Option<char>,
}

impl Writer {
    fn open(&mut self, element: &Element, is_hidden: bool) {
        let name = element.name();
        if is_hidden || UNSEEN.contains(&name) {
            self.hidden += 1;
        }
        if self.hidden > 0 {
            return;
        }
        self.mains += usize::from(is_main(element));
        self.links += usize::from(name == "a");
        self.pre += usize::from(name == "pre");
        match name {
            "br" => self.line_break(),
            "td" | "th" if !self.block.text.is_empty() => {
                self.gap = None;
                self.block.text.push('\t');
            }
            _ => {}
        }
        if BLOCKS.contains(&name) {
            self.flush();
            match name {
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.kind = BlockKind::Heading,
                "li" | "dd" | "dt" => self.kind = BlockKind::Item,
                _ => {}
            }
        }
    }

    fn close(&mut self, element: &Element, is_hidden: bool) {
        let name = element.name();
        let was_hidden = self.hidden > 0;
        if is_hidden || UNSEEN.contains(&name) {
            self.hidden = self.hidden.saturating_sub(1);
        }
        if was_hidden {
            return;
        }
        if BLOCKS.contains(&name) {
            self.flush();
        }
        self.mains -= usize::from(is_main(element)).min(self.mains);
        self.links -= usize::from(name == "a").min(self.links);
        self.pre -= usize::from(name == "pre").min(self.pre);
    }

    fn line_break(&mut self) {
        self.gap = None;
        let end = self.block.text.trim_end_matches(' ').len();
        self.block.text.truncate(end);
        self.block.text.push('\n');
    }

    fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        let before = self.block.text.len();
        for c in text.chars() {
            match c {
                '\n' if self.pre > 0 => self.line_break(),
                ' ' | '\t' | '\n' | '\r' | '\u{c}' => {
                    let breaks = c == '\n' || self.gap == Some('\n');
                    self.gap = Some(if breaks { '\n' } else { ' ' });
                }
                c => self.letter(c),
            }
        }
        self.block.linked += if self.links > 0 { self.block.text.len().saturating_sub(before) } else { 0 };
    }

    fn letter(&mut self, c: char) {
        let gap = self.gap.take();
        let last = self.block.text.chars().next_back();
        match (gap, last) {
            (Some(_), None | Some('\n' | '\t')) | (None, _) => {}
            // The source of a Chinese page breaks its lines anywhere.
            (Some('\n'), Some(last)) if is_east_asian(last) && is_east_asian(c) => {}
            (Some(_), Some(_)) => self.block.text.push(' '),
        }
        self.block.text.push(c);
    }

    fn flush(&mut self) {
        let block = std::mem::take(&mut self.block);
        self.gap = None;
        let kind = std::mem::take(&mut self.kind);
        let text = block.text.trim();
        if !text.is_empty() {
            let text = if text.len() == block.text.len() { block.text } else { text.to_owned() };
            self.blocks.push(Block { text, linked: block.linked, kind, is_main: self.mains > 0 });
        }
    }
}

/// Returns whether a character is set without spaces beside it: Chinese, Japanese, and their marks.
const fn is_east_asian(c: char) -> bool {
    stands_alone(c) || matches!(c, '\u{3001}'..='\u{301f}' | '\u{ff01}'..='\u{ff60}' | '“' | '”' | '…')
}

fn is_main(element: &Element) -> bool {
    matches!(element.name(), "main" | "article") || element.attr("role") == Some("main")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_from_other_texts() {
        for page in ["<!DOCTYPE html><p>x", " <html><body>x", "<div><p>a</p><p>b</p></div>", "x<html lang=zh><body>y"] {
            assert!(is_page(page), "{page}");
        }
        for text in ["", "a < b and b > c", "# Title\n\n<b>bold</b> text", "<img src=x>\n\nReadme"] {
            assert!(!is_page(text), "{text}");
        }
    }

    #[test]
    fn blocks_hold_their_text_as_a_browser_shows_it() {
        let page = Html::parse_document(
            "<h1>A  title</h1><p>One\n two<br>three <a href=x>four</a>.<ul><li>中文\n换行<li>b</ul><table><tr><td>1<td>2</table><script>no</script>",
        );
        let found = blocks(&page, &|_, _| false);
        let texts: Vec<_> = found.iter().map(|block| (block.text.as_str(), block.linked, block.kind)).collect();
        assert_eq!(
            texts,
            [
                ("A title", 0, BlockKind::Heading),
                ("One two\nthree four.", 5, BlockKind::Text),
                ("中文换行", 0, BlockKind::Item),
                ("b", 0, BlockKind::Item),
                ("1\t2", 0, BlockKind::Text),
            ]
        );
    }
}
