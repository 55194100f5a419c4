//! Tests of batches of every kind: what stands in them, and that a training that goes on sees what it would have seen.

use std::sync::Arc;

use super::*;
use crate::engine::features::tests::file;
use crate::engine::features::{Change, Draw, FeatureFile};
use crate::engine::tokens::tests::{labelled, tokens};
use crate::engine::tokens::{Special, Tokens};
use crate::recipe::training::Attention;

/// Adds to every number what tells one draw from another.
fn change() -> Change {
    Arc::new(|values: &[f32], Draw { seed, look, record }: Draw| {
        let more = (seed % 7) as f32 * 1000.0 + look as f32 * 100.0 + record as f32 / 100.0;
        values.iter().map(|value| value + more).collect()
    })
}

fn pictures(n: usize) -> FeatureFile {
    let labels: Vec<i64> = (0..n as i64).map(|i| i % 2).collect();
    file(n, &labels, &["a", "b"])
}

/// Documents of 1 to 5 tokens, of which every one but the first is a target.
fn answers(n: u64) -> Tokens {
    let (mut values, mut starts, mut mask) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..n {
        starts.push(values.len() as u64);
        let length = 2 + i as usize % 4;
        values.extend((0..length).map(|place| 10 * i as u32 + place as u32));
        mask.extend((0..length).map(|place| u8::from(place > 0)));
    }
    tokens("pairs", &values, &starts, Some(&mask))
}

fn text(n: u32) -> Tokens {
    let values: Vec<u32> = (0..n).map(|i| if i % 9 == 8 { 0 } else { 2 + i % 40 }).collect();
    let starts: Vec<u64> = (0..u64::from(n)).step_by(9).collect();
    tokens("text", &values, &starts, None).with_special(Special { mask: 1, all: [0, 1].into() })
}

fn learnt(kind: Kind) -> Rows {
    match kind {
        Kind::Text => Rows::to_learn(text(100), kind, 8),
        Kind::Records => Rows::to_learn(answers(20), kind, 8),
        Kind::Masked => Rows::to_learn(text(100), kind, 8).and_then(|rows| rows.hiding(0.3)),
        Kind::Labelled => Rows::to_learn(pictures(11).with_classes(&["b".into(), "a".into()]).unwrap(), kind, 1),
        Kind::Numbered => Rows::to_learn(file(3, &[0, 1, 0], &["1.5", "-2"]).with_numbers().unwrap(), kind, 1),
        Kind::Pairs => Rows::to_learn(answers(20), kind, 8),
        Kind::Captions => {
            let captions = labelled("c", &[5, 0, 6, 6, 0, 7, 0], &[0, 2, 5], &[0, 0, 0]);
            Rows::to_learn(Data::captions(captions, pictures(3).changed_by(change())).unwrap(), kind, 4)
        }
        Kind::Unlabelled => Rows::to_learn(pictures(11).changed_by(change()), kind, 1),
        Kind::Views => Rows::to_learn(pictures(11).changed_by(change()), kind, 1),
    }
    .unwrap()
}

const ALL: [Kind; 9] = [
    Kind::Text,
    Kind::Records,
    Kind::Masked,
    Kind::Labelled,
    Kind::Numbered,
    Kind::Pairs,
    Kind::Captions,
    Kind::Unlabelled,
    Kind::Views,
];

fn started(kind: Kind, cursor: Cursor) -> Prefetch {
    let sources = vec![
        Source { rows: Arc::new(learnt(kind)), weight: 0.6 },
        Source { rows: Arc::new(learnt(kind)), weight: 0.4 },
    ];
    Prefetch::start(sources, 3, cursor, 2, 2).unwrap()
}

#[test]
fn a_training_on_anything_that_goes_on_sees_what_it_would_have_seen() {
    for kind in ALL {
        let whole = started(kind, Cursor::start(2));
        let mut cursor = Cursor::start(2);
        for step in 0..20 {
            let data = whole.next_step().unwrap();
            assert_eq!(started(kind, cursor).next_step().unwrap(), data, "{kind:?}, step {step}");
            assert!(data.batches.iter().all(|batch| batch.kind == kind && batch.keys.len() == batch.rows), "{kind:?}");
            cursor = data.cursor;
        }
    }
}

#[test]
fn pictures_come_with_the_classes_of_the_objective_or_with_numbers() {
    let rows = learnt(Kind::Labelled);
    let batch = rows.batch(&[rows.measured(2).unwrap(), rows.measured(1).unwrap()]);
    assert_eq!((batch.rows, batch.context, batch.n_targets()), (2, 1, 2.0));
    assert_eq!(batch.classes, Some(vec![1, 0]), "`a` is the second class");
    let features = batch.features.unwrap();
    assert_eq!(features.shape, [1, 2, 2]);
    assert_eq!(features.values, [2.0, 2.1, 2.2, 2.3, 1.0, 1.1, 1.2, 1.3]);
    assert_eq!((batch.lengths, batch.numbers, batch.inputs), (None, None, vec![]));
    let rows = learnt(Kind::Numbered);
    let batch = rows.batch(&(0..3).map(|row| rows.measured(row).unwrap()).collect::<Vec<_>>());
    assert_eq!((batch.numbers, batch.classes), (Some(vec![1.5, -2.0, 1.5]), None));
}

#[test]
fn pictures_change_from_epoch_to_epoch_while_they_are_learnt_and_never_while_they_are_measured() {
    let rows = learnt(Kind::Unlabelled);
    let first = |row: Row| row.features.unwrap()[0];
    assert_eq!(first(rows.measured(4).unwrap()), 4.0);
    assert_eq!(first(rows.learnt(4, 0, 1, 0).unwrap()), 1004.04);
    assert_eq!(first(rows.learnt(4, 0, 1, 2).unwrap()), 1204.04);
    assert_eq!(first(rows.learnt(4, 0, 2, 2).unwrap()), 2204.04);
}

#[test]
fn two_views_of_a_picture_are_two_draws() {
    let rows = learnt(Kind::Views);
    let row = rows.learnt(4, 0, 1, 3).unwrap();
    assert_eq!((row.features.unwrap()[0], row.second_view.unwrap()[0]), (1604.04, 1704.04));
    let batch = rows.batch(&[rows.measured(4).unwrap()]);
    assert_eq!((batch.features.unwrap().values[0], batch.second_view.unwrap().values[0]), (4.04, 104.04));
    assert!(Rows::to_learn(pictures(3), Kind::Views, 1).is_err(), "nothing changes them");
}

#[test]
fn a_picture_keeps_its_caption() {
    let rows = learnt(Kind::Captions);
    let batch = rows.batch(&(0..3).map(|row| rows.measured(row).unwrap()).collect::<Vec<_>>());
    assert_eq!(batch.inputs, [5, 0, 0, 6, 6, 0, 7, 0, 0]);
    assert_eq!((batch.lengths, batch.context), (Some(vec![2, 3, 2]), 3));
    let values = batch.features.unwrap().values;
    assert_eq!([values[0], values[4], values[8]], [0.0, 1.0, 2.0]);
    let few = labelled("c", &[5, 0], &[0], &[0]);
    assert!(Data::captions(few, pictures(3)).is_err());
}

#[test]
fn a_pair_is_two_rows_filled_up_to_the_longer() {
    let rows = learnt(Kind::Pairs);
    let batch = rows.batch(&[rows.measured(0).unwrap(), rows.measured(1).unwrap()]);
    assert_eq!((batch.rows, batch.context, batch.n_targets()), (4, 4, 2.0));
    assert_eq!(batch.inputs, [0, 0, 0, 0, 10, 11, 0, 0, 20, 21, 22, 0, 30, 31, 32, 33]);
    assert_eq!(batch.targets, [1, 0, 0, 0, 11, 12, 0, 0, 21, 22, 23, 0, 31, 32, 33, 34]);
    assert_eq!(batch.mask.iter().sum::<f32>(), 10.0);
    assert_eq!(batch.lengths, Some(vec![1, 2, 3, 4]));
    let short = Rows::to_measure(answers(4), Kind::Pairs, 2).unwrap();
    assert_eq!(short.measured(1).unwrap().rejected.unwrap().tokens, [32, 33, 34], "of a long one, the end");
    assert!(Rows::to_measure(answers(3), Kind::Pairs, 8).is_err(), "one answer is left over");
}

#[test]
fn hidden_tokens_are_what_is_predicted_and_others_are_hidden_in_the_next_epoch() {
    let rows = learnt(Kind::Masked);
    let row = |epoch| rows.learnt(1, 0, 5, epoch).unwrap();
    assert_ne!(row(0).is_target, row(1).is_target);
    let batch = rows.batch(&[row(0)]);
    assert_eq!((batch.inputs.len(), batch.targets.len(), batch.mask.len()), (8, 8, 8));
    for place in 0..8 {
        assert!(batch.mask[place] == 1.0 || batch.inputs[place] == batch.targets[place]);
        assert!(batch.targets[place] != 0 || batch.mask[place] == 0.0, "the end is never hidden");
    }
    assert!(batch.n_targets() >= 1.0);
    let measured = Rows::to_measure(text(100), Kind::Masked, 8).unwrap().hiding(0.3).unwrap();
    assert_eq!(measured.len(), 13);
    assert_eq!(measured.measured(12).unwrap(), measured.measured(12).unwrap());
    let within = Rows::to_learn(text(100), Kind::Masked, 20).unwrap().looking(Attention::WithinDocument).unwrap();
    let batch = within.batch(&[within.measured(1).unwrap()]);
    assert_eq!(batch.documents.unwrap().0, [[1; 9], [2; 9]].concat().into_iter().chain([3; 2]).collect::<Vec<_>>());
}

#[test]
fn data_of_another_kind_is_refused() {
    for kind in [Kind::Text, Kind::Masked, Kind::Records, Kind::Labelled, Kind::Numbered, Kind::Pairs, Kind::Captions] {
        let error = Rows::to_learn(pictures(3), kind, 1).unwrap_err();
        assert!(matches!(error, crate::engine::EngineError::Unfit { .. }), "{kind:?}: {error}");
    }
    for kind in [Kind::Labelled, Kind::Numbered, Kind::Pairs, Kind::Captions, Kind::Views] {
        assert!(Rows::to_learn(text(50), kind, 8).is_err(), "{kind:?}");
    }
}
