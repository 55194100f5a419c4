//! A training that was stopped and goes on, bit for bit.

use super::*;

/// Returns everything a checkpoint holds, as bytes by name.
fn checkpoint_bytes(folder: &Path, step: u64) -> Vec<(String, Vec<u8>)> {
    let folder = checkpoint::folder(folder, step);
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), std::fs::read(folder.join(name)).unwrap())).collect()
}

/// Stops a training twice, and holds it against one that never stopped.
pub(super) fn resumes_bit_for_bit(setting: &Setting<'_>) {
    let [whole, parts] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut straight = Heard::default();
    let expected = finish(setting, whole.path(), &mut straight);
    let mut metrics = Vec::new();
    for stop_at in [5, 6] {
        let mut heard = Heard { stop_at: Some(stop_at), ..Heard::default() };
        assert!(matches!(run(setting, parts.path(), &mut heard).unwrap(), Ended::Interrupted));
        assert_eq!(heard.saved.last().unwrap().step, stop_at, "stopping saves");
        metrics.extend(heard.metrics);
    }
    let mut heard = Heard::default();
    let resumed = finish(setting, parts.path(), &mut heard);
    metrics.extend(heard.metrics);
    assert_eq!(heard.resumed, Some(6));
    assert_eq!(metrics, straight.metrics);
    assert_eq!(resumed.report, expected.report);
    assert!(resumed.model == expected.model && resumed.adapter == expected.adapter, "other weights");
    assert_eq!(checkpoint_bytes(parts.path(), 8), checkpoint_bytes(whole.path(), 8), "moments, weights and state");
}

#[test]
fn on_flex_a_resumed_training_equals_one_that_never_stopped() {
    for architecture in fixture::architectures() {
        resumes_bit_for_bit(&of(architecture, DeviceChoice::Flex, config(9)));
    }
}

#[test]
fn on_libtorch_a_resumed_training_equals_one_that_never_stopped() {
    for architecture in fixture::architectures() {
        for threads in [1, 2] {
            resumes_bit_for_bit(&Setting { threads, ..of(architecture.clone(), DeviceChoice::Cpu, config(9)) });
        }
    }
}

#[test]
fn a_resumed_adapter_training_equals_one_that_never_stopped() {
    for architecture in fixture::architectures() {
        let setting = |steps| of(architecture.clone(), DeviceChoice::Flex, config(steps));
        let base = finish(&setting(4), tempfile::tempdir().unwrap().path(), &mut Heard::default());
        let adapter = Some(adapters::lora_then(2, AdapterThen::Merge));
        resumes_bit_for_bit(&Setting { adapter, base: Some(Base::of(&base.model)), ..setting(9) });
    }
}

#[test]
fn other_threads_are_refused_on_resume() {
    let folder = tempfile::tempdir().unwrap();
    let mut heard = Heard { stop_at: Some(5), ..Heard::default() };
    run(&on(DeviceChoice::Cpu, config(9)), folder.path(), &mut heard).unwrap();
    let other = Setting { threads: 2, ..on(DeviceChoice::Cpu, config(9)) };
    let error = run(&other, folder.path(), &mut Heard::default()).unwrap_err();
    assert!(matches!(error, EngineError::OtherMachine { field: "threads", .. }), "{error}");
}
