//! The words of `strip-markup` and `strip-boilerplate`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a text is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Markup {
    /// HTML where a text looks like a page, Markdown everywhere else.
    Auto,
    /// Markdown, with the HTML it may hold.
    #[default]
    Markdown,
    /// HTML: a page or a piece of one.
    Html,
}

/// What a record is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Page {
    /// A page of HTML where it looks like one, text everywhere else.
    #[default]
    Auto,
    /// A page of HTML.
    Html,
    /// Text that was taken from a page.
    Text,
}
