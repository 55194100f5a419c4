//! Reads checkpoints; nothing of one is used before all of it is verified.

use std::collections::BTreeMap;
use std::path::Path;

use crate::engine::checkpoint::manifest::Manifest;
use crate::engine::checkpoint::state::State;
use crate::engine::checkpoint::{AVERAGE, BEST, MODEL, OPTIMIZER, STATE, folder, steps};
use crate::engine::error::EngineError;
use crate::engine::model::{HostTensor, weights};
use crate::id::Digest;

/// A verified checkpoint.
#[derive(Debug, PartialEq)]
pub struct Loaded {
    /// Everything but tensors.
    pub state: State,
    /// The trainable parameters.
    pub model: BTreeMap<String, HostTensor>,
    /// Their moments.
    pub optimizer: BTreeMap<String, HostTensor>,
    /// Their moving average, where one is kept.
    pub average: Option<BTreeMap<String, HostTensor>>,
    /// The best trainable parameters so far, unless this step's are.
    pub best: Option<BTreeMap<String, HostTensor>>,
}

/// Returns the newest checkpoint that is whole, and why newer ones were passed over; nothing is deleted.
pub fn load_newest(checkpoints: &Path, fingerprint: Digest) -> (Option<Loaded>, Vec<EngineError>) {
    let mut passed_over = Vec::new();
    for step in steps(checkpoints) {
        match load(checkpoints, step, fingerprint) {
            Ok(loaded) => return (Some(loaded), passed_over),
            Err(error) => passed_over.push(error),
        }
    }
    (None, passed_over)
}

fn load(checkpoints: &Path, step: u64, fingerprint: Digest) -> Result<Loaded, EngineError> {
    let folder = folder(checkpoints, step);
    let (_, files) = Manifest::read_verified(&folder, step)?;
    let damaged = |name: &str, reason: String| EngineError::Damaged { path: folder.join(name), reason };
    let file = |name: &str| files.get(name).ok_or_else(|| damaged(name, "the manifest does not name it".into()));
    let tensors = |name: &str| weights::read(file(name)?).map_err(|error| damaged(name, error.to_string()));
    let state: State = serde_json::from_slice(file(STATE)?).map_err(|error| damaged(STATE, error.to_string()))?;
    if state.version != State::VERSION || state.step != step || state.fingerprint != fingerprint {
        return Err(damaged(STATE, format!("it is not the state of this training at step {step}")));
    }
    let average = files.contains_key(AVERAGE).then(|| tensors(AVERAGE)).transpose()?;
    let best = files.contains_key(BEST).then(|| tensors(BEST)).transpose()?;
    Ok(Loaded { model: tensors(MODEL)?, optimizer: tensors(OPTIMIZER)?, average, best, state })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::checkpoint::{Saving, keep_newest, remove_debris, save};
    use crate::record::Machine;
    use proptest::prelude::*;
    use std::fs;

    fn tensors(value: f32) -> BTreeMap<String, HostTensor> {
        BTreeMap::from([("w".into(), HostTensor { shape: vec![2], values: vec![value, -value] })])
    }

    fn write(folder: &Path, step: u64) -> State {
        let mut state = State::start(1, 9, Digest::of(b"work"), &Machine::default());
        state.step = step;
        let (model, optimizer, average, best) = (tensors(step as f32), tensors(0.5), tensors(0.3), tensors(7.0));
        let saving = Saving { model: &model, optimizer: &optimizer, average: Some(&average), best: Some(&best) };
        save(folder, &state, &saving).unwrap();
        state
    }

    fn newest(folder: &Path) -> (Option<u64>, usize) {
        let (loaded, passed_over) = load_newest(folder, Digest::of(b"work"));
        (loaded.map(|loaded| loaded.state.step), passed_over.len())
    }

    #[test]
    fn a_checkpoint_is_read_back_as_it_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let state = write(folder.path(), 100);
        let loaded = load_newest(folder.path(), Digest::of(b"work")).0.unwrap();
        let (model, optimizer) = (tensors(100.0), tensors(0.5));
        let expected = Loaded { state, model, optimizer, average: Some(tensors(0.3)), best: Some(tensors(7.0)) };
        assert_eq!(loaded, expected);
    }

    #[test]
    fn saving_over_a_step_and_over_debris_works() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(".tmp-killed/new")).unwrap();
        fs::create_dir_all(folder.path().join("step-000100")).unwrap();
        write(folder.path(), 100);
        write(folder.path(), 100);
        remove_debris(folder.path()).unwrap();
        assert_eq!(newest(folder.path()), (Some(100), 0));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_newest_checkpoint_falls_back_to_the_older_one() {
        let damages: [fn(&Path); 6] = [
            |f| fs::write(f.join(MODEL), b"").unwrap(),
            |f| fs::remove_file(f.join(BEST)).unwrap(),
            |f| fs::remove_file(f.join("manifest.json")).unwrap(),
            |f| {
                fs::rename(f.join(MODEL), f.join("x")).unwrap();
                fs::rename(f.join(OPTIMIZER), f.join(MODEL)).unwrap();
                fs::rename(f.join("x"), f.join(OPTIMIZER)).unwrap();
            },
            |f| fs::write(f.join(STATE), b"{}").unwrap(),
            |f| {
                fs::copy(f.with_file_name("step-000100").join("manifest.json"), f.join("manifest.json"))
                    .map(drop)
                    .unwrap()
            },
        ];
        for (i, damage) in damages.into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), 100);
            write(folder.path(), 200);
            damage(&folder.path().join("step-000200"));
            assert_eq!(newest(folder.path()), (Some(100), 1), "damage {i}");
            assert!(folder.path().join("step-000200").exists(), "nothing is deleted");
        }
    }

    #[test]
    fn a_renamed_folder_and_another_trainings_checkpoint_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 100);
        assert!(load_newest(folder.path(), Digest::of(b"other work")).0.is_none());
        fs::rename(folder.path().join("step-000100"), folder.path().join("step-000300")).unwrap();
        assert_eq!(newest(folder.path()), (None, 1));
    }

    #[test]
    fn the_newest_and_the_best_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        (1..=5).for_each(|step| drop(write(folder.path(), step)));
        keep_newest(folder.path(), 2, Some(1)).unwrap();
        assert_eq!(steps(folder.path()), [5, 4, 1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn no_flipped_bit_goes_unnoticed(file in 0usize..6, place in any::<prop::sample::Index>(), bit in 0u8..8) {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), 100);
            let name = [MODEL, OPTIMIZER, AVERAGE, BEST, STATE, "manifest.json"][file];
            let path = folder.path().join("step-000100").join(name);
            let mut bytes = fs::read(&path).unwrap();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            fs::write(&path, bytes).unwrap();
            prop_assert_eq!(newest(folder.path()), (None, 1));
        }
    }
}
