//! Every key of a recipe, left out and given what does not belong there: what is read is printed as it is read, and what is
//! refused says what was expected.

use serde_json::{Map, Value, json};

use super::{EVERYTHING, LEAST, as_json};
use crate::recipe::read::Input;
use crate::recipe::{Problems, print, read, render};

/// A way down into a recipe: keys and indices.
type Way = Vec<String>;

/// Returns the way to every value of a recipe.
fn ways(value: &Value, way: &Way, found: &mut Vec<Way>) {
    let mut below = |part: String, inner: &Value| {
        let way = [way.as_slice(), &[part]].concat();
        found.push(way.clone());
        ways(inner, &way, found);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, inner)| below(key.clone(), inner)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, inner)| below(i.to_string(), inner)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns the recipe with another value at the end of a way, or none.
fn with(recipe: &Value, way: &[String], value: Option<Value>) -> Value {
    let mut recipe = recipe.clone();
    let pointer = |way: &[String]| -> String {
        way.iter().map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect()
    };
    let (last, parents) = way.split_last().unwrap();
    match (recipe.pointer_mut(&pointer(parents)).unwrap(), value) {
        (Value::Object(fields), Some(value)) => drop(fields.insert(last.clone(), value)),
        (Value::Object(fields), None) => drop(fields.remove(last)),
        (Value::Array(items), Some(value)) => items[last.parse::<usize>().unwrap()] = value,
        (Value::Array(items), None) => drop(items.remove(last.parse().unwrap())),
        (other, _) => panic!("{other}"),
    }
    recipe
}

/// Returns what is wrong with how a recipe is read.
fn wrong(recipe: &Value) -> Option<String> {
    let mute = |problems: &Problems| {
        let is_mute = |message: &str, hint: &Option<String>| !message.contains("expected") && hint.is_none();
        let found = problems.problems.iter().find(|problem| is_mute(&problem.message, &problem.hint));
        found.map(|problem| format!("no hint: {}: {}", problem.path, problem.message))
    };
    let text = recipe.to_string();
    let reading = match read(&Input::new("own.yaml", text.as_bytes())) {
        Ok(reading) => reading,
        Err(problems) => return mute(&problems),
    };
    let printed = print::yaml(&print::typed(&reading.recipe));
    let again = read(&Input::new("printed.yaml", printed.as_bytes()));
    match again {
        Ok(again) if again.recipe == reading.recipe => mute(&reading.warnings),
        Ok(again) => {
            let other = print::yaml(&print::typed(&again.recipe));
            let line = printed.lines().zip(other.lines()).find(|(one, other)| one != other);
            Some(format!("read as another recipe: {line:?}"))
        }
        Err(problems) => Some(format!("printed and refused: {}", render::render(&problems, false))),
    }
}

/// Of the many values that do not belong somewhere, one in so many is tried there, a prime number: all of them in all places
/// take minutes.
const ONE_IN: usize = 23;

fn all_wrong(values: impl Fn(&[(Way, Value)], &Way) -> Vec<Option<Value>>, one_in: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut n_seen = 0;
    for recipe in [EVERYTHING, LEAST].map(as_json) {
        let mut all = Vec::new();
        ways(&recipe, &Way::new(), &mut all);
        let with_values: Vec<(Way, Value)> = all.iter().map(|way| (way.clone(), at(&recipe, way).clone())).collect();
        for way in all {
            for value in values(&with_values, &way) {
                n_seen += 1;
                if n_seen % one_in == 0 {
                    let what = wrong(&with(&recipe, &way, value.clone()));
                    found.extend(what.map(|what| format!("{way:?} {value:?}: {what}")));
                }
            }
        }
    }
    assert!(n_seen / one_in > 500, "only {n_seen} recipes");
    found
}

fn at<'v>(recipe: &'v Value, way: &Way) -> &'v Value {
    way.iter().fold(recipe, |value, part| match value {
        Value::Array(items) => &items[part.parse::<usize>().unwrap()],
        other => &other[part],
    })
}

#[test]
fn what_is_left_out_is_left_out_of_what_is_printed_or_told() {
    let found = all_wrong(|_, _| vec![None], 1);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_stands_elsewhere_under_the_same_key_is_read_as_it_is_printed_or_told() {
    let found = all_wrong(
        |all, way| {
            let same = all.iter().filter(|(other, _)| other != way && other.last() == way.last());
            same.map(|(_, value)| Some(value.clone())).collect()
        },
        ONE_IN,
    );
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_does_not_belong_there_is_told_with_what_does() {
    let values = [
        json!(Map::new()),
        json!([]),
        json!(""),
        json!("x"),
        json!("a/b"),
        json!("zoo/a@v1"),
        json!("0"),
        json!(-1),
        json!(0),
        json!(1),
        json!(0.5),
        json!(1e300),
        json!(true),
        json!(false),
        json!({ "type": "x", "y": 1 }),
        json!(["x"]),
        json!(["x", "x"]),
        Value::Null,
    ];
    let found = all_wrong(|_, _| values.iter().cloned().map(Some).collect(), ONE_IN);
    assert!(found.is_empty(), "{}", found.join("\n"));
}
