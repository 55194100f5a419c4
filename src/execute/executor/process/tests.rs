//! Real processes: a small script stands for the engine, so that what is tested is starting, stopping and dying.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use super::*;
use crate::execute::task_folder::TaskFolder;
use crate::execute::tests::poll;
use crate::id::{Digest, RunId};
use crate::record::FailureClass;
use crate::schedule::scheduler::samples;

struct Bench {
    folder: tempfile::TempDir,
    executor: ProcessExecutor,
    attempt: Attempt,
    spec: Spec,
}

fn bench(script: &str) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let engine = folder.path().join("pedigree-engine");
    fs::write(&engine, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&engine, fs::Permissions::from_mode(0o755)).unwrap();
    let stage: StageId = "evaluate:general/ppl".parse().unwrap();
    let fingerprint = Digest::of(b"x");
    let task = TaskFolder::new(&folder.path().join("tasks"), &stage, &fingerprint);
    let work = samples::evaluate(3, crate::recipe::run::DeviceChoice::Cpu);
    let run = RunId::from_bits(1);
    let (inputs, sources) = Default::default();
    let spec = |attempt| Spec { version: 1, run, stage, attempt, fingerprint, work, inputs, sources };
    let (attempt, spec) = task.begin(spec).unwrap();
    let executor = ProcessExecutor::new(Some(engine)).with_grace(Duration::from_millis(50));
    Bench { folder, executor, attempt, spec }
}

impl Bench {
    fn start(&mut self) {
        self.executor.start(&self.attempt, &self.spec).unwrap();
    }

    fn death(&mut self) -> Death {
        poll("the worker ends", || self.executor.ended().pop()).1
    }

    fn stdout(&self) -> String {
        fs::read_to_string(self.attempt.folder.join("stdout.log")).unwrap_or_default()
    }
}

#[test]
fn a_worker_gets_its_folder_no_input_and_fixed_thread_counts() {
    let mut bench = bench(r#"echo "$1"; echo "$OMP_NUM_THREADS $RAYON_NUM_THREADS"; cat; echo oops >&2; exit 70"#);
    bench.start();
    let death = bench.death();
    assert_eq!(bench.stdout(), format!("{}\n3 3\n", bench.attempt.folder.display()));
    assert_eq!(death.class, FailureClass::Bug);
    assert!(death.message.ends_with("its last words: oops"), "{}", death.message);
    let record = fs::read_to_string(bench.attempt.folder.join("command.json")).unwrap();
    assert!(record.contains(r#""OMP_NUM_THREADS": "3""#), "{record}");
}

#[test]
fn a_worker_killed_by_the_system_is_told_with_its_signal() {
    let mut bench = bench("kill -9 $$");
    bench.start();
    let death = bench.death();
    assert_eq!(
        (death.class, death.message.as_str()),
        (FailureClass::Infrastructure, "the worker was killed by SIGKILL")
    );
}

#[test]
fn a_worker_that_will_not_stop_is_killed_with_everything_it_started() {
    let mut bench = bench(r#"trap '' TERM; sleep 600 & echo $!; while :; do sleep 0.01; done"#);
    bench.start();
    let child = poll("the worker has started a child", || bench.stdout().trim().parse::<u32>().ok());
    bench.executor.stop(&bench.spec.stage.clone());
    let death = bench.death();
    assert_eq!(death.message, "the worker was killed by SIGKILL");
    poll("the worker's child is gone", || is_gone(child).then_some(()));
}

/// Returns whether a process is no more, or waits to be buried by whoever inherited it.
fn is_gone(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.map_or(true, |stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
}

#[test]
fn a_worker_that_heeds_a_stop_is_not_killed() {
    let mut bench = bench(r#"trap 'exit 130' TERM; echo ready; while :; do sleep 0.01; done"#);
    bench.executor = ProcessExecutor::new(bench.executor.chosen.clone());
    bench.start();
    poll("the worker listens", || (bench.stdout() == "ready\n").then_some(()));
    bench.executor.stop(&bench.spec.stage.clone());
    assert!(bench.death().message.contains("code 130"));
}

#[test]
fn an_engine_that_is_not_there_is_told_before_anything_starts() {
    let mut bench = bench("exit 0");
    fs::remove_file(bench.folder.path().join("pedigree-engine")).unwrap();
    assert!(matches!(bench.executor.prepare(), Err(StartError::Missing(_))));
}
