//! Files of classes: what is wrong with them is told once, and no label is made up without them.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use crate::data::row::{BadRow, Row};
use crate::data::source::{self, DigestCache};
use crate::recipe::dataset::{Encoding, Source};

/// Returns a source of two lines labelled 0 and 1 whose classes are these bytes.
fn source(folder: &Path, classes: &[u8]) -> Source {
    fs::write(folder.join("a.txt"), "SECRET\t0\nb\t1\n").unwrap();
    fs::write(folder.join("class.txt"), classes).unwrap();
    Source::Lines {
        root: folder.display().to_string(),
        include: vec!["*.txt".to_owned()],
        exclude: vec![],
        strip_components: 0,
        encoding: Encoding::Utf8,
        separator: Some("\t".to_owned()),
        classes: vec![],
        classes_file: Some("class.txt".to_owned()),
    }
}

fn rows(source: &Source) -> Vec<Result<Row, BadRow>> {
    let mut rows = Vec::new();
    for file in source::list(source, Path::new("/")).unwrap() {
        let sink = &mut |row| {
            rows.push(row);
            Ok(ControlFlow::Continue(()))
        };
        source::read(source, &file, sink).unwrap();
    }
    rows
}

#[test]
fn labels_are_the_words_their_numbers_stand_for() {
    let folder = tempfile::tempdir().unwrap();
    for classes in ["one\ntwo\n", "\u{feff}one\r\ntwo", " one \ntwo\n\n\n"] {
        let rows = rows(&source(folder.path(), classes.as_bytes()));
        let labels: Vec<_> = rows.into_iter().map(|row| row.unwrap().label.unwrap()).collect();
        assert_eq!(labels, ["one", "two"], "{classes:?}");
    }
}

#[test]
fn what_is_wrong_with_the_classes_is_told_once_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let faults: [(&[u8], Option<u64>, &str); 6] = [
        (b"", None, "expected classes, one a line, found none"),
        (b"\n\n", None, "expected classes, one a line, found none"),
        (b"SECRET\n\ntwo\n", Some(2), "expected a class, found an empty line"),
        (b"SECRET\nSECRET\n", Some(2), "expected a new class, found one that stands above"),
        (b"one\nSECRET\xff\n", Some(2), "not UTF-8 at byte 6"),
        (b"SECRET\0\n", Some(1), "found a NUL character"),
    ];
    for (classes, line, words) in faults {
        let rows = rows(&source(folder.path(), classes));
        let [Err(bad)] = rows.as_slice() else { panic!("{words}: {rows:?}") };
        assert!(bad.path.ends_with("class.txt") && bad.line == line && bad.reason.contains(words), "{bad}");
        assert!(!bad.to_string().contains("SECRET"));
    }
}

#[test]
fn classes_are_part_of_the_data_wherever_their_file_lies() {
    let folder = tempfile::tempdir().unwrap();
    let digest = |source: &Source| source::state(source, Path::new("/"), &mut DigestCache::default()).unwrap().digest;
    let mut source = source(folder.path(), b"one\ntwo\n");
    let before = digest(&source);
    fs::write(folder.path().join("class.txt"), "one\nthree\n").unwrap();
    assert_ne!(digest(&source), before);
    if let Source::Lines { include, .. } = &mut source {
        *include = vec!["a.txt".to_owned()];
    }
    let names: Vec<_> = source::list(&source, Path::new("/")).unwrap().into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["a.txt", "class.txt"]);
    fs::remove_file(folder.path().join("class.txt")).unwrap();
    let error = source::list(&source, Path::new("/")).unwrap_err().to_string();
    assert!(error.contains("class.txt"), "{error}");
}
