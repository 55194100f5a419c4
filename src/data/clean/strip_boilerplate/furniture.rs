//! Elements that are no content by what they are: navigation, footers, cookie notices, share bars, forms.

use std::collections::{HashMap, HashSet};

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::Html;
use scraper::node::{Element, Node};

const NAMES: [&str; 5] = ["nav", "footer", "aside", "form", "menu"];
const ROLES: [&str; 9] =
    ["navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu", "toolbar"];
/// Words of which a class or id consists.
const WORDS: [&str; 47] = [
    "nav",
    "navbar",
    "navigation",
    "menu",
    "breadcrumb",
    "breadcrumbs",
    "crumb",
    "crumbs",
    "sidebar",
    "footer",
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "banner",
    "advert",
    "advertisement",
    "ad",
    "ads",
    "adsense",
    "sponsor",
    "sponsored",
    "promo",
    "share",
    "sharing",
    "social",
    "sns",
    "subscribe",
    "subscription",
    "newsletter",
    "signup",
    "login",
    "popup",
    "modal",
    "related",
    "recommend",
    "recommended",
    "recommendation",
    "recommendations",
    "comments",
    "pagination",
    "pager",
    "toolbar",
    "copyright",
    "toc",
    "masthead",
    "topbar",
];
/// Words behind which a class tells of something else: `with-sidebar` is the content beside it.
const DENIALS: [&str; 8] = ["has", "with", "no", "without", "is", "hide", "not", "show"];

/// Returns the elements of a page that are no content.
pub(super) fn find(page: &Html) -> HashSet<NodeId> {
    let (sizes, total) = sizes(page);
    let mut found = HashSet::new();
    let (mut mains, mut hidden) = (0_usize, 0_usize);
    for edge in page.tree.root().traverse() {
        let (node, is_open) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        let Node::Element(element) = node.value() else { continue };
        if found.contains(&node.id()) {
            hidden -= 1;
            continue;
        }
        let is_main = matches!(element.name(), "main" | "article") || element.attr("role") == Some("main");
        mains = if is_open { mains + usize::from(is_main) } else { mains - usize::from(is_main) };
        if is_open && hidden == 0 && !is_main {
            // What holds more than half of a page is its content, whatever it is called.
            let is_small = || sizes.get(&node.id()).is_none_or(|size| size * 2 < total);
            let is_header = element.name() == "header" && mains == 0;
            if is_unseen(element) || ((is_header || is_named(element) || is_classed(element)) && is_small()) {
                found.insert(node.id());
                hidden += 1;
            }
        }
    }
    found
}

/// Returns the bytes of text in each element that may be furniture, and in the whole page.
fn sizes(page: &Html) -> (HashMap<NodeId, usize>, usize) {
    let (mut sizes, mut total, mut code) = (HashMap::new(), 0, 0_usize);
    for edge in page.tree.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Element(element) => {
                    code += usize::from(is_code(element));
                    if element.name() == "header" || is_named(element) || is_classed(element) {
                        sizes.insert(node.id(), total);
                    }
                }
                Node::Text(text) if code == 0 => total += text.trim().len(),
                Node::Text(_)
                | Node::Document
                | Node::Fragment
                | Node::Doctype(_)
                | Node::Comment(_)
                | Node::ProcessingInstruction(_) => {}
            },
            Edge::Close(node) => {
                if let Node::Element(element) = node.value() {
                    code -= usize::from(is_code(element));
                    if let Some(size) = sizes.get_mut(&node.id()) {
                        *size = total - *size;
                    }
                }
            }
        }
    }
    (sizes, total)
}

fn is_code(element: &Element) -> bool {
    matches!(element.name(), "script" | "style" | "noscript" | "head" | "template")
}

fn is_unseen(element: &Element) -> bool {
    let is_styled_away = || {
        element.attr("style").is_some_and(|style| {
            let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
            style.contains("display:none") || style.contains("visibility:hidden")
        })
    };
    element.attr("hidden").is_some() || element.attr("aria-hidden") == Some("true") || is_styled_away()
}

fn is_named(element: &Element) -> bool {
    NAMES.contains(&element.name()) || element.attr("role").is_some_and(|role| ROLES.contains(&role))
}

fn is_classed(element: &Element) -> bool {
    let is_frame = matches!(element.name(), "html" | "body" | "main" | "article" | "h1");
    let names = [element.attr("class"), element.attr("id")];
    !is_frame && names.into_iter().flatten().any(|names| names.split_ascii_whitespace().any(is_furniture))
}

/// Returns whether a class such as `site-footer` or `shareBar` names furniture.
fn is_furniture(class: &str) -> bool {
    const LONGEST: usize = 64;
    if class.len() > LONGEST {
        return false;
    }
    let mut words: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for c in class.chars() {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && was_lower) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(c.to_ascii_lowercase());
        }
        was_lower = c.is_ascii_lowercase();
    }
    let is_denied = words.iter().any(|word| DENIALS.contains(&word.as_str()));
    !is_denied && words.iter().any(|word| WORDS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_read_word_by_word() {
        for class in ["nav", "site-footer", "shareBar", "cookie_banner", "l-sidebar__inner", "ad"] {
            assert!(is_furniture(class), "{class}");
        }
        for class in ["content", "has-sidebar", "with-nav", "header-image", "adapter", "shadow", "navigate", "canvas"] {
            assert!(!is_furniture(class), "{class}");
        }
    }
}
