//! Reads `classify`.

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::{Class, Classify, ClassifyBy, ClassifyInto, CleanStep};
use crate::recipe::problem::listed;
use crate::recipe::read::fields::{Fields, named};
use crate::recipe::read::reader::{At, Reader};

/// Reads the classes and what becomes of them.
pub(super) fn classify(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<CleanStep> {
    const INTO: [(&str, ClassifyInto); 2] = [("field", ClassifyInto::Field), ("label", ClassifyInto::Label)];
    let by = fields.or(reader, "by", ClassifyBy::default(), |reader, at| {
        reader.word(at, "way to classify", &[("rules", ClassifyBy::Rules)])
    });
    let rules = fields.need(reader, "rules").and_then(|at| rules(reader, &at));
    let otherwise = fields.or(reader, "otherwise", Classify::default_otherwise(), |reader, at| reader.name(at));
    let into =
        fields.or(reader, "into", ClassifyInto::default(), |reader, at| reader.word(at, "place of a class", &INTO));
    let field = fields.or(reader, "field", Classify::default_field(), |reader, at| reader.name(at));
    let (rules, otherwise) = (rules?, otherwise?);
    let known: Vec<&Name> = rules.keys().chain([&otherwise]).collect();
    let keep = fields.or(reader, "keep", Vec::new(), |reader, at| {
        reader.list(at, |reader, at| {
            let name = reader.name(at)?;
            if !known.contains(&&name) {
                let hint = format!("the classes are {}", listed(known.iter().map(|name| name.as_str())));
                return reader.wrong_of(Code::NoSuchName, at, format!("there is no class `{name}`"), Some(hint));
            }
            Some(name)
        })
    });
    let keep = keep?;
    Some(CleanStep::Classify(Classify { by: by?, rules, otherwise, into: into?, field: field?, keep }))
}

fn rules(reader: &mut Reader, at: &At<'_>) -> Option<BTreeMap<Name, Class>> {
    let rules = named(reader, at, |reader, _, at| class(reader, at))?;
    if rules.is_empty() {
        return reader.wrong_of(Code::Empty, at, "expected at least one class, found none", None);
    }
    Some(rules)
}

fn class(reader: &mut Reader, at: &At<'_>) -> Option<Class> {
    let mut fields = Fields::open(reader, at)?;
    let words = |reader: &mut Reader, at: &At<'_>| reader.list(at, |reader, at| reader.some_text(at));
    let any = fields.or(reader, "any", Vec::new(), words);
    let none = fields.or(reader, "none", Vec::new(), words);
    let regex = fields.or(reader, "regex", None, |reader, at| regex(reader, at).map(Some));
    let min = fields.or(reader, "min", Class::default_min(), |reader, at| reader.count(at, 1));
    fields.finish(reader);
    let class = Class { any: any?, none: none?, regex: regex?, min: min? };
    if class.any.is_empty() && class.regex.is_none() {
        let hint = Some("such as `any: [股票, fund]`".to_owned());
        return reader.wrong_of(Code::MissingKey, at, "expected `any` or `regex`, found neither", hint);
    }
    Some(class)
}

fn regex(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.some_text(at)?;
    match regex::Regex::new(&text) {
        Ok(_) => Some(text),
        Err(regex::Error::CompiledTooBig(_)) => reader.wrong(
            at,
            "the expression is too large",
            Some("repeat less often, or list words in `any`".to_owned()),
        ),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().next_back().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let hint =
                Some("look-around and back references are not known; a `\\` is doubled in double quotes".to_owned());
            reader.wrong(at, format!("this is no regular expression: {reason}"), hint)
        }
    }
}
