use super::*;
use crate::error::Explain as _;
use safetensors::tensor::TensorView;
use std::collections::HashMap;
use std::io::Write as _;

/// Features of shape `[1, 2, 2]`: the number of the record, and what comes behind it by tenths; `None` is no label.
pub(crate) fn file(n: usize, labels: &[i64], names: &[&str]) -> FeatureFile {
    let values: Vec<f32> = (0..4 * n).map(|i| (i / 4) as f32 + (i % 4) as f32 / 10.0).collect();
    opened(&bytes(&values, &[n, 1, 2, 2], labels), &[1, 2, 2], names).unwrap()
}

/// Features of any shape, the label of each record among names.
pub(crate) fn of(values: &[f32], shape: &[usize], labels: &[i64], names: &[&str]) -> FeatureFile {
    let all: Vec<usize> = std::iter::once(labels.len()).chain(shape.iter().copied()).collect();
    let shape: Vec<u64> = shape.iter().map(|side| *side as u64).collect();
    opened(&bytes(values, &all, labels), &shape, names).unwrap()
}

fn bytes(values: &[f32], shape: &[usize], labels: &[i64]) -> Vec<u8> {
    let values: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let numbers: Vec<u8> = labels.iter().flat_map(|label| label.to_le_bytes()).collect();
    let views = [
        ("features", TensorView::new(Dtype::F32, shape.to_vec(), &values).unwrap()),
        ("labels", TensorView::new(Dtype::I64, vec![labels.len()], &numbers).unwrap()),
    ];
    safetensors::serialize(views, Some(HashMap::from([("format".to_owned(), "pt".to_owned())]))).unwrap()
}

/// Opens bytes in a file that lives as long as somebody reads it.
fn opened(bytes: &[u8], shape: &[u64], names: &[&str]) -> Result<FeatureFile, EngineError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    FeatureFile::open(file.path(), "shapes", "train", shape, names)
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn records_are_read_one_by_one_with_their_classes_by_name() {
    let features = file(3, &[1, 0, 1], &["circle", "square"]).with_classes(&owned(&["square", "circle"])).unwrap();
    assert_eq!(features.record(2).unwrap(), [2.0, 2.1, 2.2, 2.3]);
    let labels: Vec<_> = (0..3).map(|record| features.label(record).unwrap()).collect();
    assert_eq!(labels, [Label::Class(0), Label::Class(1), Label::Class(0)]);
}

#[test]
fn labels_are_numbers_where_numbers_are_told() {
    let features = file(2, &[1, 0], &["-2", "3.5"]).with_numbers().unwrap();
    assert_eq!([features.label(0).unwrap(), features.label(1).unwrap()], [Label::Number(3.5), Label::Number(-2.0)]);
    for word in ["NaN", "inf", "1e999", "large", ""] {
        let error = file(2, &[1, 0], &["1", word]).with_numbers().unwrap_err();
        assert!(matches!(error, EngineError::BadLabel { record: 0, .. }), "{word}: {error}");
    }
}

#[test]
fn a_foreign_label_and_none_name_the_record_and_the_nearest_class() {
    let error = file(3, &[0, 1, 0], &["circle", "sqare"]).with_classes(&owned(&["circle", "square"])).unwrap_err();
    assert_eq!(
        (error.to_string(), error.hint().unwrap()),
        (
            "record 2 of the `train` split of dataset `shapes` has a label that is none of the classes".to_owned(),
            "the nearest class is `square`; `classes` names every label of the data".to_owned()
        )
    );
    let none = file(2, &[0, -1], &["circle"]).with_classes(&owned(&["circle"])).unwrap_err();
    assert!(none.to_string().ends_with("has no label"), "{none}");
    let elsewhere = file(2, &[0, 0], &["circle", "only-in-the-test-split"]);
    assert!(elsewhere.with_classes(&owned(&["circle"])).is_ok());
}

#[test]
fn damage_is_refused() {
    let good = [0.0; 8];
    for (bytes, what) in [
        (bytes(&good, &[2, 1, 2, 2], &[0]), "of 2 record(s), and `labels` of 1"),
        (bytes(&good, &[2, 4, 1, 1], &[0, 0]), "`labels.json` says [1, 2, 2]"),
        (bytes(&good, &[2, 1, 2, 2], &[0, 2]), "record 2 has a label that is none of the 2"),
        (bytes(&good, &[2, 1, 2, 2], &[-2, 1]), "record 1 has a label"),
        (bytes(&[0.0, 0.0, 0.0, 0.0, 0.0, f32::NAN, 0.0, 0.0], &[2, 1, 2, 2], &[0, 0]), "record 2 has a number"),
        (bytes(&[f32::INFINITY, 0.0, 0.0, 0.0], &[1, 1, 2, 2], &[0]), "record 1 has a number"),
        (b"no tensors".to_vec(), "header"),
    ] {
        let error = opened(&bytes, &[1, 2, 2], &["a", "b"]).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
}
