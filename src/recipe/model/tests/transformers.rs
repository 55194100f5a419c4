//! Encoders, towers and decoders of patches: the names of what stands in them.

use super::*;

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
