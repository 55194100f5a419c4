//! Markdown reduced to the text a person reads.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Returns the prose of a Markdown text: headings, paragraphs and list items, a blank line between blocks.
///
/// Code blocks, tables, images, link targets, HTML tags, and what stands within `<script>`, `<style>` and comments go.
pub(super) fn prose(text: &str) -> String {
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
    text: String,
    block: String,
    hidden: usize,
    items: usize,
    /// Whether what was written last is an item of a list.
    was_item: bool,
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
        let Self { text, block, items, was_item, .. } = self;
        if block.chars().any(char::is_alphanumeric) {
            let is_item = *items > 0 && block.starts_with("- ");
            match (text.is_empty(), is_item && *was_item) {
                (true, _) => {}
                (false, true) => text.push('\n'),
                (false, false) => text.push_str("\n\n"),
            }
            *was_item = block.starts_with("- ");
            let mut is_first = true;
            for line in block.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()) {
                if !std::mem::take(&mut is_first) {
                    text.push('\n');
                }
                text.push_str(line);
            }
        }
        block.clear();
    }

    fn finish(mut self) -> String {
        self.end_block();
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text
    }
}
