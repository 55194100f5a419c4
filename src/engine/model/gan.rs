//! A generator of pictures and its critic (Radford et al. 2016), the critic's weights divided by their largest singular value (Miyato et al. 2018).
//!
//! | parameter | shape | what it is |
//! |---|---|---|
//! | `generator.0.weight` | `[Z, 2 K, H / 4, W / 4]` | from random numbers to small pictures, transposed convolution |
//! | `generator.1.*`, `generator.4.*` | `[2 K]`, `[K]` | batch norms |
//! | `generator.3.weight` | `[2 K, K, 4, 4]` | twice as large |
//! | `generator.6.{weight,bias}` | `[K, C, 4, 4]`, `[C]` | twice as large again, and a hyperbolic tangent |
//! | `critic.0.{weight_orig,bias}` | `[K, C, 4, 4]`, `[K]` | half as large |
//! | `critic.2.{weight_orig,bias}` | `[2 K, K, 4, 4]`, `[2 K]` | half as large again |
//! | `critic.5.{weight_orig,bias}` | `[1, 2 K H W / 16]`, `[1]` | how real it looks |
//!
//! Each layer of the critic has the buffer `weight_u`, which follows the first left singular vector by one step of power iteration a pass.
//! All start from a normal distribution of deviation 0.02, norms around 1.
//!
//! Legend: B batch, Z latent, C channels of pictures, H height, W width, K channels within.

use crate::engine::model::cnn::picture;
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::pass::Pass;
use crate::engine::value::Value;
use crate::recipe::model::Gan;

/// What the names of the generator's parameters begin with.
pub const GENERATOR: &str = "generator.";

/// What the names of the critic's parameters begin with.
pub const CRITIC: &str = "critic.";

const INIT: Init = Init::Normal(0.02);

/// Returns the parameters of both networks.
pub fn declarations(shape: &Gan) -> Vec<Declaration> {
    let [channels, height, width] = picture(&shape.input);
    let [latent, within] = [shape.latent, shape.channels].map(|n| n as usize);
    let generator = |part: &str| format!("{GENERATOR}{part}");
    let mut all = vec![
        Declaration::new(generator("0.weight"), &[latent, 2 * within, height / 4, width / 4], INIT),
        Declaration::new(generator("3.weight"), &[2 * within, within, 4, 4], INIT),
        Declaration::new(generator("6.weight"), &[within, channels, 4, 4], INIT),
        Declaration::new(generator("6.bias"), &[channels], Init::Zeros),
    ];
    all.extend(Declaration::batch_norm(&generator("1"), 2 * within));
    all.extend(Declaration::batch_norm(&generator("4"), within));
    for (number, shape) in [
        (0, vec![within, channels, 4, 4]),
        (2, vec![2 * within, within, 4, 4]),
        (5, vec![1, 2 * within * (height / 4) * (width / 4)]),
    ] {
        let name = |part: &str| format!("{CRITIC}{number}.{part}");
        all.push(Declaration::new(name("weight_orig"), &shape, INIT));
        all.push(Declaration::new(name("bias"), &shape[..1], Init::Zeros));
        all.push(Declaration::buffer(name("weight_u"), &shape[..1], Init::Normal(1.0)));
    }
    all
}

/// Makes pictures of random numbers.
///
/// # Shapes
/// - noise: `[B, Z]` -> `[B, C, H, W]`, between -1 and 1
pub fn generate(pass: &Pass, noise_BZ: &Value) -> Value {
    let shape = noise_BZ.shape();
    let weight = |number: u32| pass.get(&format!("{GENERATOR}{number}.weight"));
    let noise = noise_BZ.reshape(&[shape[0], shape[1], 1, 1]);
    let small = pass.batch_norm(&format!("{GENERATOR}1"), &noise.conv_transpose2d(weight(0), None, 1, 0)).relu();
    let middle = pass.batch_norm(&format!("{GENERATOR}4"), &small.conv_transpose2d(weight(3), None, 2, 1)).relu();
    middle.conv_transpose2d(weight(6), Some(pass.get(&format!("{GENERATOR}6.bias"))), 2, 1).tanh()
}

/// Tells how real pictures look, without a bound.
///
/// # Shapes
/// - pictures: `[B, C, H, W]` -> `[B]`
pub fn judge(pass: &Pass, pictures: &Value) -> Value {
    let bias = |number: u32| pass.get(&format!("{CRITIC}{number}.bias"));
    let first = pictures.conv2d(&normed(pass, 0), Some(bias(0)), 2, 1).leaky_relu(0.2);
    let second = first.conv2d(&normed(pass, 2), Some(bias(2)), 2, 1).leaky_relu(0.2);
    let batch = pictures.shape()[0];
    let row = second.reshape(&[batch, second.shape()[1..].iter().product()]);
    row.linear(&normed(pass, 5), Some(bias(5))).reshape(&[batch])
}

/// Returns the weights of a layer divided by their largest singular value, as one step of power iteration finds it while the network
/// learns; no gradient goes through the vectors.
fn normed(pass: &Pass, number: u32) -> Value {
    let weight = pass.get(&format!("{CRITIC}{number}.weight_orig"));
    let name = format!("{CRITIC}{number}.weight_u");
    let shape = weight.shape();
    let matrix = weight.reshape(&[shape[0], shape[1..].iter().product()]);
    let off_tape = matrix.detach();
    let unit = |vector: &Value| vector / &((vector.square().sum()).sqrt() + 1e-12).reshape(&[1, 1]);
    let mut left = pass.newest(&name).detach().reshape(&[1, shape[0]]);
    let mut right = unit(&left.times(&off_tape));
    if pass.is_learning() {
        left = unit(&right.linear(&off_tape, None));
        pass.update(name, left.reshape(&[shape[0]]));
    } else {
        right = unit(&left.times(&off_tape));
    }
    let largest = left.times(&matrix).times(&right.swap(0, 1)).reshape(&[1]);
    weight / &largest
}
