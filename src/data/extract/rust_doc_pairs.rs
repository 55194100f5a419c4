//! Documented Rust functions as pairs: documentation and signature ask, the body answers.

use std::collections::BTreeMap;

use crate::data::clean::Counts;
use crate::data::extract::Extractor;
use crate::data::extract::fields::plain;
use crate::data::extract::functions::{self, Function};
use crate::data::record::{Content, Record};
use crate::data::row::{Row, Value};

/// The most characters a body may have: longer ones teach a small model nothing but to stop listening.
const LONGEST_BODY: usize = 1200;
/// The fewest characters between a body's braces: `self.0` is no answer.
const SHORTEST_BODY: usize = 8;
/// Documentation beyond this many characters is cut at the next paragraph.
const LONG_DOC: usize = 400;

/// Pairs of the documented functions of a Rust file.
///
/// `{doc}` is the documentation up to its first heading or code block, as `///` lines; `{signature}` and `{body}` stand as in the
/// source, moved to the left margin.
pub(super) struct RustDocPairs {
    /// What asks.
    pub(super) prompt: String,
    /// What answers.
    pub(super) response: String,
}

impl Extractor for RustDocPairs {
    fn records(&self, row: Row, counts: &mut Counts) -> Result<Vec<Record>, String> {
        let Value::Text(text) = &row.value else { return Err("expected the text of a Rust file".to_owned()) };
        Ok(pairs(&row.document, text, &self.prompt, &self.response, counts))
    }
}

fn pairs(document: &str, text: &str, prompt: &str, response: &str, counts: &mut Counts) -> Vec<Record> {
    let text = plain(text);
    let Some(functions) = functions::documented(&text) else {
        *counts.entry("unparsed-files".to_owned()).or_default() += 1;
        return Vec::new();
    };
    let (mut records, mut seen) = (Vec::new(), BTreeMap::new());
    for function in functions {
        if let Some(reason) = unfit(&function) {
            *counts.entry(reason.to_owned()).or_default() += 1;
            continue;
        }
        let doc = as_comment(&summary(&function.doc));
        let values = [("{doc}", doc.as_str()), ("{signature}", &function.signature), ("{body}", &function.body)];
        let n: &mut u32 = seen.entry(function.path.clone()).or_default();
        *n += 1;
        let again = if *n > 1 { format!("~{n}") } else { String::new() };
        let content = Content::Pair { prompt: fill(prompt, &values), response: fill(response, &values) };
        records.push(Record::new(format!("{document}#{}{again}", function.path), document, content));
    }
    records
}

fn unfit(function: &Function) -> Option<&'static str> {
    let inner = function.body.trim_matches(['{', '}']).trim();
    if function.statements == 0 || inner.is_empty() {
        return Some("empty-bodies");
    }
    if function.body.chars().count() > LONGEST_BODY {
        return Some("long-bodies");
    }
    if inner.chars().count() < SHORTEST_BODY {
        return Some("short-bodies");
    }
    let is_missing = ["unimplemented!", "todo!"].iter().any(|word| inner.starts_with(word));
    (is_missing || summary(&function.doc).is_empty()).then_some("without-content")
}

/// Returns the paragraphs in front of the first heading or code block, no more of them than fit.
fn summary(doc: &str) -> String {
    let prose =
        doc.lines().take_while(|line| !["#", "```", "~~~"].iter().any(|mark| line.trim_start().starts_with(mark)));
    let prose: Vec<_> = prose.collect();
    let mut kept = String::new();
    for paragraph in prose.join("\n").split("\n\n").map(|paragraph| paragraph.trim_matches('\n')) {
        if !kept.is_empty() && kept.len() + paragraph.len() > LONG_DOC {
            break;
        }
        if !kept.is_empty() {
            kept.push_str("\n\n");
        }
        kept.push_str(paragraph);
    }
    kept.trim().to_owned()
}

fn as_comment(doc: &str) -> String {
    let lines = doc.lines().map(|line| if line.is_empty() { "///".to_owned() } else { format!("/// {line}") });
    lines.collect::<Vec<_>>().join("\n")
}

/// Fills a template in one pass: what is filled in is never looked at again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        rest = &rest[open..];
        match values.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => {
                filled.push_str(value);
                rest = &rest[name.len()..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Id, prompt and response of each pair.
    type Pairs = Vec<(String, String, String)>;

    fn pairs(text: &str) -> (Pairs, Counts) {
        let mut counts = Counts::new();
        let records = super::pairs("a.rs", text, "{doc}\n{signature}", "{body}", &mut counts);
        let flat = records.into_iter().map(|record| match record.content {
            Content::Pair { prompt, response } => (record.id, prompt, response),
            _ => unreachable!(),
        });
        (flat.collect(), counts)
    }

    #[test]
    fn a_method_within_a_macro_call_is_moved_to_the_left_margin() {
        let source = "/// Not documented below.\nstruct S;\ncfg_rt! {\n    impl<T> S<T> {\n        /// Waits — for long.\n        ///\n        /// # Examples\n        /// no\n        #[inline]\n        pub(crate) async fn wait(\n            &self,\n        ) -> u8 {\n            let a = 1;\n\n            a + 1\n        }\n    }\n}\n";
        let (pairs, _) = pairs(source);
        let expected = (
            "a.rs#S::wait",
            "/// Waits — for long.\npub(crate) async fn wait(\n    &self,\n) -> u8",
            "{\n    let a = 1;\n\n    a + 1\n}",
        );
        assert_eq!(pairs, [(expected.0.to_owned(), expected.1.to_owned(), expected.2.to_owned())]);
    }

    #[test]
    fn tests_and_empty_or_undocumented_functions_are_left_out() {
        let source = "/// D.\nfn empty() {}\nfn plain() { work_hard() }\n/// D.\n#[test]\nfn tested() { work_hard() }\n#[cfg(test)]\nmod tests {\n/// D.\nfn helper() { work_hard() }\n}\n/// D.\nfn short() -> u8 { 1 }\ntrait T {\n/// D.\nfn default(&self) -> u8 { self.work_hard() }\n}\n";
        let (pairs, counts) = pairs(source);
        assert_eq!(pairs.iter().map(|(id, ..)| id.as_str()).collect::<Vec<_>>(), ["a.rs#T::default"]);
        assert_eq!(counts, Counts::from([("empty-bodies".to_owned(), 1), ("short-bodies".to_owned(), 1)]));
    }

    #[test]
    fn functions_of_one_name_keep_different_ids_and_a_broken_file_is_counted() {
        let (found, _) =
            pairs("impl A { /** One. */ fn f() { one_two() } }\nimpl A { /** Two. */ fn f() { one_two() } }");
        assert_eq!(found.iter().map(|(id, ..)| id.as_str()).collect::<Vec<_>>(), ["a.rs#A::f", "a.rs#A::f~2"]);
        assert_eq!(pairs("fn {").1, Counts::from([("unparsed-files".to_owned(), 1)]));
    }

    #[test]
    fn a_value_with_braces_is_not_filled_again() {
        assert_eq!(fill("{doc} { {body}", &[("{doc}", "{body}"), ("{body}", "b")]), "{body} { b");
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_be_looked_at(text in "(?s).{0,60}|(fn|impl|\\{|\\}|///|é|\n| |a|\\(|\\)|!){0,40}") {
            let _ = pairs(&text);
        }
    }
}
