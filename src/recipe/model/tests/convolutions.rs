//! Convolutional networks: the names of what stands in their blocks.

use super::*;

#[test]
fn residual_blocks_have_a_shortcut_where_the_shape_changes() {
    let network = cnn([1, 5, 4], cnn::Block::Residual, &[2, 3], 2, &[4]);
    insta::assert_snapshot!(listed(&network, 0, &classes(2)), @r#"
    stem.weight [2, 1, 3, 3]
    stem_norm.weight [2]
    stem_norm.bias [2]
    stem_norm.running_mean [2] buffer
    stem_norm.running_var [2] buffer
    stages.0.0.conv1.weight [2, 2, 3, 3]
    stages.0.0.norm1.weight [2]
    stages.0.0.norm1.bias [2]
    stages.0.0.norm1.running_mean [2] buffer
    stages.0.0.norm1.running_var [2] buffer
    stages.0.0.conv2.weight [2, 2, 3, 3]
    stages.0.0.norm2.weight [2]
    stages.0.0.norm2.bias [2]
    stages.0.0.norm2.running_mean [2] buffer
    stages.0.0.norm2.running_var [2] buffer
    stages.0.1.conv1.weight [2, 2, 3, 3]
    stages.0.1.norm1.weight [2]
    stages.0.1.norm1.bias [2]
    stages.0.1.norm1.running_mean [2] buffer
    stages.0.1.norm1.running_var [2] buffer
    stages.0.1.conv2.weight [2, 2, 3, 3]
    stages.0.1.norm2.weight [2]
    stages.0.1.norm2.bias [2]
    stages.0.1.norm2.running_mean [2] buffer
    stages.0.1.norm2.running_var [2] buffer
    stages.1.0.conv1.weight [3, 2, 3, 3]
    stages.1.0.norm1.weight [3]
    stages.1.0.norm1.bias [3]
    stages.1.0.norm1.running_mean [3] buffer
    stages.1.0.norm1.running_var [3] buffer
    stages.1.0.conv2.weight [3, 3, 3, 3]
    stages.1.0.norm2.weight [3]
    stages.1.0.norm2.bias [3]
    stages.1.0.norm2.running_mean [3] buffer
    stages.1.0.norm2.running_var [3] buffer
    stages.1.0.shortcut.weight [3, 2, 1, 1]
    stages.1.0.shortcut_norm.weight [3]
    stages.1.0.shortcut_norm.bias [3]
    stages.1.0.shortcut_norm.running_mean [3] buffer
    stages.1.0.shortcut_norm.running_var [3] buffer
    stages.1.1.conv1.weight [3, 3, 3, 3]
    stages.1.1.norm1.weight [3]
    stages.1.1.norm1.bias [3]
    stages.1.1.norm1.running_mean [3] buffer
    stages.1.1.norm1.running_var [3] buffer
    stages.1.1.conv2.weight [3, 3, 3, 3]
    stages.1.1.norm2.weight [3]
    stages.1.1.norm2.bias [3]
    stages.1.1.norm2.running_mean [3] buffer
    stages.1.1.norm2.running_var [3] buffer
    dense.0.weight [4, 18]
    dense.0.bias [4]
    classifier.weight [2, 4]
    classifier.bias [2]
    "#);
}

#[test]
fn plain_blocks_end_in_a_pool_and_dense_layers_read_every_place() {
    let network = cnn([3, 9, 8], cnn::Block::Plain, &[4, 6], 2, &[5]);
    insta::assert_snapshot!(listed(&network, 0, &Head::Projection { width: 7 }), @r#"
    stages.0.0.weight [4, 3, 3, 3]
    stages.0.0.bias [4]
    stages.0.1.weight [4, 4, 3, 3]
    stages.0.1.bias [4]
    stages.1.0.weight [6, 4, 3, 3]
    stages.1.0.bias [6]
    stages.1.1.weight [6, 6, 3, 3]
    stages.1.1.bias [6]
    dense.0.weight [5, 24]
    dense.0.bias [5]
    projection.0.weight [7, 5]
    projection.0.bias [7]
    projection.2.weight [7, 7]
    projection.2.bias [7]
    "#);
}
