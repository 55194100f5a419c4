//! `matrix`: the values a sweep goes through, as points that each give every variable one value.

use std::collections::BTreeSet;

use crate::recipe::code::Code;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::node::{Node, Value};
use crate::recipe::read::reader::{At, Reader};

/// The most points a matrix may have.
const MOST_POINTS: usize = 10_000;

/// The most values all points of a matrix may have together.
const MOST_VALUES: usize = 100_000;

/// One value of each variable of a part of the matrix.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Point {
    /// The variables with their values, in the order in which they are typed.
    pub values: Vec<(String, Node)>,
    /// The name that stands for all of them, where the recipe gives one.
    pub label: Option<String>,
}

/// The points of a matrix: the product of its parts.
#[derive(Debug, Clone, Default)]
pub struct Axes {
    /// The parts: an axis of a grid, all zipped variables, all listed points.
    pub parts: Vec<Vec<Point>>,
}

impl Axes {
    /// Reads `matrix`.
    ///
    /// `grid` (or variables alone) tries every combination, `zip` goes through lists of one length together, `list` says
    /// every point; where several are given, everything is combined with everything.
    pub fn read(reader: &mut Reader, at: &At<'_>) -> Option<Self> {
        let is_plain = !at.node.entries().iter().any(|(key, _)| ["grid", "zip", "list"].contains(&key.text.as_str()));
        let mut axes = Self::default();
        if is_plain {
            axes.grid(reader, at)?;
        } else {
            let mut fields = Fields::open(reader, at)?;
            let (grid, zip, list) = (fields.take("grid"), fields.take("zip"), fields.take("list"));
            fields.finish(reader);
            grid.map_or(Some(()), |at| axes.grid(reader, &at))?;
            zip.map_or(Some(()), |at| axes.zip(reader, &at))?;
            list.map_or(Some(()), |at| axes.list(reader, &at))?;
        }
        axes.checked(reader, at)
    }

    /// Returns the names of all variables.
    pub fn names(&self) -> BTreeSet<String> {
        let first = self.parts.iter().filter_map(|part| part.first());
        first.flat_map(|point| point.values.iter().map(|(name, _)| name.clone())).collect()
    }

    fn grid(&mut self, reader: &mut Reader, at: &At<'_>) -> Option<()> {
        for (name, values, _) in lists(reader, at)? {
            self.parts.push(
                values.into_iter().map(|value| Point { values: vec![(name.clone(), value)], label: None }).collect(),
            );
        }
        Some(())
    }

    fn zip(&mut self, reader: &mut Reader, at: &At<'_>) -> Option<()> {
        let lists = lists(reader, at)?;
        let Some((first, values, _)) = lists.first() else { return Some(()) };
        if let Some((name, other, node)) = lists.iter().find(|(_, other, _)| other.len() != values.len()) {
            let message = format!("`{name}` has {} values and `{first}` has {}", other.len(), values.len());
            let at = At { node, path: format!("{}.{name}", at.path) };
            return reader.wrong_of(
                Code::BadMatrix,
                &at,
                message,
                Some("zipped lists are of one length; `grid` combines them all".to_owned()),
            );
        }
        let point = |i: usize| Point {
            values: lists.iter().map(|(name, values, _)| (name.clone(), values[i].clone())).collect(),
            label: None,
        };
        self.parts.push((0..values.len()).map(point).collect());
        Some(())
    }

    fn list(&mut self, reader: &mut Reader, at: &At<'_>) -> Option<()> {
        let points = reader.some_list(at, |reader, at| {
            let Value::Map(entries) = &at.node.value else {
                return reader.wrong_of(
                    Code::BadMatrix,
                    at,
                    format!("expected a mapping of variables, found {}", at.node.kind()),
                    None,
                );
            };
            let label = at.node.get("name").map(|node| At { node, path: format!("{}.name", at.path) });
            let label = match label {
                Some(at) => Some(reader.name(&at)?.to_string()),
                None => None,
            };
            let values = entries.iter().filter(|(key, _)| key.text != "name");
            Some(Point { values: values.map(|(key, node)| (key.text.clone(), node.clone())).collect(), label })
        })?;
        let names = |point: &Point| point.values.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
        if let Some(i) = points.iter().position(|point| names(point) != names(&points[0])) {
            let message = "expected the variables of the first point, found others";
            let path = format!("{}[{i}]", at.path);
            let Value::List(items) = &at.node.value else { return None };
            return reader.wrong_of(Code::BadMatrix, &At { node: &items[i], path }, message, None);
        }
        self.parts.push(points);
        Some(())
    }

    fn checked(self, reader: &mut Reader, at: &At<'_>) -> Option<Self> {
        let mut seen = BTreeSet::new();
        for part in &self.parts {
            for (name, _) in part.first().into_iter().flat_map(|point| &point.values) {
                if !seen.insert(name.clone()) {
                    return reader.wrong_of(
                        Code::BadMatrix,
                        at,
                        format!("the variable `{name}` stands twice in the matrix"),
                        keep_one(),
                    );
                }
            }
        }
        let n_points = self.parts.iter().try_fold(1usize, |product, part| product.checked_mul(part.len()));
        // A point has a value of each variable.
        let n_values = n_points.and_then(|n| n.checked_mul(seen.len()));
        match n_points.filter(|_| n_values.is_some_and(|n| n <= MOST_VALUES)) {
            _ if seen.is_empty() => {
                let hint = Some("such as `matrix: { width: [64, 128] }`".to_owned());
                reader.wrong_of(Code::BadMatrix, at, "the matrix has no variables", hint)
            }
            Some(n) if n <= MOST_POINTS => Some(self),
            Some(_) | None => reader.wrong_of(
                Code::TooMuch,
                at,
                format!("expected at most {MOST_POINTS} points with {MOST_VALUES} values together, found more"),
                Some("sweep in several runs".to_owned()),
            ),
        }
    }
}

fn keep_one() -> Option<String> {
    Some("keep one of them".to_owned())
}

/// Reads a mapping from variables to lists of values, no value twice.
fn lists<'n>(reader: &mut Reader, at: &At<'n>) -> Option<Vec<(String, Vec<Node>, &'n Node)>> {
    Fields::open(reader, at)?.abandon();
    let mut lists = Vec::new();
    for (key, node) in at.node.entries() {
        let here = At { node, path: format!("{}.{}", at.path, key.text) };
        let values = reader.some_list(&here, |_, at| Some(at.node.clone()))?;
        let mut seen = BTreeSet::new();
        for (i, value) in values.iter().enumerate() {
            if !seen.insert(value.identity()) {
                let at = At { node: value, path: format!("{}[{i}]", here.path) };
                return reader.wrong_of(
                    Code::BadMatrix,
                    &at,
                    format!("{} stands here twice", value.shown()),
                    keep_one(),
                );
            }
        }
        lists.push((key.text.clone(), values, node));
    }
    Some(lists)
}
