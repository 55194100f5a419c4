//! Every network against what was published of it, and its parameters by name.

use super::*;
use crate::recipe::classification::{Attention, Pool};
use crate::recipe::objective::{Corruption, Decoder};

/// A head over some classes.
fn classes(n: usize) -> Head {
    let (attention, pool) = (Attention::default(), Pool::default());
    let classes = (0..n).map(|n| n.to_string()).collect();
    Head::Classes(Classification { classes, attention, pool, class_weights: None, label_smoothing: 0.0, dropout: 0.0 })
}

fn gpt(layers: u32, width: u32, heads: u32, context: u32) -> Gpt2 {
    let mlp_width = 4 * width;
    Gpt2 { layers, width, heads, mlp_width, context, norm_epsilon: 1e-5, tie_embeddings: true, dropout: 0.0 }
}

fn vit(input: [u32; 3], patch: u32, layers: u32, width: u32, heads: u32) -> Vit {
    let mlp_width = 4 * width;
    Vit { input: input.to_vec(), patch, layers, width, heads, mlp_width, norm_epsilon: Vit::NORM_EPSILON, dropout: 0.0 }
}

fn cnn(input: [u32; 3], block: cnn::Block, channels: &[u32], depth: u32, dense: &[u32]) -> Architecture {
    Architecture::Cnn(Cnn {
        input: input.to_vec(),
        block,
        channels: channels.to_vec(),
        depth,
        kernel: 3,
        dense: dense.to_vec(),
        activation: Activation::Relu,
        dropout: 0.0,
    })
}

fn recurrent(tie_embeddings: bool) -> Recurrent {
    Recurrent { layers: 2, width: 650, embedding_width: 650, context: 35, dropout: 0.5, tie_embeddings }
}

#[test]
fn published_decoders_and_encoders_have_their_published_sizes() {
    let parameters = |shape: Gpt2| Architecture::Gpt2(shape).parameters(50_257);
    assert_eq!(parameters(gpt(12, 768, 12, 1024)), 124_439_808, "GPT-2 small");
    assert_eq!(parameters(gpt(48, 1600, 25, 1024)), 1_557_611_200, "GPT-2 XL");
    let largest = parameters(gpt(96, 12_288, 96, 2048));
    assert_eq!(largest, 174_604_259_328);
    assert!((largest as f64 / 175e9 - 1.0).abs() < 0.02, "GPT-3 is said to have 175 billion");
    let bert = Architecture::Bert(Bert {
        layers: 12,
        width: 768,
        heads: 12,
        mlp_width: 3072,
        context: 512,
        norm_epsilon: 1e-12,
        dropout: 0.1,
    });
    assert_eq!(bert.parameters(30_522), 109_514_298, "`BertForMaskedLM` of `bert-base-uncased`");
    assert_eq!(bert.parameters_with(30_522, &classes(2)), 109_483_778, "`BertForSequenceClassification` of the same");
}

#[test]
fn published_networks_of_pictures_have_their_published_sizes() {
    let base = Architecture::Vit(vit([3, 224, 224], 16, 12, 768, 12));
    assert_eq!(base.parameters_with(0, &classes(1000)), 86_567_656, "ViT-B/16");
    let clip = Architecture::Clip(Clip {
        image: vit([3, 224, 224], 32, 12, 768, 12),
        text: ClipText { layers: 12, width: 512, heads: 8, mlp_width: 2048, context: 77 },
        projection: 512,
    });
    assert_eq!(clip.parameters(49_408), 151_277_313, "CLIP ViT-B/32");
    let resnet = cnn([3, 32, 32], cnn::Block::Residual, &[16, 32, 64], 3, &[]);
    assert_eq!(resnet.parameters_with(0, &classes(10)), 272_474, "ResNet-20 of CIFAR-10 with projections (option B)");
    let mlp = Architecture::Mlp(Mlp {
        input: vec![1, 28, 28],
        hidden: vec![300, 100],
        activation: Activation::Tanh,
        dropout: 0.0,
    });
    assert_eq!(mlp.parameters_with(0, &classes(10)), 266_610, "LeNet-300-100");
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
fn an_output_layer_of_its_own_costs_another_embedding() {
    let mut shape = gpt(2, 16, 2, 8);
    let tied = Architecture::Gpt2(shape.clone()).parameters(300);
    shape.tie_embeddings = false;
    let untied = Architecture::Gpt2(shape);
    assert_eq!(untied.parameters(300), tied + 300 * 16);
    assert_eq!(untied.parameters_with(300, &classes(4)), tied + 4 * 16, "a classifier writes nothing");
}

/// Returns every name with its shape, one a line.
fn listed(architecture: &Architecture, vocab_size: u32, head: &Head) -> String {
    let mut lines = Vec::new();
    for tensor in architecture.tensors(vocab_size, head) {
        let shape: Vec<String> = tensor.shape.iter().map(u64::to_string).collect();
        let buffer = if tensor.is_buffer { " buffer" } else { "" };
        lines.extend(tensor.names().map(|name| format!("{name} [{}]{buffer}", shape.join(", "))));
    }
    lines.join("\n")
}

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

#[test]
fn a_painter_has_a_decoder_of_its_own() {
    let network = Architecture::Vit(vit([1, 4, 6], 2, 1, 8, 2));
    let decoder = Decoder { layers: 1, width: 4, heads: 2 };
    insta::assert_snapshot!(listed(&network, 0, &Head::Decoder { decoder, corruption: Corruption::Mask { share: 0.75 } }), @r#"
    vit.embeddings.cls_token [1, 1, 8]
    vit.embeddings.position_embeddings [1, 7, 8]
    vit.embeddings.patch_embeddings.projection.weight [8, 1, 2, 2]
    vit.embeddings.patch_embeddings.projection.bias [8]
    vit.encoder.layer.0.attention.attention.query.weight [8, 8]
    vit.encoder.layer.0.attention.attention.query.bias [8]
    vit.encoder.layer.0.attention.attention.key.weight [8, 8]
    vit.encoder.layer.0.attention.attention.key.bias [8]
    vit.encoder.layer.0.attention.attention.value.weight [8, 8]
    vit.encoder.layer.0.attention.attention.value.bias [8]
    vit.encoder.layer.0.attention.output.dense.weight [8, 8]
    vit.encoder.layer.0.attention.output.dense.bias [8]
    vit.encoder.layer.0.intermediate.dense.weight [32, 8]
    vit.encoder.layer.0.intermediate.dense.bias [32]
    vit.encoder.layer.0.output.dense.weight [8, 32]
    vit.encoder.layer.0.output.dense.bias [8]
    vit.encoder.layer.0.layernorm_before.weight [8]
    vit.encoder.layer.0.layernorm_before.bias [8]
    vit.encoder.layer.0.layernorm_after.weight [8]
    vit.encoder.layer.0.layernorm_after.bias [8]
    vit.layernorm.weight [8]
    vit.layernorm.bias [8]
    decoder.decoder_embed.weight [4, 8]
    decoder.decoder_embed.bias [4]
    decoder.mask_token [1, 1, 4]
    decoder.decoder_pos_embed [1, 7, 4]
    decoder.decoder_layers.0.attention.attention.query.weight [4, 4]
    decoder.decoder_layers.0.attention.attention.query.bias [4]
    decoder.decoder_layers.0.attention.attention.key.weight [4, 4]
    decoder.decoder_layers.0.attention.attention.key.bias [4]
    decoder.decoder_layers.0.attention.attention.value.weight [4, 4]
    decoder.decoder_layers.0.attention.attention.value.bias [4]
    decoder.decoder_layers.0.attention.output.dense.weight [4, 4]
    decoder.decoder_layers.0.attention.output.dense.bias [4]
    decoder.decoder_layers.0.intermediate.dense.weight [16, 4]
    decoder.decoder_layers.0.intermediate.dense.bias [16]
    decoder.decoder_layers.0.output.dense.weight [4, 16]
    decoder.decoder_layers.0.output.dense.bias [4]
    decoder.decoder_layers.0.layernorm_before.weight [4]
    decoder.decoder_layers.0.layernorm_before.bias [4]
    decoder.decoder_layers.0.layernorm_after.weight [4]
    decoder.decoder_layers.0.layernorm_after.bias [4]
    decoder.decoder_norm.weight [4]
    decoder.decoder_norm.bias [4]
    decoder.decoder_pred.weight [4, 4]
    decoder.decoder_pred.bias [4]
    "#);
}

#[test]
fn encoders_and_towers_are_called_as_elsewhere() {
    let bert = Architecture::Bert(Bert {
        layers: 1,
        width: 4,
        heads: 2,
        mlp_width: 8,
        context: 6,
        norm_epsilon: 1e-12,
        dropout: 0.0,
    });
    insta::assert_snapshot!(listed(&bert, 9, &Head::Language), @r#"
    bert.embeddings.word_embeddings.weight [9, 4]
    bert.embeddings.position_embeddings.weight [6, 4]
    bert.embeddings.token_type_embeddings.weight [2, 4]
    bert.embeddings.LayerNorm.weight [4]
    bert.embeddings.LayerNorm.bias [4]
    bert.encoder.layer.0.attention.self.query.weight [4, 4]
    bert.encoder.layer.0.attention.self.query.bias [4]
    bert.encoder.layer.0.attention.self.key.weight [4, 4]
    bert.encoder.layer.0.attention.self.key.bias [4]
    bert.encoder.layer.0.attention.self.value.weight [4, 4]
    bert.encoder.layer.0.attention.self.value.bias [4]
    bert.encoder.layer.0.attention.output.dense.weight [4, 4]
    bert.encoder.layer.0.attention.output.dense.bias [4]
    bert.encoder.layer.0.intermediate.dense.weight [8, 4]
    bert.encoder.layer.0.intermediate.dense.bias [8]
    bert.encoder.layer.0.output.dense.weight [4, 8]
    bert.encoder.layer.0.output.dense.bias [4]
    bert.encoder.layer.0.attention.output.LayerNorm.weight [4]
    bert.encoder.layer.0.attention.output.LayerNorm.bias [4]
    bert.encoder.layer.0.output.LayerNorm.weight [4]
    bert.encoder.layer.0.output.LayerNorm.bias [4]
    cls.predictions.transform.dense.weight [4, 4]
    cls.predictions.transform.dense.bias [4]
    cls.predictions.transform.LayerNorm.weight [4]
    cls.predictions.transform.LayerNorm.bias [4]
    cls.predictions.bias [9]
    "#);
    let towers = Architecture::Clip(Clip {
        image: vit([1, 4, 4], 2, 1, 4, 2),
        text: ClipText { layers: 1, width: 6, heads: 2, mlp_width: 8, context: 5 },
        projection: 3,
    });
    insta::assert_snapshot!(listed(&towers, 9, &Head::None), @r#"
    vision_model.embeddings.class_embedding [4]
    vision_model.embeddings.patch_embedding.weight [4, 1, 2, 2]
    vision_model.embeddings.position_embedding.weight [5, 4]
    vision_model.pre_layrnorm.weight [4]
    vision_model.pre_layrnorm.bias [4]
    vision_model.encoder.layers.0.self_attn.q_proj.weight [4, 4]
    vision_model.encoder.layers.0.self_attn.q_proj.bias [4]
    vision_model.encoder.layers.0.self_attn.k_proj.weight [4, 4]
    vision_model.encoder.layers.0.self_attn.k_proj.bias [4]
    vision_model.encoder.layers.0.self_attn.v_proj.weight [4, 4]
    vision_model.encoder.layers.0.self_attn.v_proj.bias [4]
    vision_model.encoder.layers.0.self_attn.out_proj.weight [4, 4]
    vision_model.encoder.layers.0.self_attn.out_proj.bias [4]
    vision_model.encoder.layers.0.mlp.fc1.weight [16, 4]
    vision_model.encoder.layers.0.mlp.fc1.bias [16]
    vision_model.encoder.layers.0.mlp.fc2.weight [4, 16]
    vision_model.encoder.layers.0.mlp.fc2.bias [4]
    vision_model.encoder.layers.0.layer_norm1.weight [4]
    vision_model.encoder.layers.0.layer_norm1.bias [4]
    vision_model.encoder.layers.0.layer_norm2.weight [4]
    vision_model.encoder.layers.0.layer_norm2.bias [4]
    vision_model.post_layernorm.weight [4]
    vision_model.post_layernorm.bias [4]
    text_model.embeddings.token_embedding.weight [9, 6]
    text_model.embeddings.position_embedding.weight [5, 6]
    text_model.encoder.layers.0.self_attn.q_proj.weight [6, 6]
    text_model.encoder.layers.0.self_attn.q_proj.bias [6]
    text_model.encoder.layers.0.self_attn.k_proj.weight [6, 6]
    text_model.encoder.layers.0.self_attn.k_proj.bias [6]
    text_model.encoder.layers.0.self_attn.v_proj.weight [6, 6]
    text_model.encoder.layers.0.self_attn.v_proj.bias [6]
    text_model.encoder.layers.0.self_attn.out_proj.weight [6, 6]
    text_model.encoder.layers.0.self_attn.out_proj.bias [6]
    text_model.encoder.layers.0.mlp.fc1.weight [8, 6]
    text_model.encoder.layers.0.mlp.fc1.bias [8]
    text_model.encoder.layers.0.mlp.fc2.weight [6, 8]
    text_model.encoder.layers.0.mlp.fc2.bias [6]
    text_model.encoder.layers.0.layer_norm1.weight [6]
    text_model.encoder.layers.0.layer_norm1.bias [6]
    text_model.encoder.layers.0.layer_norm2.weight [6]
    text_model.encoder.layers.0.layer_norm2.bias [6]
    text_model.final_layer_norm.weight [6]
    text_model.final_layer_norm.bias [6]
    visual_projection.weight [3, 4]
    text_projection.weight [3, 6]
    logit_scale []
    "#);
}

#[test]
fn what_makes_pictures_and_codes_goes_there_and_back() {
    let forger = Architecture::Gan(Gan { input: vec![1, 8, 12], latent: 5, channels: 2 });
    insta::assert_snapshot!(listed(&forger, 0, &Head::None), @r#"
    generator.0.weight [5, 4, 2, 3]
    generator.1.weight [4]
    generator.1.bias [4]
    generator.1.running_mean [4] buffer
    generator.1.running_var [4] buffer
    generator.3.weight [4, 2, 4, 4]
    generator.4.weight [2]
    generator.4.bias [2]
    generator.4.running_mean [2] buffer
    generator.4.running_var [2] buffer
    generator.6.weight [2, 1, 4, 4]
    generator.6.bias [1]
    critic.0.weight_orig [2, 1, 4, 4]
    critic.0.bias [2]
    critic.0.weight_u [2] buffer
    critic.2.weight_orig [4, 2, 4, 4]
    critic.2.bias [4]
    critic.2.weight_u [4] buffer
    critic.5.weight_orig [1, 24]
    critic.5.bias [1]
    critic.5.weight_u [1] buffer
    "#);
    let codes = Architecture::Autoencoder(Autoencoder {
        input: vec![1, 2, 3],
        hidden: vec![5],
        code: 2,
        activation: Activation::Relu,
    });
    insta::assert_snapshot!(listed(&codes, 0, &Head::None), @r#"
    encoder.0.weight [5, 6]
    encoder.0.bias [5]
    encoder.1.weight [2, 5]
    encoder.1.bias [2]
    decoder.0.weight [5, 2]
    decoder.0.bias [5]
    decoder.1.weight [6, 5]
    decoder.1.bias [6]
    "#);
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
