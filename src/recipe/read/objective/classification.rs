//! Reads the objective of a classifier.

use std::collections::{BTreeMap, BTreeSet};

use crate::recipe::classification::{Attention, ClassWeights, Classification, Pool};
use crate::recipe::code::Code;
use crate::recipe::problem::listed;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::letters;
use crate::recipe::read::node::{Value, shown};
use crate::recipe::read::reader::{At, Reader};

/// Takes what a classifier tells apart and how it reads from the mapping of its objective.
pub fn classification(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Classification> {
    let classes = fields.need(reader, "classes").and_then(|at| classes(reader, &at));
    let attention = fields.or(reader, "attention", Attention::default(), attention);
    let pool = fields.or(reader, "pool", Pool::default(), pool);
    let known = classes.as_deref();
    let class_weights =
        fields.or(reader, "class-weights", None, |reader, at| class_weights(reader, at, known).map(Some));
    let label_smoothing = fields.or(reader, "label-smoothing", 0.0, |reader, at| reader.number(at, 0.0..=0.9));
    let dropout =
        fields.or(reader, "dropout", Classification::default_dropout(), |reader, at| reader.number(at, 0.0..=0.9));
    Some(Classification {
        classes: classes?,
        attention: attention?,
        pool: pool?,
        class_weights: class_weights?,
        label_smoothing: label_smoothing?,
        dropout: dropout?,
    })
}

/// Reads which places of a text each place looks at.
pub(super) fn attention(reader: &mut Reader, at: &At<'_>) -> Option<Attention> {
    let words = [Attention::Causal, Attention::Bidirectional].map(|attention| (attention.word(), attention));
    reader.word(at, "attention", &words)
}

/// Reads how the places of a text become one.
pub(super) fn pool(reader: &mut Reader, at: &At<'_>) -> Option<Pool> {
    reader.word(at, "pool", &[Pool::Mean, Pool::Last, Pool::First].map(|pool| (pool.word(), pool)))
}

/// Reads what the records of each class count: a word, or weights of classes that are there.
fn class_weights(reader: &mut Reader, at: &At<'_>, classes: Option<&[String]>) -> Option<ClassWeights> {
    let Value::Map(_) = &at.node.value else {
        return match at.node.text() {
            Some(_) => reader.word(at, "weight of classes", &[("balanced", ClassWeights::Balanced)]),
            None => reader.expected(at, "`balanced`, or weights such as `{ realty: 2.5 }`"),
        };
    };
    // Keys that stand twice are told.
    Fields::open(reader, at)?.abandon();
    let (mut weights, mut is_whole) = (BTreeMap::new(), true);
    for (key, node) in at.node.entries() {
        let here = At { node, path: format!("{}.{}", at.path, key.text) };
        if let Some(classes) = classes.filter(|classes| !classes.contains(&key.text)) {
            let hint = letters::nearest(&key.text, classes.iter().map(String::as_str)).unwrap_or_else(|| {
                let more = if classes.len() > 8 { ", …" } else { "" };
                format!("the classes are {}{more}", listed(classes.iter().take(8).map(String::as_str)))
            });
            let message = format!("there is no class {}", shown(&key.text));
            reader.problem_of(Code::NoSuchName, key.place, &here.path, message, Some(hint));
            is_whole = false;
        }
        match reader.number(&here, ClassWeights::RANGE) {
            Some(weight) => drop(weights.insert(key.text.clone(), weight)),
            None => is_whole = false,
        }
    }
    if weights.is_empty() && is_whole {
        let hint = Some("such as `class-weights: { realty: 2.5 }`, or `balanced`".to_owned());
        return reader.wrong_of(Code::Empty, at, "expected classes with their weights, found none", hint);
    }
    is_whole.then_some(ClassWeights::Of(weights))
}

/// Reads the classes: two at least, each once.
fn classes(reader: &mut Reader, at: &At<'_>) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let classes = reader.some_list(at, |reader, at| {
        let class = reader.some_text(at)?;
        if !seen.insert(class.clone()) {
            let message = format!("the class {} stands here twice", shown(&class));
            return reader.wrong_of(Code::SaidTwice, at, message, Some("keep one of them".to_owned()));
        }
        Some(class)
    })?;
    if !Classification::N_CLASSES.contains(&classes.len()) {
        let message = format!("expected 2 to 1024 classes, found {}", classes.len());
        let hint = "such as `classes: [finance, realty, stocks]`".to_owned();
        return reader.wrong_of(Code::OutOfRange, at, message, Some(hint));
    }
    Some(classes)
}
