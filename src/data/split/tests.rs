use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::data::record::Content;
use crate::recipe::dataset::Assign;
use proptest::prelude::*;

fn split(by: SplitBy) -> Split {
    Split { train: 0.8, validation: 0.1, test: 0.1, by, ..Split::default() }
}

fn stratified(by: SplitBy) -> Split {
    Split { stratify: Some("label".to_owned()), ..split(by) }
}

fn record(i: usize, documents: usize) -> Record {
    Record::new(format!("r{i}"), format!("d{}", i % documents), Content::Text(i.to_string()))
}

/// Returns a record of a class, in a group.
fn of(i: usize, class: usize, group: usize) -> Record {
    let mut record = record(i, 1_000_000);
    record.label = Some(format!("c{class}"));
    record.fields.insert("group".to_owned(), format!("g{group}"));
    record
}

/// Deals records in two passes where that is needed.
fn dealt(split: &Split, seed: u64, records: &[Record]) -> BTreeMap<String, SplitName> {
    let mut dealer = Dealer::new(split, seed).unwrap();
    if dealer.needs_census() {
        let mut census = dealer.census();
        records.iter().for_each(|record| census.add(record));
        dealer = census.dealer();
    }
    records.iter().map(|record| (record.id.clone(), dealer.deal(record))).collect()
}

#[test]
fn the_shares_are_met() {
    let split = split(SplitBy::Record);
    let dealer = Dealer::new(&split, 42).unwrap();
    let n = |name| (0..10_000).filter(|i| dealer.deal(&record(*i, 3)) == name).count() as u64;
    assert!((7800..8200).contains(&n(SplitName::Train)));
    assert!((900..1100).contains(&n(SplitName::Test)));
    assert_eq!(starved(&split, n), None);
    assert!(!dealer.needs_census());
}

#[test]
fn a_record_stays_where_it_was_dealt_by_earlier_versions() {
    let split = split(SplitBy::Document);
    let dealer = Dealer::new(&split, 42).unwrap();
    let splits: Vec<_> = (0..12).map(|i| &dealer.deal(&record(i, 100)).word()[..2]).collect();
    assert_eq!(splits.join(" "), "te tr tr tr tr tr tr tr va tr te tr");
}

#[test]
fn a_share_without_a_record_is_starved_and_no_share_is_not() {
    let some = split(SplitBy::Document);
    assert_eq!(starved(&some, |name| u64::from(name == SplitName::Train)), Some(SplitName::Validation));
    let all = Split { train: 1.0, validation: 0.0, test: 0.0, ..split(SplitBy::Record) };
    assert_eq!(starved(&all, |name| u64::from(name == SplitName::Train)), None);
    assert_eq!(Dealer::new(&all, 42).unwrap().deal(&record(0, 1)), SplitName::Train);
    let assign = Assign { test: vec!["test*".to_owned()], ..Assign::default() };
    let given = Split { assign, ..all };
    assert_eq!(starved(&given, |name| u64::from(name == SplitName::Train)), Some(SplitName::Test));
}

#[test]
fn documents_go_where_their_names_say_and_the_shares_are_those_of_the_others() {
    let one = |pattern: &str| vec![pattern.to_owned()];
    let assign = Assign { train: one("**/train*"), validation: one("**/{dev,valid}*"), test: one("**/test*") };
    for stratify in [None, Some("label".to_owned())] {
        let split =
            Split { train: 0.5, validation: 0.0, test: 0.5, stratify, assign: assign.clone(), ..Split::default() };
        let named = |i: usize, document: &str| Record { document: document.to_owned(), ..of(i, 0, 0) };
        let names = ["train.txt", "news/dev.txt", "a/b/test-1.csv", "a/trains/x.txt", "test/x.txt"];
        let records: Vec<_> = names.iter().enumerate().map(|(i, name)| named(i, name)).collect();
        let dealt = dealt(&split, 1, &records);
        assert_eq!(dealt["r0"], SplitName::Train);
        assert_eq!(dealt["r1"], SplitName::Validation);
        assert_eq!(dealt["r2"], SplitName::Test);
        assert!(dealt["r3"] != SplitName::Validation && dealt["r4"] != SplitName::Validation);
    }
    let broken = Split { assign: Assign { train: one("a/{b"), ..Assign::default() }, ..Split::default() };
    assert_eq!(Dealer::new(&broken, 1).unwrap_err().to_string(), "`a/{b` is no file pattern");
}

#[test]
fn a_group_is_never_torn_apart_whatever_documents_it_is_in() {
    let split = Split { group: "author".to_owned(), ..split(SplitBy::Group) };
    let dealer = Dealer::new(&split, 7).unwrap();
    let by = |i: usize, author: Option<&str>| {
        let mut record = record(i, 500);
        record.fields.extend(author.map(|author| ("author".to_owned(), author.to_owned())));
        dealer.deal(&record)
    };
    assert_eq!((0..500).map(|i| by(i, Some("ann"))).collect::<BTreeSet<_>>().len(), 1);
    assert_eq!((0..500).map(|i| by(i, None)).collect::<BTreeSet<_>>().len(), 3);
    // Without a group, the document is kept together.
    assert!((0..500).all(|i| by(i, None) == by(i + 500, None)));
}

#[test]
fn small_classes_are_in_every_split() {
    let records: Vec<_> = (0..60).map(|i| of(i, i % 20, i)).collect();
    let dealt = dealt(&stratified(SplitBy::Record), 3, &records);
    for class in 0..20 {
        let splits: BTreeSet<_> = (0..3).map(|k| dealt[&format!("r{}", class + 20 * k)]).collect();
        assert_eq!(splits.len(), 3, "class {class}");
    }
}

#[test]
fn data_that_grows_by_a_tenth_moves_few_records_of_a_stratified_split() {
    let records: Vec<_> = (0..22_000).map(|i| of(i, i % 7, i)).collect();
    let split = stratified(SplitBy::Record);
    let (before, after) = (dealt(&split, 5, &records[..20_000]), dealt(&split, 5, &records));
    let n_moved = before.iter().filter(|(id, split)| after[*id] != **split).count();
    assert!(n_moved < 200, "{n_moved} of 20000 moved");
}

#[test]
fn a_group_of_several_classes_counts_to_that_of_most_of_its_records() {
    // Ten groups of 10: nine records of class 0, one of class 1; and one group of class 1 alone.
    let mut records: Vec<_> = (0..100).map(|i| of(i, usize::from(i % 10 == 9), i / 10)).collect();
    records.push(of(100, 1, 99));
    let split = Split { train: 0.5, validation: 0.0, test: 0.5, ..stratified(SplitBy::Group) };
    let dealt = dealt(&split, 9, &records);
    let n_train = (0..10).filter(|group| dealt[&format!("r{}", group * 10)] == SplitName::Train).count();
    assert_eq!(n_train, 5);
    assert!((0..100).all(|i| dealt[&format!("r{i}")] == dealt[&format!("r{}", i / 10 * 10)]));
    assert_eq!(dealt["r100"], SplitName::Train);
}

proptest! {
    #[test]
    fn no_document_is_torn_apart(seed: u64, n in 0_usize..500) {
        let split = split(SplitBy::Document);
        let dealer = Dealer::new(&split, seed).unwrap();
        prop_assert_eq!(dealer.deal(&record(n, 150)), dealer.deal(&record(n + 150, 150)));
    }

    #[test]
    fn growth_moves_nothing(seed: u64, n in 1_usize..200, more in 1_usize..200, by in 0_usize..3) {
        let split = split([SplitBy::Document, SplitBy::Record, SplitBy::Group][by]);
        let records: Vec<_> = (0..n + more).map(|i| of(i, i % 3, i % 11)).collect();
        let (before, after) = (dealt(&split, seed, &records[..n]), dealt(&split, seed, &records));
        prop_assert!(before.iter().all(|(id, split)| after[id] == *split));
    }

    #[test]
    fn a_stratified_split_meets_its_shares_in_every_class_whatever_the_order(
        seed: u64,
        classes in prop::collection::vec(0_usize..5, 1..400),
        turn in 0_usize..400,
    ) {
        let records: Vec<_> = classes.iter().enumerate().map(|(i, class)| of(i, *class, i)).collect();
        let mut turned = records.clone();
        turned.rotate_left(turn % records.len());
        let split = stratified(SplitBy::Record);
        let dealt_once = dealt(&split, seed, &records);
        prop_assert_eq!(&dealt_once, &dealt(&split, seed, &turned));
        for class in 0..5 {
            let members: Vec<_> = records.iter().filter(|record| record.label == Some(format!("c{class}"))).collect();
            for name in SplitName::ALL {
                let n = members.iter().filter(|record| dealt_once[&record.id] == name).count();
                let exact = split.share(name) * members.len() as f64;
                prop_assert!(members.len() < 10 || (n as f64 - exact).abs() < 1.0 + 1e-9, "{n} for {exact}");
                prop_assert!(members.len() < 3 || n > 0);
            }
        }
    }

    #[test]
    fn a_stratified_split_tears_no_group_apart(seed: u64, records in prop::collection::vec((0_usize..4, 0_usize..12), 1..120)) {
        let records: Vec<_> = records.iter().enumerate().map(|(i, (class, group))| of(i, *class, *group)).collect();
        let dealt = dealt(&stratified(SplitBy::Group), seed, &records);
        let mut seen = BTreeMap::new();
        for record in &records {
            let first = *seen.entry(&record.fields["group"]).or_insert(dealt[&record.id]);
            prop_assert_eq!(first, dealt[&record.id]);
        }
    }
}
