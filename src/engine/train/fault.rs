//! Where numbers first stop being numbers, once a step has come to none.

use crate::engine::model::{Declaration, Gradients, HostTensor, Parameters, parameters};

/// Returns in words which tensor tells where a step went wrong, or `None` where every tensor is finite.
///
/// A parameter that is not finite spoils all that comes after it: the first of them, as the network declares them, is named. Then
/// what a norm remembers of the batch: there the way forward came to numbers that are none. Otherwise it is a gradient: the backward pass comes to the last parameter first, so that one is named.
pub fn find(parameters: &Parameters, gradients: &Gradients, declarations: &[Declaration]) -> Option<String> {
    // An adapter's parameters are declared by no network; they stand behind all others, by name.
    let declared = |name: &str| declarations.iter().position(|one| one.name == name).unwrap_or(usize::MAX);
    let is_finite = |tensor: &HostTensor| tensor.values.iter().all(|value| value.is_finite());
    let broken = parameters.iter().filter(|(_, one)| !is_finite(&parameters::to_host(&one.values, &one.shape)));
    let first = broken.min_by_key(|(name, one)| (one.is_buffer, declared(name)));
    match first {
        Some((name, one)) if one.is_buffer => return Some(format!("what `{name}` remembers is not finite")),
        Some((name, _)) => return Some(format!("the parameter `{name}` is not finite")),
        None => {}
    }
    let mut broken: Vec<&String> = gradients
        .iter()
        .filter(|(_, gradient)| !is_finite(&parameters::to_host(gradient, &[])))
        .map(|(name, _)| name)
        .collect();
    broken.sort_by_key(|name| declared(name));
    let nearest = broken.last()?;
    Some(format!("the gradient of `{nearest}` is not finite, the first of {} of {}", broken.len(), gradients.len()))
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::*;
    use crate::engine::model::fixture;

    #[test]
    fn the_gradient_nearest_to_the_loss_is_named_and_a_parameter_before_it() {
        let device = Device::flex();
        let (network, mut parameters) = fixture::network(&fixture::llama(), &device);
        let declarations = network.declarations();
        let [first, last] = [&declarations[1].name, &declarations[declarations.len() - 1].name];
        let whole = || Tensor::<1>::from_floats([1.0, 2.0], &device);
        let broken = || Tensor::<1>::from_floats([1.0, f32::NAN], &device);
        let mut gradients: Gradients = declarations.iter().map(|one| (one.name.clone(), whole())).collect();
        assert_eq!(find(&parameters, &gradients, &declarations), None);
        gradients.insert(first.clone(), broken());
        gradients.insert(last.clone(), broken());
        let told = find(&parameters, &gradients, &declarations).unwrap();
        let n = declarations.len();
        assert_eq!(told, format!("the gradient of `{last}` is not finite, the first of 2 of {n}"));
        for (name, parameter) in parameters.trainable_mut() {
            if name == first || name == last {
                parameter.values = broken();
                parameter.shape = vec![2];
            }
        }
        let told = find(&parameters, &gradients, &declarations).unwrap();
        assert_eq!(told, format!("the parameter `{first}` is not finite"));
    }
}
