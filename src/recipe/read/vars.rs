//! `vars` and `${name}`: values put into values, from the recipe itself or from an allow-listed environment variable.
//!
//! A value that is nothing but `${name}` becomes what the variable is, a number or a list too; inside longer text a variable
//! has to be a single value. A doubled dollar sign, `$${`, stands for a literal `${`.

use std::collections::{BTreeMap, BTreeSet};

use crate::recipe::code::Code;
use crate::recipe::problem::{Place, listed};
use crate::recipe::read::letters;
use crate::recipe::read::node::{Key, Node, Value};
use crate::recipe::read::reader::{At, Reader};

/// The environment variables a recipe may name.
pub const ALLOWED_ENVIRONMENT: [&str; 3] = ["CARGO_HOME", "HOME", "PEDIGREE_DATA"];

/// What `${name}` may stand for.
pub type Known = BTreeMap<String, Node>;

/// The variables of a recipe, before it is known what a matrix puts into them.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    environment: Known,
    vars: Vec<(Key, Node)>,
}

impl Variables {
    /// Takes `vars` out of a recipe.
    pub fn taken(reader: &mut Reader, root: &mut Node, environment: &BTreeMap<String, String>) -> Self {
        let filled =
            |text: &String| Node { value: Value::Text(text.clone()), place: Place::default(), is_filled: true };
        let environment = environment.iter().map(|(name, text)| (name.clone(), filled(text))).collect();
        let Some(vars) = taken(root, "vars") else { return Self { environment, vars: Vec::new() } };
        let Value::Map(vars) = vars.value else {
            let at = At { node: &vars, path: "vars".to_owned() };
            let hint = Some("such as `vars: { data: ../data }`".to_owned());
            reader.wrong_of::<()>(Code::WrongType, &at, format!("expected a mapping, found {}", vars.kind()), hint);
            return Self { environment, vars: Vec::new() };
        };
        for (i, (key, node)) in vars.iter().enumerate() {
            let path = format!("vars.{}", key.text);
            if vars[..i].iter().any(|(earlier, _)| earlier.text == key.text) {
                let hint = Some("keep one of them".to_owned());
                reader.problem_of(
                    Code::DuplicateKey,
                    key.place,
                    &path,
                    format!("`{}` stands here twice", key.text),
                    hint,
                );
            }
            if node.value == Value::Null {
                let hint = Some("write `\"\"` for an empty text".to_owned());
                reader.wrong_of::<()>(Code::Empty, &At { node, path }, "expected a value, found nothing", hint);
            } else if ALLOWED_ENVIRONMENT.contains(&key.text.as_str()) {
                let message = format!("`{}` hides the environment variable of that name", key.text);
                reader.warn_of(
                    Code::HiddenName,
                    key.place,
                    &path,
                    message,
                    Some("give the variable a name of its own".to_owned()),
                );
            }
        }
        Self { environment, vars }
    }

    /// Returns whether the recipe itself defines a variable.
    pub fn defines(&self, name: &str) -> bool {
        self.vars.iter().any(|(key, _)| key.text == name)
    }

    /// Tells of variables nobody asked for; those of a recipe that is extended may be meant for others.
    pub fn tell_unused(&self, reader: &mut Reader) {
        for (key, _) in &self.vars {
            if key.place.source == 0 && !reader.is_spent() && !reader.variables_used.contains(&key.text) {
                let (path, message) = (format!("vars.{}", key.text), format!("`{}` is not used", key.text));
                let hint = Some(format!("`${{{}}}` puts it somewhere; else leave it out", key.text));
                reader.warn_of(Code::Unused, key.place, &path, message, hint);
            }
        }
    }

    /// Returns which of the names `of` a value mentions, itself or through a variable.
    pub fn mentions(&self, node: &Node, of: &BTreeSet<String>) -> BTreeSet<String> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        self.mention(node, of, self.vars.len(), &mut found, &mut seen);
        found
    }

    /// Looks through a value, and once through every variable; one sees only those that stand before it, so that this ends.
    fn mention(
        &self,
        node: &Node,
        of: &BTreeSet<String>,
        before: usize,
        found: &mut BTreeSet<String>,
        seen: &mut BTreeSet<usize>,
    ) {
        node.each_text(&mut |text| {
            for name in names_in(text) {
                if of.contains(name) {
                    found.insert(name.to_owned());
                } else if let Some(i) = self.vars[..before].iter().position(|(key, _)| key.text == name)
                    && seen.insert(i)
                {
                    self.mention(&self.vars[i].1, of, i, found, seen);
                }
            }
        });
    }

    /// Returns what every variable is once `bound` names are known; each may name those before it.
    pub fn known(&self, reader: &mut Reader, bound: &Known) -> Known {
        let mut known = self.environment.clone();
        known.extend(bound.iter().map(|(name, node)| (name.clone(), node.clone())));
        for (key, node) in &self.vars {
            if !reader.spend(node.weight(), key.place, "vars") {
                return known;
            }
            let mut node = node.clone();
            fill(reader, &mut node, &format!("vars.{}", key.text), &known);
            known.insert(key.text.clone(), node);
        }
        known
    }
}

/// Takes a key out of the root of a recipe.
pub fn taken(root: &mut Node, name: &str) -> Option<Node> {
    let Value::Map(entries) = &mut root.value else { return None };
    let position = entries.iter().position(|(key, _)| key.text == name)?;
    Some(entries.remove(position).1)
}

/// Replaces every `${name}` in a value and below it.
pub fn fill(reader: &mut Reader, node: &mut Node, path: &str, known: &Known) {
    match &mut node.value {
        Value::Text(text) if text.contains("${") => {
            names_in(text).for_each(|name| reader.used(name));
            let filled = match whole(text).map(|name| look_up(name, known)) {
                Some(Ok(found)) if !reader.spend(found.weight(), node.place, path) => return,
                Some(found) => found.map(|found| found.value.clone()),
                None => match expand(text, known, reader.left_to_spend()) {
                    Ok((filled, length)) if reader.spend(length, node.place, path) => Ok(Value::Text(filled)),
                    Ok(_) => return,
                    Err(refusal) => Err(refusal),
                },
            };
            match filled {
                Ok(value) => {
                    node.value = value;
                    node.is_filled = true;
                    let place = node.place;
                    // What is wrong with what was put in is shown where it was asked for.
                    node.visit(&mut |below| below.place = place);
                }
                Err((message, hint)) => {
                    if !reader.has_broken_matrix && !reader.is_spent() {
                        reader.problem_of(Code::NoSuchVariable, node.place, path, message, hint);
                    }
                    reader.unfilled.insert(node.place);
                }
            }
        }
        Value::List(items) => {
            for (i, item) in items.iter_mut().enumerate() {
                fill(reader, item, &format!("{path}[{i}]"), known);
            }
        }
        Value::Map(entries) => {
            for (key, item) in entries {
                let here = if path.is_empty() { key.text.clone() } else { format!("{path}.{}", key.text) };
                fill(reader, item, &here, known);
            }
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

/// Returns the name in a text that is nothing but `${name}`.
fn whole(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    (!name.contains(['$', '{', '}'])).then_some(name)
}

/// Returns the names in a text, in their order.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("${").filter_map(move |(start, _)| {
        let is_literal = text[..start].ends_with('$');
        let after = &text[start + 2..];
        after.find('}').filter(|_| !is_literal).map(|end| &after[..end])
    })
}

type Refusal = (String, Option<String>);

/// Returns the text with every `${name}` replaced once, and its length; what is put in is not looked at again.
///
/// A text that is longer than `most` bytes is left unfinished.
fn expand(text: &str, known: &Known, most: usize) -> Result<(String, usize), Refusal> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, after) = (&rest[..start], &rest[start + 2..]);
        if let Some(literal) = before.strip_suffix('$') {
            filled.push_str(literal);
            filled.push_str("${");
            rest = after;
            continue;
        }
        let Some(end) = after.find('}') else {
            return Err(("`${` has no `}`".to_owned(), Some("write `$${` for a literal `${`".to_owned())));
        };
        let name = &after[..end];
        filled.push_str(before);
        let put_in = as_text(name, look_up(name, known)?)?;
        if filled.len() + put_in.len() > most {
            return Ok((String::new(), filled.len() + put_in.len()));
        }
        filled.push_str(&put_in);
        rest = &after[end + 1..];
    }
    filled.push_str(rest);
    let length = filled.len();
    Ok((filled, length))
}

fn as_text(name: &str, node: &Node) -> Result<String, Refusal> {
    node.scalar_text().ok_or_else(|| {
        let hint = format!("`${{{name}}}` alone may stand for it, without text around it");
        (format!("`{name}` is {} and cannot stand inside text", node.kind()), Some(hint))
    })
}

fn look_up<'k>(name: &str, known: &'k Known) -> Result<&'k Node, Refusal> {
    if let Some(found) = known.get(name) {
        return Ok(found);
    }
    if ALLOWED_ENVIRONMENT.contains(&name) {
        return Err((format!("`{name}` is not set"), Some(format!("set the environment variable {name}"))));
    }
    let hint = match letters::nearest(name, known.keys().map(String::as_str)) {
        Some(hint) => hint,
        None => format!(
            "define it under `vars`; of the environment, only {} may be named",
            listed(ALLOWED_ENVIRONMENT.iter().copied())
        ),
    };
    Err((format!("there is no variable `{name}`"), Some(hint)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node { value: Value::Text(text.to_owned()), place: Place::default(), is_filled: false }
    }

    #[test]
    fn what_is_put_in_is_not_expanded_again() {
        let known = Known::from([("a".to_owned(), text("${b}")), ("b".to_owned(), text("x"))]);
        assert_eq!(expand("${a}/$${b}/${b}", &known, 99).unwrap().0, "${b}/${b}/x");
        assert!(expand("${c}", &known, 99).is_err());
        assert!(expand("${a", &known, 99).is_err());
    }

    #[test]
    fn a_variable_alone_is_what_it_is_and_inside_text_it_is_text() {
        let number = Node { value: Value::Integer(7), ..text("") };
        let known = Known::from([("n".to_owned(), number)]);
        let mut reader = Reader::default();
        let (mut alone, mut inside) = (text("${n}"), text("n${n}"));
        fill(&mut reader, &mut alone, "", &known);
        fill(&mut reader, &mut inside, "", &known);
        assert_eq!((alone.value, inside.value), (Value::Integer(7), Value::Text("n7".to_owned())));
    }

    #[test]
    fn names_are_found_through_variables_and_circles_end() {
        let key = |name: &str| Key { text: name.to_owned(), place: Place::default() };
        let vars = vec![(key("a"), text("${width}")), (key("b"), text("${a}-${b}"))];
        let variables = Variables { environment: Known::new(), vars };
        let of = BTreeSet::from(["width".to_owned(), "rate".to_owned()]);
        assert_eq!(variables.mentions(&text("x ${b} $${rate}"), &of), BTreeSet::from(["width".to_owned()]));
    }
}
