//! Networks that make pictures: the names of what stands in both of their parts.

use super::*;

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
