//! `strip-boilerplate`: web pages reduced to their main content.
//!
//! A page is parsed as a browser does. Elements that are furniture by their name, role or class go ([`furniture`]). What is left is
//! cut into blocks; where `<main>` or `<article>` holds a good part of the text the other blocks go, and elsewhere each block is
//! judged by its words, the share of them in links, and its neighbours ([`density`]; Kohlschütter, Fankhauser and Nejdl 2010,
//! "Boilerplate Detection using Shallow Text Features"). At last lines go that say what only pages say, and short lines that repeat
//! ([`lines`]); of text that is no page, only that is done.

mod density;
mod furniture;
mod lines;

use scraper::Html;

use crate::data::clean::{Counts, Fate, Step, html, strip_markup};
use crate::data::record::{Content, Record};
use crate::recipe::dataset::Page;

/// Strips records of what surrounds their content.
pub struct StripBoilerplate {
    /// What a record is.
    pub kind: Page,
    /// The share of a block's words that may stand in links.
    pub max_link_density: f64,
    /// How often a short line stands in a record before all of them go.
    pub repeats: u32,
}

/// How much went.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    /// Blocks of a page.
    pub blocks: u64,
    /// Lines that say what only pages say.
    pub notices: u64,
    /// Lines that repeat.
    pub repeated: u64,
}

impl Step for StripBoilerplate {
    fn one(&self, record: Record, counts: &mut Counts) -> Fate {
        let mut gone = Gone::default();
        let had_text = record.texts().any(|text| !text.trim().is_empty());
        let record = record.map(|text| self.strip(text, &mut gone));
        let names = ["blocks", "notice lines", "repeated lines"];
        for (name, n) in names.into_iter().zip([gone.blocks, gone.notices, gone.repeated]) {
            *counts.entry(name.to_owned()).or_default() += n;
        }
        let is_media = matches!(record.content, Content::Media(_));
        match had_text && !is_media && record.texts().all(|text| text.trim().is_empty()) {
            true => Fate::Drop { record, reason: "no main content" },
            false => Fate::Keep(record),
        }
    }
}

impl StripBoilerplate {
    fn strip<'t>(&self, text: &'t str, gone: &mut Gone) -> std::borrow::Cow<'t, str> {
        let is_page = match self.kind {
            Page::Html => true,
            Page::Text => false,
            Page::Auto => html::is_page(text),
        };
        let stripped = match is_page {
            false => lines::strip(text, self.repeats, gone),
            true => {
                let content = self.content(text, gone);
                lines::strip(&content, self.repeats, gone).into_owned().into()
            }
        };
        strip_markup::ended_like(text, stripped)
    }

    /// Returns the content of a page, a blank line between blocks.
    fn content(&self, text: &str, gone: &mut Gone) -> String {
        if !html::is_harmless(text) {
            return html::without_tags(text);
        }
        let page = Html::parse_document(text);
        let furniture = furniture::find(&page);
        let blocks = html::blocks(&page, &|_, id| furniture.contains(&id));
        let kept = density::content(&blocks, self.max_link_density);
        gone.blocks += (blocks.len() - kept.len()) as u64 + furniture.len() as u64;
        strip_markup::joined(kept.into_iter())
    }
}

#[cfg(test)]
mod tests;
