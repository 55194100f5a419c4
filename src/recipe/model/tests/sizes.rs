//! Networks are as large as what was published.

use super::*;

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
    let Head::Classes(own) = classes(2) else { unreachable!("made so") };
    let pooled = Head::Classes(Classification { pool: Pool::First, ..own });
    assert_eq!(bert.parameters_with(30_522, &classes(2)) + 768 * 768 + 768, 109_483_778, "without its pooler");
    assert_eq!(bert.parameters_with(30_522, &pooled), 109_483_778, "`BertForSequenceClassification` of the same");
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
fn an_output_layer_of_its_own_costs_another_embedding() {
    let mut shape = gpt(2, 16, 2, 8);
    let tied = Architecture::Gpt2(shape.clone()).parameters(300);
    shape.tie_embeddings = false;
    let untied = Architecture::Gpt2(shape);
    assert_eq!(untied.parameters(300), tied + 300 * 16);
    assert_eq!(untied.parameters_with(300, &classes(4)), tied + 4 * 16, "a classifier writes nothing");
}
