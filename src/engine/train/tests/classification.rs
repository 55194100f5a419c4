//! Tests of whole classifiers: golden losses, resumption bit for bit, agreement of the backends, heads and adapters.

use super::*;
use crate::engine::classify::classify;
use crate::engine::model::head::LANGUAGE_HEAD;
use crate::recipe::head::Head;

const SCORE: &str = "score.weight";

use crate::engine::model::weights;
use crate::engine::objective::Told;
use crate::recipe::classification::{Attention, Classification, Pool};

const CLASSES: [&str; 3] = ["finance", "realty", "stocks"];

fn classification(attention: Attention, pool: Pool) -> Classification {
    let classes = CLASSES.map(str::to_owned).to_vec();
    Classification { classes, attention, pool, class_weights: None, label_smoothing: 0.1, dropout: 0.2 }
}

/// Records whose class is told by one of their tokens, the end token 0 behind them; some are longer than the context.
pub(super) fn labelled(name: &str, n: usize) -> Tokens {
    let mut rng = seed::stream(5, name);
    let (mut tokens, mut starts, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        starts.push(tokens.len() as u64);
        let (length, class) = (2 + seed::below(&mut rng, 20), seed::below(&mut rng, CLASSES.len()));
        let place = seed::below(&mut rng, length.min(15));
        let token = |i| if i == place { 1 + class as u32 } else { 4 + seed::below(&mut rng, 27) as u32 };
        tokens.extend((0..length).map(token));
        tokens.push(0);
        labels.push(class as u32);
    }
    crate::engine::tokens::tests::labelled(name, &tokens, &starts, &labels)
}

fn setting(architecture: Architecture, choice: DeviceChoice, steps: u64) -> Setting<'static> {
    let classification = classification(Attention::default(), Pool::default());
    let objective = Objective::Classification(classification);
    of(architecture, choice, Train { objective, ..config(steps) })
}

#[test]
fn golden_losses_of_classifiers_hold_on_flex() {
    let golden = [
        (fixture::llama(), [1.0939815044, 1.0791078806, 1.1084954739, 0.9962508678]),
        (fixture::gpt2(), [1.0919022560, 1.1149131656, 1.1175904274, 1.1087955832]),
    ];
    for (architecture, golden) in golden {
        let mut heard = Heard::default();
        finish(&setting(architecture, DeviceChoice::Flex, 4), tempfile::tempdir().unwrap().path(), &mut heard);
        let losses = heard.losses("train/loss");
        for (loss, golden) in losses.iter().zip(golden) {
            assert!((loss / golden - 1.0).abs() < 1e-5, "{losses:?}");
        }
    }
}

#[test]
fn a_resumed_classifier_equals_one_that_never_stopped() {
    for architecture in fixture::architectures() {
        for choice in [DeviceChoice::Flex, DeviceChoice::Cpu] {
            resumes_bit_for_bit(&setting(architecture.clone(), choice, 9));
        }
    }
}

#[test]
fn a_classifier_learns_and_tells_how_well() {
    for architecture in fixture::architectures() {
        let mut heard = Heard::default();
        let setting = setting(architecture, DeviceChoice::Cpu, 90);
        let trained = finish(&setting, tempfile::tempdir().unwrap().path(), &mut heard);
        let (train, validation) = (heard.losses("train/accuracy"), heard.losses("validation/accuracy"));
        assert!(validation[0] < 0.6 && *validation.last().unwrap() > 0.9, "{validation:?}");
        assert_eq!((train.len(), heard.losses("validation/loss").len()), (90, validation.len()));
        assert!(trained.report.validation_accuracy.unwrap() > 0.9);
        assert_eq!(trained.report.classes, CLASSES);
    }
}

/// Returns the batch of some records of different lengths.
fn batch() -> Batch {
    let rows = Rows::to_learn(labelled("a", 5), Kind::Labelled, 16).unwrap();
    Batch::of_records(&(0..5).map(|index| rows.row(index, 0).unwrap()).collect::<Vec<_>>())
}

fn told(architecture: &Architecture, own: &Classification, choice: DeviceChoice) -> Told {
    let device = device::open(choice, 2).unwrap();
    let (network, parameters) = fixture::classifier(architecture, own, &device);
    let (batch, objective) = (batch(), Objective::Classification(own.clone()));
    let task = Task { network: &network, objective: &objective, guide: None, class_weights: None };
    task.loss_and_gradients(&parameters, &batch, 7, batch.n_targets(), None)
}

#[test]
fn the_backends_agree_on_the_loss_and_every_gradient_of_a_classifier() {
    for architecture in fixture::architectures() {
        for attention in [Attention::Causal, Attention::Bidirectional] {
            for pool in [Pool::Mean, Pool::Last] {
                let own = classification(attention, pool);
                let reference = told(&architecture, &own, DeviceChoice::Flex);
                {
                    let found = told(&architecture, &own, DeviceChoice::Cpu);
                    assert!(
                        (found.loss - reference.loss).abs() < 1e-5 * reference.loss,
                        "{} {}",
                        found.loss,
                        reference.loss
                    );
                    assert_eq!(found.right, reference.right);
                    assert_eq!(found.gradients.len(), reference.gradients.len());
                    for (name, gradient) in &reference.gradients {
                        let values = |gradient: &burn::tensor::Tensor<1>| gradient.try_to_vec_as::<f32>().unwrap();
                        let (expected, found) = (values(gradient), values(&found.gradients[name]));
                        let size = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
                        let apart = expected.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                        assert!(apart <= 2e-5 * size.max(1e-3), "{name}: {apart} of {size}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_a_record_is_taken_for_depends_on_no_other_record_and_on_no_filling() {
    for architecture in fixture::architectures() {
        for attention in [Attention::Causal, Attention::Bidirectional] {
            for pool in [Pool::Mean, Pool::Last] {
                let own = classification(attention, pool);
                let (network, parameters) = fixture::classifier(&architecture, &own, &Device::flex());
                let tokens = labelled("a", 9);
                let documents: Vec<Vec<u32>> = {
                    let places = tokens.documents(0..tokens.n_documents());
                    places.map(|place| tokens.window(place.unwrap()).unwrap()).collect()
                };
                let together = classify(&network, &parameters, documents.clone());
                for (document, together) in documents.into_iter().zip(together) {
                    let alone = classify(&network, &parameters, vec![document]).remove(0);
                    let apart = alone.iter().zip(&together).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(apart < 1e-5, "{alone:?} {together:?}");
                    assert!((together.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                }
            }
        }
    }
}

#[test]
fn a_classifier_takes_all_of_a_language_model_but_its_output_layer() {
    for architecture in fixture::architectures() {
        let language = of(architecture.clone(), DeviceChoice::Flex, config(4));
        let language = finish(&language, tempfile::tempdir().unwrap().path(), &mut Heard::default()).model;
        let classifier = |base: Base<'static>, head: Head| {
            let base = Some(Base { head, ..base });
            // A learning rate of next to nothing: what comes out is what it started from.
            let mut setting = Setting { base, ..setting(architecture.clone(), DeviceChoice::Flex, 1) };
            setting.train.optimizer = adamw(1e-9, 1.0);
            finish(&setting, tempfile::tempdir().unwrap().path(), &mut Heard::default()).model
        };
        let parent = weights::read(&language).unwrap();
        let made = classifier(Base::of(language.leak()), Head::Language);
        let child = weights::read(&made).unwrap();
        assert!(!child.contains_key(LANGUAGE_HEAD) && child[SCORE].shape == [3, 16]);
        let is_near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
        for (name, tensor) in parent.iter().filter(|(name, _)| *name != LANGUAGE_HEAD) {
            assert!(is_near(&tensor.values, &child[name].values), "{name}");
        }
        // A child of the same classes goes on with the layer over them, one of others begins anew, as if from a language model.
        let mut marked = child.clone();
        marked.get_mut(SCORE).unwrap().values.fill(0.25);
        let marked: &'static [u8] = weights::write(&marked).leak();
        let score = |head| weights::read(&classifier(Base::of(marked), head)).unwrap()[SCORE].values.clone();
        let own =
            setting(architecture.clone(), DeviceChoice::Flex, 1).train.objective.classification().unwrap().clone();
        assert!(is_near(&score(Head::Classes(own.clone())), &[0.25; 48]));
        let others = Classification { classes: vec!["x".into(), "y".into(), "z".into()], ..own };
        assert!(is_near(&score(Head::Classes(others)), &child[SCORE].values));
    }
}

#[test]
fn the_layer_over_the_classes_learns_beside_an_adapter() {
    for architecture in fixture::architectures() {
        let language = of(architecture.clone(), DeviceChoice::Cpu, config(4));
        let language = finish(&language, tempfile::tempdir().unwrap().path(), &mut Heard::default()).model;
        let adapter = Some(Adapter::Lora {
            rank: 4,
            alpha: 8.0,
            dropout: 0.0,
            targets: Vec::new(),
            then: AdapterThen::Merge,
            parent: None,
        });
        let setting =
            Setting { adapter, base: Some(Base::of(&language)), ..setting(architecture.clone(), DeviceChoice::Cpu, 9) };
        let mut heard = Heard::default();
        let trained = finish(&setting, tempfile::tempdir().unwrap().path(), &mut heard);
        resumes_bit_for_bit(&setting);
        let additions = weights::read(&trained.adapter.unwrap()).unwrap();
        let score = &additions[&format!("base_model.model.{SCORE}")];
        let merged = weights::read(&trained.model).unwrap();
        assert_eq!(score, &merged[SCORE]);
        assert!(
            trained.report.trainable_parameters > 48
                && trained.report.trainable_parameters < trained.report.parameters / 2
        );
        let name = match architecture {
            Architecture::Llama(_) => crate::engine::model::llama::EMBEDDING,
            Architecture::Gpt2(_) => crate::engine::model::gpt2::EMBEDDING,
            _ => unreachable!("the small networks are these two"),
        };
        assert!(merged[name] == weights::read(&language).unwrap()[name], "it is frozen");
    }
}

#[test]
fn labels_that_are_no_class_are_refused() {
    let mut setting = setting(fixture::llama(), DeviceChoice::Flex, 1);
    let Objective::Classification(own) = &mut setting.train.objective else { unreachable!("it is made so") };
    own.classes.pop();
    let error = run(&setting, tempfile::tempdir().unwrap().path(), &mut Heard::default()).unwrap_err();
    assert!(error.to_string().contains("the class 2, and there are 2"), "{error}");
}
