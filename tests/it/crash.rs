//! Whatever is killed, and whenever: the next run goes on, nothing is done twice, and the bytes that come out are the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::{Dice, Project, Started};

/// The recipe whose trainings take a few seconds.
const LONG: &str = include_str!("support/long.yaml");

/// How many times something is killed.
const N_KILLS: usize = 10;

fn project() -> Project {
    let project = Project::new();
    project.write("long.yaml", LONG);
    project
}

/// What an uninterrupted run leaves, and how long it takes.
struct Uninterrupted {
    digests: Vec<(String, String)>,
    took: Duration,
}

fn uninterrupted() -> &'static Uninterrupted {
    static RUN: OnceLock<Uninterrupted> = OnceLock::new();
    RUN.get_or_init(|| {
        let project = project();
        let began = Instant::now();
        let said = project.pedigree(&["run", "long.yaml"]);
        assert_eq!(said.code, 0, "{said}");
        Uninterrupted { digests: project.digests("latest"), took: began.elapsed() }
    })
}

/// Returns whether `what` is true before `limit` has passed and while the program runs.
fn comes_true(started: &mut Started, limit: Duration, mut what: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    while began.elapsed() < limit {
        if what() {
            return true;
        }
        if started.child.try_wait().unwrap().is_some() {
            return what();
        }
        std::thread::yield_now();
    }
    false
}

fn wait_until(started: &mut Started, what: &str, test: impl FnMut() -> bool) {
    let came = comes_true(started, Duration::from_secs(120), test);
    assert!(came, "waited in vain until {what}: {}", started.said());
}

/// Lets some time of the program's life pass; returns whether it still runs.
fn live_on(started: &mut Started, time: Duration) -> bool {
    let began = Instant::now();
    comes_true(started, time + Duration::from_secs(1), || began.elapsed() >= time);
    started.child.try_wait().unwrap().is_none()
}

fn workers_of(manager: i32) -> Vec<i32> {
    let output = Command::new("pgrep").args(["-P", &manager.to_string()]).output().expect("`pgrep` lists processes");
    String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| line.trim().parse().ok()).collect()
}

fn end(process: i32) {
    // It may have ended by itself at this very moment.
    let _ = kill(Pid::from_raw(process), Signal::SIGKILL);
}

/// Returns every attempt of a stage with the words of its events, in order.
fn attempts(project: &Project, stage: &str) -> BTreeMap<String, Vec<String>> {
    let mut attempts = BTreeMap::new();
    for task in folders(project.workspace().join("tasks")) {
        if !task.file_name().unwrap().to_string_lossy().starts_with(stage) {
            continue;
        }
        for attempt in folders(task) {
            let name = attempt.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("attempt-") {
                attempts.insert(name, events(&attempt.join("events.jsonl")));
            }
        }
    }
    attempts
}

fn folders(path: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn events(file: &std::path::Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let values = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    values.map(|event| event["kind"]["event"].as_str().unwrap_or("unknown").to_owned()).collect()
}

fn count(attempts: &BTreeMap<String, Vec<String>>, word: &str) -> usize {
    attempts.values().flatten().filter(|found| *found == word).count()
}

fn has_checkpoint(project: &Project, stage: &str) -> bool {
    count(&attempts(project, stage), "checkpoint") > 0
}

/// Runs until everything is done, and compares what came out with an uninterrupted run.
fn finish(project: &Project, what: &str) {
    for _ in 0..4 {
        let said = project.pedigree(&["run", "long.yaml"]);
        if said.code == 0 {
            assert_eq!(project.digests("latest"), uninterrupted().digests, "{what}: other bytes came out\n{said}");
            let fsck = project.pedigree(&["fsck"]);
            assert_eq!(fsck.code, 0, "{what}: {fsck}");
            return;
        }
        println!("{what}: run again after\n{said}");
    }
    panic!("{what}: four more runs were not enough");
}

#[test]
fn whatever_is_killed_the_same_bytes_come_out() {
    let seed = std::env::var("PEDIGREE_CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("PEDIGREE_CRASH_SEED={seed} repeats these moments");
    let mut dice = Dice::new(seed);
    let whole = uninterrupted().took;
    for n in 0..N_KILLS {
        let project = project();
        let moment = whole.mul_f64((5 + dice.below(90)) as f64 / 100.0);
        let is_manager = n % 2 == 0;
        let mut started = project.start(&["run", "long.yaml"]);
        let mut killed = Vec::new();
        if live_on(&mut started, moment) {
            if is_manager {
                killed.push(started.pid());
            } else {
                let manager = started.pid();
                comes_true(&mut started, Duration::from_secs(10), || {
                    killed = workers_of(manager);
                    !killed.is_empty()
                });
            }
        }
        killed.iter().for_each(|process| end(*process));
        let status = started.wait();
        let whom = if is_manager { "manager" } else { "worker" };
        let what = format!("kill {n} of the {whom} after {moment:?} ({} processes)", killed.len());
        println!("{what}: the manager ended with {status}");
        finish(&project, &what);
    }
}

#[test]
fn a_worker_whose_manager_was_killed_is_adopted_and_never_doubled() {
    let project = project();
    let mut started = project.start(&["run", "long.yaml"]);
    wait_until(&mut started, "the training has begun", || count(&attempts(&project, "train-general"), "metric") > 0);
    let workers = workers_of(started.pid());
    end(started.pid());
    started.wait();
    assert!(!workers.is_empty(), "nobody was training");
    let said = project.pedigree(&["run", "long.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    let trained = attempts(&project, "train-general");
    assert_eq!(trained.keys().collect::<Vec<_>>(), ["attempt-1"], "{said}");
    assert_eq!(count(&trained, "started"), 1, "{said}");
    assert!(said.stderr.contains("train:general begins (its worker was still running)"), "{said}");
    assert_eq!(project.digests("latest"), uninterrupted().digests);
    let runs = project.json(&["runs"]);
    let states: Vec<_> = runs.as_array().unwrap().iter().map(|run| run["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["succeeded", "interrupted"]);
}

#[test]
fn a_killed_worker_goes_on_from_its_checkpoint() {
    let project = project();
    let mut started = project.start(&["run", "long.yaml"]);
    wait_until(&mut started, "there is a checkpoint", || has_checkpoint(&project, "train-general"));
    workers_of(started.pid()).into_iter().for_each(end);
    let status = started.wait();
    assert!(status.success(), "{}", started.said());
    let trained = attempts(&project, "train-general");
    assert_eq!((trained.len(), count(&trained, "resumed")), (2, 1), "{trained:?}");
    assert!(started.said().contains("train:general is tried again"), "{}", started.said());
    assert_eq!(project.digests("latest"), uninterrupted().digests);
}

#[test]
fn ctrl_c_saves_and_resume_goes_on() {
    let project = project();
    let mut started = project.start(&["run", "long.yaml"]);
    wait_until(&mut started, "there is a checkpoint", || has_checkpoint(&project, "train-general"));
    kill(Pid::from_raw(started.pid()), Signal::SIGINT).unwrap();
    assert_eq!(started.wait().code(), Some(130), "{}", started.said());
    let said = started.said();
    assert!(said.contains("stopping: workers save their state first") && said.contains("`pedigree resume "), "{said}");
    assert_eq!(project.json(&["runs"])[0]["status"], "interrupted");
    let resumed = project.pedigree(&["resume"]);
    assert_eq!(resumed.code, 0, "{resumed}");
    assert!(resumed.stderr.contains("train:general goes on from step "), "{resumed}");
    assert_eq!(project.digests("latest"), uninterrupted().digests);
    assert_eq!(project.json(&["runs"]).as_array().unwrap().len(), 1, "a resumed run is the same run");
}

#[test]
fn one_workspace_has_one_manager_and_stop_reaches_it() {
    let project = project();
    let mut started = project.start(&["run", "long.yaml"]);
    wait_until(&mut started, "the training has begun", || count(&attempts(&project, "train-general"), "metric") > 0);
    let second = project.pedigree(&["run", "long.yaml"]);
    assert_eq!(second.code, 4, "{second}");
    assert!(second.stderr.contains(&format!("process {}", started.pid())), "{second}");
    assert!(second.stderr.contains("hint: wait for it, or stop it with `pedigree stop`"), "{second}");
    assert_eq!(project.pedigree(&["gc"]).code, 4, "files were collected under a run");
    let status = project.json(&["status"]);
    assert_eq!(status["run"]["status"], "running", "readers wait for nobody");
    let stop = project.pedigree(&["stop"]);
    assert_eq!(stop.code, 0, "{stop}");
    assert_eq!(started.wait().code(), Some(130), "{}", started.said());
    finish(&project, "stopped");
}

#[test]
fn a_second_ctrl_c_ends_at_once_and_loses_nothing() {
    let project = project();
    let mut started = project.start(&["run", "long.yaml"]);
    wait_until(&mut started, "there is a checkpoint", || has_checkpoint(&project, "train-general"));
    for _ in 0..2 {
        let _ = kill(Pid::from_raw(started.pid()), Signal::SIGINT);
        live_on(&mut started, Duration::from_millis(5));
    }
    assert_eq!(started.wait().code(), Some(130), "{}", started.said());
    finish(&project, "stopped at once");
}

#[test]
fn a_damaged_checkpoint_is_passed_over_for_an_older_one() {
    let project = project();
    let mut started = project.start(&["run", "long.yaml"]);
    wait_until(&mut started, "there are checkpoints", || count(&attempts(&project, "train-general"), "checkpoint") > 2);
    kill(Pid::from_raw(started.pid()), Signal::SIGINT).unwrap();
    assert_eq!(started.wait().code(), Some(130), "{}", started.said());
    let task = folders(project.workspace().join("tasks"));
    let task =
        task.iter().find(|path| path.file_name().unwrap().to_string_lossy().starts_with("train-general")).unwrap();
    let mut saved: Vec<_> = folders(task.join("checkpoints"))
        .into_iter()
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("step-"))
        .collect();
    saved.sort();
    assert!(saved.len() > 1, "{saved:?}");
    let newest = saved.pop().unwrap();
    let weights: Vec<_> = fs::read_dir(&newest)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "safetensors"))
        .collect();
    flip_last_byte(&weights[0]);
    let resumed = project.pedigree(&["resume"]);
    assert_eq!(resumed.code, 0, "{resumed}");
    let step = |path: &PathBuf| {
        path.file_name()
            .unwrap()
            .to_string_lossy()
            .trim_start_matches(|c: char| !c.is_ascii_digit())
            .trim_start_matches('0')
            .to_owned()
    };
    let older = format!("train:general goes on from step {}", step(saved.last().unwrap()));
    assert!(resumed.stderr.contains(&older), "expected `{older}`: {resumed}");
    assert_eq!(project.digests("latest"), uninterrupted().digests);
}

/// Changes the last byte of a file, whatever its rights.
pub fn flip_last_byte(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mut bytes = fs::read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(path, bytes).unwrap();
}
