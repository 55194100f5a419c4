//! Differences of small datasets, and of any.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::data::record::{Content, Record};
use crate::data::table::{Shape, Writer};

fn record(id: &str, text: &str, label: Option<&str>) -> Record {
    Record { label: label.map(str::to_owned), ..Record::new(id, "d", Content::Text(text.to_owned())) }
}

/// Writes a dataset: a table for each split.
fn written(folder: &Path, rows: &[(SplitName, Record)]) -> Vec<(SplitName, PathBuf)> {
    std::fs::create_dir_all(folder).unwrap();
    let mut shape = Shape::default();
    rows.iter().for_each(|(_, record)| shape.add(record));
    let table = |split: SplitName| {
        let path = folder.join(format!("{}.parquet", split.word()));
        let mut writer = Writer::create(&path, &shape).unwrap();
        let own = rows.iter().filter(|(name, _)| *name == split);
        own.for_each(|(_, record)| writer.push(record.clone()).unwrap());
        writer.finish().unwrap();
        (split, path)
    };
    SplitName::ALL.map(table).to_vec()
}

fn between(a: &[(SplitName, Record)], b: &[(SplitName, Record)]) -> Diff {
    let folder = tempfile::tempdir().unwrap();
    diff(&written(&folder.path().join("a"), a), &written(&folder.path().join("b"), b)).unwrap()
}

#[test]
fn every_way_in_which_rows_differ_is_told() {
    use SplitName::{Test, Train};
    let a = [
        (Train, record("same", "one", None)),
        (Train, record("changed", "the mail is old@example.org today", None)),
        (Train, record("gone", "what is gone", None)),
        (Train, record("old-name", "what has another name", None)),
        (Train, record("moved", "what moves", None)),
        (Test, record("label", "what it is", Some("spam"))),
    ];
    let b = [
        (Train, record("same", "one", None)),
        (Train, record("changed", "the mail is new@example.org tomorrow", None)),
        (Train, record("new-name", "what has another name", None)),
        (Test, record("moved", "what moves", None)),
        (Test, record("label", "what it is", Some("ham"))),
        (Test, record("new", "what is new", None)),
    ];
    let diff = between(&a, &b);
    let Difference { same, only_a, only_b, changed, renamed, relabelled, other_fields, moved, splits } = &diff.rows;
    assert_eq!(
        [*same, *only_a, *only_b, *changed, *renamed, *relabelled, *other_fields, *moved],
        [1, 1, 1, 1, 1, 1, 0, 1]
    );
    let train =
        SplitDifference { rows_a: 5, rows_b: 3, only_a: 1, changed: 1, moved_out: 1, ..SplitDifference::default() };
    let test = SplitDifference { rows_a: 1, rows_b: 3, only_b: 1, moved_in: 1, ..SplitDifference::default() };
    assert_eq!((splits[&Train], splits[&Test]), (train, test));
    assert_eq!(diff.labels, [LabelChange { from: Some("spam".to_owned()), to: Some("ham".to_owned()), rows: 1 }]);
    assert_eq!(diff.examples.len(), 6);
    let changed = &diff.examples.iter().find(|one| one.found == shown::Found::Changed).unwrap();
    let [a, b] = [&changed.a, &changed.b].map(|side| side.as_ref().unwrap().text.clone());
    assert_eq!((a.as_str(), b.as_str()), ("the mail is [email] today", "the mail is [email] tomorrow"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_row_is_counted_once_and_the_other_way_round_is_the_same(
        a in prop::collection::vec((0_usize..3, "[a-d]", "[x-z]{0,2}"), 0..12),
        b in prop::collection::vec((0_usize..3, "[a-d]", "[x-z]{0,2}"), 0..12),
    ) {
        let rows = |side: &[(usize, String, String)]| -> Vec<_> {
            side.iter().map(|(split, id, text)| (SplitName::ALL[*split], record(id, text, None))).collect()
        };
        let (there, back) = (between(&rows(&a), &rows(&b)).rows, between(&rows(&b), &rows(&a)).rows);
        let sum: u64 = there.splits.values().map(|split| split.rows_a).sum();
        prop_assert_eq!(sum, a.len() as u64);
        // Every row is in a pair or alone.
        let in_pairs = a.len() as u64 - there.only_a;
        prop_assert_eq!(in_pairs, b.len() as u64 - there.only_b);
        prop_assert!(there.same + there.changed + there.renamed <= in_pairs);
        prop_assert_eq!((there.only_a, there.only_b, there.same), (back.only_b, back.only_a, back.same));
        prop_assert_eq!((there.changed, there.renamed), (back.changed, back.renamed));
        let itself = between(&rows(&a), &rows(&a));
        prop_assert_eq!(itself.rows.same, a.len() as u64);
        prop_assert!(itself.examples.is_empty());
    }
}
