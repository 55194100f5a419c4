//! Tests of how splits of tokens are cut.

use super::*;
use crate::engine::tokens::tests::tokens as of;

fn tokens(n: u32, starts: &[u64], mask: Option<Vec<u8>>) -> Tokens {
    of("d", &(0..n).collect::<Vec<_>>(), starts, mask.as_deref())
}

#[test]
fn windows_of_an_epoch_cover_every_token_but_the_slack() {
    let rows = Rows::to_learn(tokens(23, &[0], None), Kind::Text, 5).unwrap();
    let epoch = rows.epoch(1, 0);
    let mut inputs: Vec<u32> =
        epoch.order.iter().flat_map(|i| rows.row(*i as usize, epoch.shift).unwrap().tokens[..5].to_vec()).collect();
    inputs.sort_unstable();
    assert_eq!(inputs, (epoch.shift as u32..epoch.shift as u32 + 20).collect::<Vec<_>>());
    assert_ne!(rows.epoch(1, 1), rows.epoch(1, 2));
}

#[test]
fn measuring_counts_every_token_but_the_first_once() {
    let rows = Rows::to_measure(tokens(23, &[0], None), Kind::Text, 5).unwrap();
    let counted: usize =
        (0..rows.len()).map(|i| rows.row(i, 0).unwrap().is_target[1..].iter().filter(|is| **is).count()).sum();
    assert_eq!(counted, 22);
}

#[test]
fn records_stay_whole_and_padding_does_not_count() {
    let mask = vec![0, 1, 1, 0, 1, 0, 0, 0, 1, 1];
    let rows = Rows::to_learn(tokens(10, &[0, 3, 5, 7], Some(mask)), Kind::Records, 5).unwrap();
    assert_eq!(rows.len(), 2, "the record without a target is left out");
    assert_eq!(rows.row(0, 0).unwrap().tokens, [0, 1, 2, 3, 4, 9]);
    assert_eq!(rows.row(1, 0).unwrap().is_target, [false, true, true, false, false, false]);
}

#[test]
fn documents_end_what_is_looked_at_where_that_is_asked_for() {
    let text = Rows::to_learn(tokens(11, &[0, 3, 4, 9], None), Kind::Text, 5).unwrap();
    assert_eq!(text.row(0, 0).unwrap().starts, None);
    let text = text.looking(Attention::WithinDocument).unwrap();
    let row = text.row(1, 0).unwrap();
    assert_eq!((row.tokens.as_slice(), row.starts), (&[5, 6, 7, 8, 9, 10][..], Some([4, 6].into())));
    assert_eq!(row.is_target, [true, true, true, true, false, true]);
    let records = Rows::to_learn(tokens(11, &[0, 3, 4, 9], None), Kind::Records, 6).unwrap();
    let row = records.looking(Attention::WithinDocument).unwrap().row(0, 0).unwrap();
    assert_eq!((row.tokens.as_slice(), row.starts), (&[0, 1, 2, 10, 10, 10, 10][..], Some([0, 3].into())));
    let batch = crate::engine::sampler::Batch::of(&[text.row(0, 0).unwrap(), text.row(1, 0).unwrap()], 5);
    let (numbers, places) = batch.documents.unwrap();
    assert_eq!(numbers, [1, 1, 1, 2, 3, 0, 0, 0, 0, 1]);
    assert_eq!(places, [0, 1, 2, 0, 0, 0, 1, 2, 3, 0]);
}

#[test]
fn texts_with_hidden_tokens_stay_whole_where_each_is_looked_at_alone() {
    let rows = Rows::to_learn(tokens(17, &[0, 3, 4, 9], None), Kind::Masked, 6).unwrap();
    let rows = rows.looking(Attention::WithinDocument).unwrap();
    let all: Vec<Row> = (0..rows.len()).map(|index| rows.row(index, 0).unwrap()).collect();
    let tokens: Vec<&[u32]> = all.iter().map(|row| row.tokens.as_slice()).collect();
    // The last is longer than a row and loses its end.
    assert_eq!(tokens, [&[0, 1, 2, 3, 16, 16], &[4, 5, 6, 7, 8, 16], &[9, 10, 11, 12, 13, 14]]);
    let starts = [[0, 3, 4].into(), [0, 5].into(), [0, 6].into()];
    assert_eq!(all.iter().map(|row| row.starts.clone().unwrap()).collect::<Vec<_>>(), starts);
    assert_eq!(all[0].is_target, [true, true, true, true, false, false]);
}

#[test]
fn a_split_shorter_than_a_row_is_refused() {
    assert!(Rows::to_learn(tokens(5, &[0], None), Kind::Text, 5).is_err());
    assert!(Rows::to_measure(tokens(1, &[0], None), Kind::Text, 5).is_err());
    assert!(Rows::to_learn(tokens(5, &[0], Some(vec![0; 5])), Kind::Records, 5).is_err());
}
