//! `{name}` in text: a name within braces stands for a value; any other brace stands for itself.

/// A part of a text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// The name of a value.
    Name(String),
}

/// Returns the parts of a text, in order.
pub fn parts(text: &str) -> Vec<Part> {
    let (mut parts, mut literal, mut rest) = (Vec::new(), String::new(), text);
    while let Some(open) = rest.find('{') {
        literal.push_str(&rest[..open]);
        rest = &rest[open + 1..];
        match rest.split_once('}').filter(|(name, _)| is_name(name)) {
            Some((name, behind)) => {
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(Part::Name(name.to_owned()));
                rest = behind;
            }
            None => literal.push('{'),
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    parts
}

/// Returns the text the parts make; what is filled in is never looked at again.
pub fn fill<'v>(parts: &[Part], value: impl Fn(&str) -> Option<&'v str>) -> String {
    let text = parts.iter().map(|part| match part {
        Part::Literal(text) => text.as_str(),
        Part::Name(name) => value(name).unwrap_or_default(),
    });
    text.collect()
}

/// Returns whether a text can be the name of a value: a letter or `_`, and then letters, digits and `_`.
pub fn is_name(text: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.starts_with(|c: char| is_word(c) && !c.is_numeric()) && text.chars().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_with_braces_is_not_filled_again_and_other_braces_stay() {
        let parts = parts("{a}{ {b}: {} {1} {c d} {a");
        let value = |name: &str| Some(if name == "a" { "{b}" } else { "B" });
        assert_eq!(fill(&parts, value), "{b}{ B: {} {1} {c d} {a");
        assert_eq!(fill(&parts, |_| None), "{ : {} {1} {c d} {a");
    }

    proptest! {
        #[test]
        fn text_filled_with_its_own_placeholders_is_unchanged(text in "([{}ab_1é ]|\\PC){0,40}") {
            let rebuilt: String = parts(&text)
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => text.clone(),
                    Part::Name(name) => format!("{{{name}}}"),
                })
                .collect();
            prop_assert_eq!(rebuilt, text);
        }
    }
}
