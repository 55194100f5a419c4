//! Trainings that run away: what is told of them, and what is left.

use super::*;
use crate::engine::checkpoint::load_newest;
use crate::engine::model::HostTensor;
use crate::engine::model::weights;
use crate::recipe::objective::Adversarial;
use crate::record::FailureClass;

/// Returns what went wrong, with its hint.
fn told(setting: &Setting<'_>, folder: &Path) -> (EngineError, String) {
    let error = run(setting, folder, &mut Heard::default()).unwrap_err();
    assert_eq!(error.class(), FailureClass::Work);
    let hint = crate::error::Explain::hint(&error).unwrap();
    (error, hint)
}

/// Returns a generator and its critic, and the settings of a training of the two.
fn two(objective: Adversarial) -> Setting<'static> {
    let gan = fixture::all(0.0).into_iter().find(|one| matches!(one, Architecture::Gan(_))).unwrap();
    let train = Train { objective: Objective::Adversarial(objective), batch_tokens: 8, ..config(3) };
    of(gan, DeviceChoice::Flex, train)
}

#[test]
fn of_a_generator_and_its_critic_it_is_told_whose_turn_it_was_and_which_parameter_began() {
    let folder = tempfile::tempdir().unwrap();
    // So large a step that no parameter of the critic is a number behind it: the generator is the first to see that.
    let away = two(Adversarial { critic_rate: 1e60, ..Adversarial::default() });
    let (error, hint) = told(&away, folder.path());
    let said = error.to_string();
    assert!(said.starts_with("the training diverged at step 1: the loss of the generator is "), "{said}");
    assert!(said.contains("(the parameter `critic.0.") && said.ends_with(", with no checkpoint before it"), "{said}");
    assert!(hint.contains("`critic-rate`"), "{hint}");
    // A generator with a hole in it makes pictures of none, which the critic is the first to read.
    let mut setting = two(Adversarial::default());
    let device = device::open(DeviceChoice::Flex, 1).unwrap();
    let network = Network::of(&setting.architecture, VOCAB, Head::None, &device);
    let mut tensors: std::collections::BTreeMap<String, HostTensor> =
        network.declarations().into_iter().map(|own| (own.name.clone(), own.draw(1))).collect();
    tensors.get_mut("generator.3.weight").unwrap().values[5] = f32::NAN;
    let weights = weights::write(&tensors);
    setting.base = Some(Base { head: Head::None, ..Base::of(&weights) });
    let said = told(&setting, folder.path()).0.to_string();
    let expected =
        "step 1: the loss of the critic is NaN (the parameter `generator.3.weight` is not finite), with no checkpoint";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_checkpoint_of_what_is_no_number_takes_the_place_of_no_good_one() {
    for choice in [DeviceChoice::Flex, DeviceChoice::Cpu] {
        let folder = tempfile::tempdir().unwrap();
        let each = Checkpointing { every_steps: 1, keep: 1 };
        let good = Train { checkpoint: each.clone(), ..config(2) };
        finish(&on(choice, good), folder.path(), &mut Heard::default());
        assert_eq!(checkpoint::steps(folder.path()), [2]);
        // The loss of the third step is as it should be; what the step leaves is not.
        let wild = Train { checkpoint: each, optimizer: adamw(1e60, 1.0), ..config(9) };
        let (error, _) = told(&on(choice, wild), folder.path());
        let said = error.to_string();
        assert!(said.starts_with("the training diverged at step 3: ") && said.contains("(the parameter `"), "{said}");
        assert!(said.ends_with("; the last good checkpoint is step 2"), "{said}");
        assert_eq!(checkpoint::steps(folder.path()), [2], "it stays");
        let (loaded, passed_over) = load_newest(folder.path(), Digest::of(b"test"));
        let model = loaded.unwrap().model;
        assert!(passed_over.is_empty() && model.values().all(|own| own.values.iter().all(|value| value.is_finite())));
    }
}

#[test]
fn buffers_are_as_they_were_before_a_step_that_went_wrong() {
    let device = device::open(DeviceChoice::Flex, 1).unwrap();
    let residual = fixture::all(0.0).into_iter().rfind(|one| matches!(one, Architecture::Cnn(_))).unwrap();
    let objective = Objective::Classification(fixture::classification());
    let head = Head::of(&objective, &residual);
    let (network, parameters) = fixture::with_parameters(Network::of(&residual, VOCAB, head, &device));
    let kept: Vec<Vec<f32>> = parameters.buffers().values().map(|own| own.try_to_vec_as::<f32>().unwrap()).collect();
    assert!(!kept.is_empty());
    let mut broken = parameters.clone();
    let (name, mut first) = broken.iter().next().map(|(name, own)| (name.clone(), own.clone())).unwrap();
    first.values = first.values * f32::INFINITY;
    broken.put(name, first);
    let told = fault::find(&broken, &Gradients::new(), &network.declarations()).unwrap();
    assert!(told.starts_with("the parameter `"), "{told}");
    // Where every parameter is a number, what a norm has seen tells where the way forward went wrong.
    let mut spoiled = parameters.clone();
    let ruined = spoiled.buffers().into_iter().map(|(name, own)| (name, own * f32::NAN)).collect();
    spoiled.update(ruined);
    let told = fault::find(&spoiled, &Gradients::new(), &network.declarations()).unwrap();
    assert_eq!(told, "what `stem_norm.running_mean` remembers is not finite");
    spoiled.update(parameters.buffers());
    let restored: Vec<Vec<f32>> = spoiled.buffers().values().map(|own| own.try_to_vec_as::<f32>().unwrap()).collect();
    assert_eq!(restored, kept);
}
