//! `strip-markup`: Markdown and HTML reduced to the text a person reads.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Returns the prose of a Markdown text: headings, paragraphs and list items, a blank line between blocks.
///
/// Code blocks, tables, images, link targets, HTML tags, and what stands within `<script>`, `<style>` and comments go.
pub fn strip(text: &str) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut writer = Writer::default();
    Parser::new_ext(text, options).for_each(|event| writer.event(event));
    writer.finish()
}

#[derive(Default)]
struct Writer {
    blocks: Vec<String>,
    block: String,
    hidden: usize,
    items: usize,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) => self.push(&text),
            Event::SoftBreak | Event::HardBreak => self.push("\n"),
            Event::Rule => self.end_block(),
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
            Event::InlineMath(math) | Event::DisplayMath(math) => self.push(&math),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::CodeBlock(_) | Tag::Table(_) | Tag::Image { .. } | Tag::HtmlBlock | Tag::MetadataBlock(_) => {
                self.hidden += 1
            }
            Tag::Item => {
                self.end_block();
                self.items += 1;
                self.block.push_str("- ");
            }
            Tag::Paragraph | Tag::Heading { .. } | Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) => {
                self.start_block()
            }
            _ => {} // Inline emphasis and links show their text.
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::CodeBlock | TagEnd::Table | TagEnd::Image | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => {
                self.hidden = self.hidden.saturating_sub(1);
            }
            TagEnd::Item => {
                self.end_block();
                self.items = self.items.saturating_sub(1);
            }
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.end_block()
            }
            _ => {} // Inline emphasis and links show their text.
        }
    }

    fn push(&mut self, text: &str) {
        if self.hidden == 0 {
            self.block.push_str(text);
        }
    }

    /// Ends the block before, unless all it holds is the dash of a list item.
    fn start_block(&mut self) {
        if self.block != "- " {
            self.end_block();
        }
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        let lines: Vec<_> = block.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect();
        let block = lines.join("\n");
        let has_words = block.chars().any(char::is_alphanumeric);
        if !has_words {
            return;
        }
        match self.blocks.last_mut() {
            Some(last) if block.starts_with("- ") && self.items > 0 && last.starts_with("- ") => {
                last.push('\n');
                last.push_str(&block);
            }
            Some(_) | None => self.blocks.push(block),
        }
    }

    fn finish(mut self) -> String {
        self.end_block();
        let mut text = self.blocks.join("\n\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prose_stays_and_markup_goes() {
        let text = "---\ntitle: x\n---\n[![badge](https://b/x.svg)](https://b)\n\n# A *title*\n\nSome [linked](https://x.y) `code`\nand <b>bold</b> &amp; more.\n\n```rust\nfn main() {}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<div>gone</div>\n\n* one\n* two\n  * deep\n\n1. first\n\n   second paragraph\n";
        let expected =
            "A title\n\nSome linked code\nand bold & more.\n\n- one\n- two\n- deep\n- first\n\nsecond paragraph\n";
        assert_eq!(strip(text), expected);
    }

    #[test]
    fn a_file_of_code_and_badges_leaves_nothing() {
        assert_eq!(strip("![x](y)\n\n```\ncode\n```\n\n***\n"), "");
    }

    proptest! {
        #[test]
        fn no_markup_is_too_strange(text in "(?s)(.|#|\\*|`|\\[|\\]|\\(|\\)|<|>|\\||-|\n| ){0,80}") {
            let _ = strip(&text);
        }
    }
}
