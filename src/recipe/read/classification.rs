//! Reads the objective of a classifier.

use std::collections::BTreeSet;

use crate::recipe::classification::{Attention, Classification, Pool};
use crate::recipe::code::Code;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::node::shown;
use crate::recipe::read::reader::{At, Reader};

/// Takes what a classifier tells apart and how it reads from the mapping of its objective.
pub fn classification(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Classification> {
    let classes = fields.need(reader, "classes").and_then(|at| classes(reader, &at));
    let attention = fields.or(reader, "attention", Attention::default(), |reader, at| {
        let words = [Attention::Causal, Attention::Bidirectional].map(|attention| (attention.word(), attention));
        reader.word(at, "attention", &words)
    });
    let pool = fields.or(reader, "pool", Pool::default(), |reader, at| {
        reader.word(at, "pool", &[Pool::Mean, Pool::Last].map(|pool| (pool.word(), pool)))
    });
    let label_smoothing = fields.or(reader, "label-smoothing", 0.0, |reader, at| reader.number(at, 0.0..=0.9));
    let dropout =
        fields.or(reader, "dropout", Classification::default_dropout(), |reader, at| reader.number(at, 0.0..=0.9));
    Some(Classification {
        classes: classes?,
        attention: attention?,
        pool: pool?,
        label_smoothing: label_smoothing?,
        dropout: dropout?,
    })
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
