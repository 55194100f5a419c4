//! Pictures and captions, held against one another.

use super::*;
use crate::engine::model::{Parameters, Pass, Reading};
use crate::engine::retrieve::{Nearness, measure};
use crate::engine::value::tape;

fn towers() -> (Network, Parameters, Rows) {
    let clip = fixture::all(0.0).into_iter().find(|one| matches!(one, Architecture::Clip(_))).unwrap();
    let device = device::open(DeviceChoice::Flex, 1).unwrap();
    let (network, parameters) = fixture::with_parameters(Network::of(&clip, VOCAB, Head::None, &device));
    let rows = Rows::to_measure(captions("v", 300), Kind::Captions, network.context()).unwrap();
    (network, parameters, rows)
}

#[test]
fn every_picture_is_held_against_every_caption_once() {
    let (network, parameters, rows) = towers();
    let Nearness { cosines, captions, own, tokens } = measure(&network, &parameters, &rows, 0).unwrap();
    // A word for each class, and one of three behind it.
    let kinds = fixture::CLASSES.len() * 3;
    assert_eq!((captions, own.len(), cosines.len(), tokens), (kinds, 300, 300 * kinds, 3 * kinds as u64));
    assert!(own.iter().all(|number| *number < kinds) && cosines.iter().all(|cosine| cosine.abs() < 1.0 + 1e-5));
    // Those of one caption, which are far apart in the data and in different passes, have one number.
    let (first, last) = (rows.measured(0).unwrap(), rows.measured(299).unwrap());
    assert_eq!(own[0] == own[299], first.tokens == last.tokens);
    // A picture alone lies as near to its caption as among all others.
    for index in [0, 7, 299] {
        let row = rows.measured(index).unwrap();
        let batch = rows.batch(&[row]);
        let reading = Reading::new(&batch, network.device());
        let vector = |reading: &Reading| {
            tape::without(|| network.embedding(&Pass::measuring(&parameters, network.device()), reading).to_vec())
        };
        let picture = vector(&Reading { tokens: None, features: reading.features.clone() });
        let caption = vector(&Reading { tokens: reading.tokens.clone(), features: None });
        let dot = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(one, other)| one * other).sum::<f32>();
        let cosine = dot(&picture, &caption) / (dot(&picture, &picture) * dot(&caption, &caption)).sqrt();
        let found = cosines[index * captions + own[index]];
        assert!((found - cosine).abs() < 1e-4, "{index}: {found} {cosine}");
    }
}

#[test]
fn no_more_pictures_are_read_than_are_asked_for() {
    let (network, parameters, rows) = towers();
    let few = measure(&network, &parameters, &rows, 5 * network.context() as u64).unwrap();
    assert_eq!(few.own.len(), 5);
    assert!(few.captions <= 5 && few.cosines.len() == 5 * few.captions);
    assert_eq!(few.own[0], 0, "captions are numbered as they come");
}
