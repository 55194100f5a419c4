//! A sweep: every entry of a recipe that depends on a variable of `matrix` is copied for each of its values.
//!
//! An entry depends on a variable when it mentions it, or refers to an entry that does. What depends on none is shared by
//! all. So a sweep over the learning rate of a model trains its tokenizer once, and every copy of a child finds its parent.

use std::collections::{BTreeMap, BTreeSet};

use crate::recipe::code::Code;
use crate::recipe::problem::Place;
use crate::recipe::read::axes::{Axes, Point};
use crate::recipe::read::node::{Key, Node, Value};
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::references::{Section, each_reference};
use crate::recipe::read::vars::{Known, Variables, fill, taken};

/// Takes `matrix` out of a recipe, copies what depends on it, and puts the variables' values everywhere.
pub fn expand(reader: &mut Reader, root: &mut Node, variables: &Variables) {
    let mut place = Place::default();
    let axes = taken(root, "matrix").and_then(|node| {
        let at = At { node: &node, path: "matrix".to_owned() };
        place = node.place;
        let axes = Axes::read(reader, &at)?;
        let hidden = axes.names().into_iter().find(|name| variables.defines(name));
        match hidden {
            Some(name) => reader.wrong_of(
                Code::BadMatrix,
                &at,
                format!("`{name}` is a variable of `vars` and of `matrix`"),
                Some("give one of them another name".to_owned()),
            ),
            None => Some(axes),
        }
    });
    reader.has_broken_matrix = axes.is_none() && place != Place::default();
    let axes = axes.unwrap_or_default();
    let sweep = Sweep::of(root, variables, &axes);
    let mut unused = sweep.unused();
    let Value::Map(sections) = &mut root.value else { return };
    let shared = variables.known(reader, &Known::new());
    for (key, node) in sections {
        match (Section::ALL.into_iter().find(|section| section.word() == key.text), &mut node.value) {
            (Some(section), Value::Map(entries)) => {
                let old = std::mem::take(entries);
                for (key, node) in old {
                    sweep.copies(reader, section, key, node, &shared, entries);
                }
            }
            (Some(section), Value::List(items)) => {
                let old = std::mem::take(items);
                let mut copies = Vec::new();
                for (i, node) in old.into_iter().enumerate() {
                    let key = Key { text: i.to_string(), place: node.place };
                    sweep.copies(reader, section, key, node, &shared, &mut copies);
                }
                items.extend(copies.into_iter().map(|(_, node)| node));
            }
            (Some(_) | None, _) => {
                let mentioned = variables.mentions(node, &sweep.names);
                if let Some(name) = mentioned.first() {
                    unused.retain(|name| !mentioned.contains(name));
                    node.visit(&mut |below| {
                        reader.unfilled.insert(below.place);
                    });
                    let message =
                        format!("`{name}` is a variable of the matrix, and `{}` is the same for all of it", key.text);
                    let hint = "datasets, tokenizers, models, evaluations, gates and samples may differ".to_owned();
                    reader.problem_of(Code::BadMatrix, node.place, &key.text, message, Some(hint));
                } else {
                    fill(reader, node, &key.text, &shared);
                }
            }
        }
    }
    for name in unused {
        let hint = Some(format!("`${{{name}}}` puts it somewhere; else every point is the same"));
        reader.warn_of(Code::Unused, place, &format!("matrix.{name}"), format!("`{name}` is not used"), hint);
    }
    if !reader.is_spent() {
        reader.variants = sweep.variants();
    }
}

type Entry = (Section, String);

/// What of a recipe depends on which variables.
struct Sweep<'s> {
    variables: &'s Variables,
    axes: &'s Axes,
    names: BTreeSet<String>,
    depends: BTreeMap<Entry, BTreeSet<String>>,
    /// For each part with named points, and each set of variables somebody depends on: the name of the first point with these values.
    labels: BTreeMap<(usize, BTreeSet<String>), BTreeMap<String, String>>,
}

impl<'s> Sweep<'s> {
    fn of(root: &Node, variables: &'s Variables, axes: &'s Axes) -> Self {
        let names = axes.names();
        let mut sweep = Self { variables, axes, names, depends: BTreeMap::new(), labels: BTreeMap::new() };
        if sweep.names.is_empty() {
            return sweep;
        }
        let mut refers: BTreeMap<Entry, Vec<Entry>> = BTreeMap::new();
        for section in Section::ALL {
            for (key, node) in named_entries(root, section) {
                let entry = (section, key);
                let mut references = Vec::new();
                let mut copy = node.clone();
                each_reference(section, &mut copy, &mut |section, name| references.push((section, name.clone())));
                sweep.depends.insert(entry.clone(), variables.mentions(node, &sweep.names));
                refers.insert(entry, references);
            }
        }
        sweep.spread(&refers);
        sweep.labels = sweep.labels();
        sweep
    }

    fn labels(&self) -> BTreeMap<(usize, BTreeSet<String>), BTreeMap<String, String>> {
        let sets: BTreeSet<&BTreeSet<String>> = self.depends.values().collect();
        let mut labels = BTreeMap::new();
        for (i, part) in self.axes.parts.iter().enumerate() {
            // The points of a list have one set of variables, in an order of their own.
            let Some(order) = part.first().map(|point| &point.values) else { continue };
            for depends in &sets {
                let mut names: BTreeMap<String, String> = BTreeMap::new();
                for point in part.iter().filter(|_| order.iter().any(|(name, _)| depends.contains(name))) {
                    let value =
                        |name: &str| point.values.iter().find(|(found, _)| found == name).map(|(_, value)| value);
                    let own =
                        order.iter().filter(|(name, _)| depends.contains(name)).filter_map(|(name, _)| value(name));
                    if let Some(label) = &point.label {
                        names.entry(identity(own)).or_insert_with(|| label.clone());
                    }
                }
                if !names.is_empty() {
                    labels.insert((i, (*depends).clone()), names);
                }
            }
        }
        labels
    }

    /// Returns the variables no entry depends on.
    fn unused(&self) -> BTreeSet<String> {
        let used: BTreeSet<&String> = self.depends.values().flatten().collect();
        self.names.iter().filter(|name| !used.contains(name)).cloned().collect()
    }

    /// Passes on what an entry depends on to those that refer to it.
    fn spread(&mut self, refers: &BTreeMap<Entry, Vec<Entry>>) {
        let mut users: BTreeMap<&Entry, Vec<&Entry>> = BTreeMap::new();
        for (user, references) in refers {
            references.iter().for_each(|to| users.entry(to).or_default().push(user));
        }
        let mut changed: Vec<Entry> =
            self.depends.iter().filter(|(_, depends)| !depends.is_empty()).map(|(entry, _)| entry.clone()).collect();
        while let Some(entry) = changed.pop() {
            let more = self.depends.get(&entry).cloned().unwrap_or_default();
            for user in users.get(&entry).into_iter().flatten() {
                if let Some(depends) = self.depends.get_mut(*user)
                    && !more.is_subset(depends)
                {
                    depends.extend(more.iter().cloned());
                    changed.push((*user).clone());
                }
            }
        }
    }

    /// Returns the points an entry is copied for: one value for each variable it depends on.
    fn points(&self, depends: &BTreeSet<String>) -> Vec<Point> {
        let mut points = vec![Point::default()];
        for part in &self.axes.parts {
            let (mut own, mut known): (Vec<Point>, BTreeSet<String>) = (Vec::new(), BTreeSet::new());
            for point in part.iter().filter(|point| point.values.iter().any(|(name, _)| depends.contains(name))) {
                let values = point.values.iter().filter(|(name, _)| point.label.is_some() || depends.contains(name));
                let point = Point { values: values.cloned().collect(), label: point.label.clone() };
                if known.insert(format!("{:?} {}", point.label, identity(point.values.iter().map(|(_, value)| value))))
                {
                    own.push(point);
                }
            }
            if !own.is_empty() {
                points = points.iter().flat_map(|before| own.iter().map(|point| joined(before, point))).collect();
            }
        }
        points
    }

    /// Puts the copies of an entry behind `into`.
    fn copies(
        &self,
        reader: &mut Reader,
        section: Section,
        key: Key,
        node: Node,
        shared: &Known,
        into: &mut Vec<(Key, Node)>,
    ) {
        let path = match section {
            Section::Gates => format!("gates[{}]", key.text),
            _ => format!("{}.{}", section.word(), key.text),
        };
        let Some(depends) = self.depends.get(&(section, key.text.clone())).filter(|depends| !depends.is_empty()) else {
            let mut node = node;
            fill(reader, &mut node, &path, shared);
            into.push((key, node));
            return;
        };
        if reader.is_spent() {
            return;
        }
        let weight = node.weight();
        for point in self.points(depends) {
            if !reader.spend(weight, key.place, &path) {
                return;
            }
            let bound: Known = point.values.iter().cloned().collect();
            let known = self.variables.known(reader, &bound);
            let mut copy = node.clone();
            fill(reader, &mut copy, &path, &known);
            each_reference(section, &mut copy, &mut |section, name| {
                if let Some(depends) = self.depends.get(&(section, name.clone())) {
                    *name = self.name(name, depends, &bound);
                }
            });
            if matches!(section, Section::Models | Section::Evaluations) {
                remember(&mut copy, &key, &point);
            }
            into.push((Key { text: self.name(&key.text, depends, &bound), place: key.place }, copy));
        }
    }

    /// Returns the name of the copy of an entry for some values: `general-width-64`, or `general-small` where the point has a name.
    fn name(&self, name: &str, depends: &BTreeSet<String>, bound: &Known) -> String {
        let mut full = name.to_owned();
        for (i, part) in self.axes.parts.iter().enumerate() {
            let Some(first) = part.first() else { continue };
            let own: Vec<&str> =
                first.values.iter().map(|(name, _)| name.as_str()).filter(|name| depends.contains(*name)).collect();
            let values = || own.iter().filter_map(|name| bound.get(*name));
            let label = self.labels.get(&(i, depends.clone())).and_then(|labels| labels.get(&identity(values())));
            match label {
                Some(label) => full.push_str(&format!("-{label}")),
                None => own
                    .iter()
                    .zip(values())
                    .for_each(|(name, value)| full.push_str(&format!("-{name}-{}", slug(value)))),
            }
        }
        full
    }

    /// Returns, for each entry that was copied, what its copies are called.
    fn variants(&self) -> BTreeMap<(Section, String), Vec<String>> {
        let copied = self.depends.iter().filter(|(_, depends)| !depends.is_empty());
        copied
            .map(|((section, name), depends)| {
                let bound = |point: &Point| point.values.iter().cloned().collect::<Known>();
                let names = self.points(depends).iter().map(|point| self.name(name, depends, &bound(point))).collect();
                ((*section, name.clone()), names)
            })
            .collect()
    }
}

fn named_entries(root: &Node, section: Section) -> Vec<(String, &Node)> {
    match root.get(section.word()).map(|node| &node.value) {
        Some(Value::Map(entries)) => entries.iter().map(|(key, node)| (key.text.clone(), node)).collect(),
        Some(Value::List(items)) => items.iter().enumerate().map(|(i, node)| (i.to_string(), node)).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Text(_)) | None => Vec::new(),
    }
}

/// Returns a text that lists of the same values share.
fn identity<'n>(values: impl Iterator<Item = &'n Node>) -> String {
    values.map(Node::identity).collect::<Vec<_>>().join(" ")
}

fn joined(before: &Point, point: &Point) -> Point {
    Point { values: before.values.iter().chain(&point.values).cloned().collect(), label: None }
}

/// Returns a value as it may stand in a name.
fn slug(node: &Node) -> String {
    let text = node
        .scalar_text()
        .unwrap_or_else(|| crate::id::Digest::of(format!("{:?}", plain(node)).as_bytes()).short()[..6].to_owned());
    let text: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || "._".contains(c) { c } else { '-' }).collect();
    // Values that differ by their sign alone are two.
    let sign = if text.starts_with('-') && text[1..].starts_with(|c: char| c.is_ascii_digit()) { "minus-" } else { "" };
    format!("{sign}{}", text.trim_matches('-'))
}

/// Returns a value without its places, so that it looks the same wherever it stands.
fn plain(node: &Node) -> Node {
    let mut node = node.clone();
    node.visit(&mut |node| {
        node.place = Place::default();
        if let Value::Map(entries) = &mut node.value {
            entries.iter_mut().for_each(|(key, _)| key.place = Place::default());
        }
    });
    node
}

/// Writes into a copy which entry it is a copy of, and for which values.
fn remember(copy: &mut Node, of: &Key, point: &Point) {
    let place = copy.place;
    let text = |text: String| Node { value: Value::Text(text), place, is_filled: false };
    let key = |name: &str| Key { text: name.to_owned(), place };
    let values =
        point.values.iter().map(|(name, value)| (key(name), text(value.scalar_text().unwrap_or_else(|| slug(value)))));
    let values = Node { value: Value::Map(values.collect()), place, is_filled: false };
    let variant = Value::Map(vec![(key("of"), text(of.text.clone())), (key("values"), values)]);
    if let Value::Map(entries) = &mut copy.value {
        entries.push((key("variant"), Node { value: variant, place, is_filled: false }));
    }
}
