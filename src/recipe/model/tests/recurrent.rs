//! Recurrent networks: their sizes, and the names of their matrices.

use super::*;

fn recurrent(tie_embeddings: bool) -> Recurrent {
    Recurrent { layers: 2, width: 650, embedding_width: 650, context: 35, dropout: 0.5, tie_embeddings }
}

#[test]
fn recurrent_networks_are_as_large_as_pytorchs() {
    // The medium model of Zaremba et al. 2014: 19.8 million, two biases a layer.
    assert_eq!(Architecture::Lstm(recurrent(false)).parameters(10_000), 2 * 6_500_000 + 2 * 4 * 650 * (650 + 650 + 2));
    assert_eq!(Architecture::Lstm(recurrent(true)).parameters(10_000), 6_500_000 + 2 * 4 * 650 * (650 + 650 + 2));
    assert_eq!(Architecture::Gru(recurrent(true)).parameters(10_000), 6_500_000 + 2 * 3 * 650 * (650 + 650 + 2));
    assert_eq!(
        Architecture::Rnn(recurrent(true)).parameters_with(10_000, &classes(3)),
        6_500_000 + 2 * 650 * 1302 + 3 * 650
    );
}

#[test]
fn cells_have_a_matrix_for_what_is_read_and_one_for_what_was() {
    let shape = Recurrent { layers: 2, width: 3, embedding_width: 2, context: 4, dropout: 0.0, tie_embeddings: false };
    insta::assert_snapshot!(listed(&Architecture::Gru(shape), 9, &Head::Language), @r#"
    embedding.weight [9, 2]
    rnn.weight_ih_l0 [9, 2]
    rnn.weight_hh_l0 [9, 3]
    rnn.bias_ih_l0 [9]
    rnn.bias_hh_l0 [9]
    rnn.weight_ih_l1 [9, 3]
    rnn.weight_hh_l1 [9, 3]
    rnn.bias_ih_l1 [9]
    rnn.bias_hh_l1 [9]
    lm_head.weight [9, 3]
    "#);
}
