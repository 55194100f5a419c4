//! Every rule of the scheduler, one by one and against random graphs and outcomes.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::samples::{dataset, evaluate, fresh, plan, publish, stage};
use super::*;
use crate::plan::Stage;
use crate::recipe::run::DeviceChoice;
use crate::schedule::slots::Slot;

fn id(text: &str) -> StageId {
    text.parse().unwrap()
}

fn start(text: &str, attempt: u32) -> Action {
    Action::Start { stage: id(text), attempt }
}

fn skip(text: &str, because: Because) -> Action {
    Action::Skip { stage: id(text), because }
}

fn ended(text: &str, result: StageResult) -> Signal {
    Signal::StageEnded { stage: id(text), result }
}

fn finished(text: &str) -> Signal {
    ended(text, StageResult::Finished)
}

fn failed(text: &str, class: FailureClass) -> Signal {
    ended(text, StageResult::Failed { class })
}

/// `a` and `x` stand alone; `b` needs `a`, `c` needs `b`.
fn chain_and_another() -> Vec<Stage> {
    let one_core = || evaluate(1, DeviceChoice::Cpu);
    vec![
        stage("dataset:a", dataset(), &[]),
        stage("evaluate:b", one_core(), &["dataset:a"]),
        stage("evaluate:c", one_core(), &["evaluate:b"]),
        stage("dataset:x", dataset(), &[]),
    ]
}

fn begun(stages: Vec<Stage>, cores: u32) -> (Scheduler, Vec<Action>) {
    let mut scheduler = Scheduler::new(&plan(stages), Limits::new(cores, 0), Policy::default());
    let actions = scheduler.handle(Signal::Begin);
    (scheduler, actions)
}

#[test]
fn independent_stages_run_side_by_side_within_the_slots() {
    let (_, actions) = begun(chain_and_another(), 2);
    assert_eq!(actions, [start("dataset:a", 1), start("dataset:x", 1)]);
    let (mut scheduler, actions) = begun(chain_and_another(), 1);
    assert_eq!(actions, [start("dataset:a", 1)]);
    assert_eq!(scheduler.handle(finished("dataset:a")), [start("evaluate:b", 1)]);
}

#[test]
fn a_plan_with_nothing_stale_ends_at_once() {
    let stages = chain_and_another().into_iter().map(fresh).collect();
    assert_eq!(begun(stages, 1).1, [Action::End { status: RunStatus::Succeeded }]);
}

#[test]
fn fresh_stages_count_as_done_for_those_that_need_them() {
    let mut stages = chain_and_another();
    stages[0] = fresh(stages[0].clone());
    assert_eq!(begun(stages, 1).1, [start("evaluate:b", 1)]);
}

#[test]
fn a_failed_stage_takes_its_descendants_with_it_and_nothing_else() {
    let (mut scheduler, _) = begun(chain_and_another(), 2);
    let because = || Because::Needs(id("dataset:a"));
    assert_eq!(
        scheduler.handle(failed("dataset:a", FailureClass::BadInput)),
        [skip("evaluate:b", because()), skip("evaluate:c", because())]
    );
    assert_eq!(scheduler.handle(finished("dataset:x")), [Action::End { status: RunStatus::Failed }]);
}

#[test]
fn only_a_failure_of_the_machine_is_tried_again_and_only_so_often() {
    let (mut scheduler, _) = begun(chain_and_another(), 2);
    for attempt in [2, 3] {
        let actions = scheduler.handle(failed("dataset:x", FailureClass::Infrastructure));
        assert_eq!(actions, [start("dataset:x", attempt)]);
    }
    assert_eq!(scheduler.handle(failed("dataset:x", FailureClass::Infrastructure)), []);
    assert_eq!(scheduler.state(&id("dataset:x")), Some(StageState::Failed));
}

#[test]
fn a_stage_that_is_tried_again_still_releases_what_needs_it() {
    let (mut scheduler, _) = begun(chain_and_another(), 2);
    scheduler.handle(failed("dataset:a", FailureClass::Infrastructure));
    assert_eq!(scheduler.handle(finished("dataset:a")), [start("evaluate:b", 1)]);
}

#[test]
fn cancel_stops_what_runs_and_starts_nothing_more() {
    let (mut scheduler, _) = begun(chain_and_another(), 1);
    let actions = scheduler.handle(Signal::Cancel);
    assert_eq!(actions[0], Action::Stop { stage: id("dataset:a") });
    assert_eq!(actions.len(), 4, "the three others are given up: {actions:?}");
    assert_eq!(scheduler.handle(Signal::Cancel), [], "asking twice is asking once");
    assert_eq!(scheduler.handle(Signal::CancelNow), [Action::Kill { stage: id("dataset:a") }]);
    let end = scheduler.handle(ended("dataset:a", StageResult::Interrupted));
    assert_eq!(end, [Action::End { status: RunStatus::Interrupted }]);
}

#[test]
fn a_failure_after_cancel_is_not_tried_again() {
    let (mut scheduler, _) = begun(chain_and_another(), 1);
    scheduler.handle(Signal::Cancel);
    let end = scheduler.handle(failed("dataset:a", FailureClass::Infrastructure));
    assert_eq!(end, [Action::End { status: RunStatus::Interrupted }]);
}

#[test]
fn a_run_whose_last_stage_finishes_in_spite_of_cancel_has_succeeded() {
    let (mut scheduler, _) = begun(vec![stage("dataset:a", dataset(), &[])], 1);
    scheduler.handle(Signal::Cancel);
    assert_eq!(scheduler.handle(finished("dataset:a")), [Action::End { status: RunStatus::Succeeded }]);
}

#[test]
fn a_worker_stopped_from_outside_leaves_the_rest_running() {
    let (mut scheduler, _) = begun(chain_and_another(), 2);
    scheduler.handle(ended("dataset:a", StageResult::Interrupted));
    assert_eq!(scheduler.handle(finished("dataset:x")), [Action::End { status: RunStatus::Interrupted }]);
}

#[test]
fn an_adopted_stage_is_not_started_and_holds_its_slots() {
    let mut scheduler = Scheduler::new(&plan(chain_and_another()), Limits::new(1, 0), Policy::default());
    assert_eq!(scheduler.handle(Signal::Adopted { stage: id("dataset:x") }), []);
    assert_eq!(scheduler.handle(Signal::Begin), [], "the only core is taken");
    assert_eq!(scheduler.handle(finished("dataset:x")), [start("dataset:a", 1)]);
}

#[test]
fn a_stage_whose_inputs_are_stale_is_not_adopted() {
    let mut scheduler = Scheduler::new(&plan(chain_and_another()), Limits::new(2, 0), Policy::default());
    scheduler.handle(Signal::Adopted { stage: id("evaluate:b") });
    assert_eq!(scheduler.state(&id("evaluate:b")), Some(StageState::Waiting));
}

#[test]
fn work_of_the_manager_waits_for_no_slot() {
    let mut stages = chain_and_another();
    stages.push(stage("publish:zoo", publish(), &[]));
    assert_eq!(begun(stages, 1).1, [start("dataset:a", 1), start("publish:zoo", 1)]);
}

#[test]
fn ten_thousand_stages_are_all_scheduled() {
    let name = |i: usize| format!("evaluate:s{i}");
    let stages = (0..10_000).map(|i| {
        let needs: Vec<String> = [i / 2, i / 3].into_iter().filter(|need| *need < i).map(name).collect();
        stage(&name(i), evaluate(1, DeviceChoice::Cpu), &needs.iter().map(String::as_str).collect::<Vec<_>>())
    });
    let plan = plan(stages.collect());
    let mut scheduler = Scheduler::new(&plan, Limits::new(8, 0), Policy::default());
    let mut open = std::collections::VecDeque::from(scheduler.handle(Signal::Begin));
    let mut n_started = 0;
    while let Some(action) = open.pop_front() {
        let Action::Start { stage, .. } = action else { break };
        n_started += 1;
        open.extend(scheduler.handle(Signal::StageEnded { stage, result: StageResult::Finished }));
    }
    assert_eq!(n_started, 10_000);
}

/// A random stage: the raw needs, the threads, and whether it is fresh.
type RawStage = (Vec<u8>, u32, bool);

fn random_plan(raw: &[RawStage]) -> Plan {
    let name = |i: usize| format!("evaluate:s{i}");
    let mut stages: Vec<Stage> = Vec::new();
    for (i, (needs, threads, is_fresh)) in raw.iter().enumerate() {
        let needs: Vec<usize> = needs.iter().filter(|_| i > 0).map(|byte| usize::from(*byte) % i).collect();
        let names: Vec<String> = needs.iter().map(|need| name(*need)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let made = stage(&name(i), evaluate(*threads, DeviceChoice::Cuda(0)), &names);
        // What the planner promises: nothing is fresh behind something stale.
        let can_be_fresh = needs.iter().all(|need| stages[*need].is_fresh());
        stages.push(if *is_fresh && can_be_fresh { fresh(made) } else { made });
    }
    plan(stages)
}

fn outcome(byte: u8) -> StageResult {
    match byte % 8 {
        0 => StageResult::Failed { class: FailureClass::Work },
        1 | 2 => StageResult::Failed { class: FailureClass::Infrastructure },
        3 => StageResult::Interrupted,
        _ => StageResult::Finished,
    }
}

/// Does what the scheduler says and checks every promise on the way.
struct World {
    plan: Plan,
    limits: Limits,
    running: Vec<StageId>,
    skipped: BTreeMap<StageId, u32>,
    results: BTreeMap<StageId, Vec<StageResult>>,
    ends: u32,
}

impl World {
    fn act(&mut self, actions: Vec<Action>) {
        for action in actions {
            assert_eq!(self.ends, 0, "an action behind the end");
            match action {
                Action::Start { stage, attempt } => self.start(stage, attempt),
                Action::Stop { stage } | Action::Kill { stage } => assert!(self.running.contains(&stage)),
                Action::Skip { stage, .. } => {
                    assert!(!self.running.contains(&stage));
                    *self.skipped.entry(stage).or_default() += 1;
                }
                Action::End { .. } => {
                    assert!(self.running.is_empty());
                    self.ends += 1;
                }
            }
        }
    }

    fn start(&mut self, id: StageId, attempt: u32) {
        let stage = self.plan.stage(&id).unwrap();
        assert!(!stage.is_fresh() && !self.running.contains(&id) && !self.skipped.contains_key(&id));
        for need in &stage.needs {
            let is_done = self.results.get(need).is_some_and(|all| all.last() == Some(&StageResult::Finished));
            assert!(is_done || self.plan.stage(need).unwrap().is_fresh(), "`{id}` before `{need}`");
        }
        assert_eq!(attempt as usize, self.results.get(&id).map_or(0, Vec::len) + 1);
        self.running.push(id);
        for slot in [Slot::Cpu, Slot::Gpu(0)] {
            let claims = self.running.iter().map(|id| Claim::of(&self.plan.stage(id).unwrap().work, &self.limits));
            assert!(claims.map(|claim| claim.amount(slot)).sum::<u32>() <= self.limits.capacity(slot), "{slot}");
        }
    }

    /// Returns how often a stage came to an end that is for good.
    fn n_terminal(&self, stage: &Stage) -> u32 {
        let skipped = self.skipped.get(&stage.id).copied().unwrap_or(0);
        let tries = self.results.get(&stage.id).map_or(&[][..], Vec::as_slice);
        // A failure of the machine that was to be tried again is no end where the stage was given up instead.
        let was_to_be_retried = skipped > 0
            && tries.len() <= 2
            && tries.iter().all(|result| *result == StageResult::Failed { class: FailureClass::Infrastructure });
        let tried = u32::from(!tries.is_empty() && !was_to_be_retried);
        tried + skipped + u32::from(stage.is_fresh())
    }
}

proptest! {
    #[test]
    fn whatever_happens_every_stage_ends_once_and_so_does_the_run(
        raw in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..3), 1u32..5, any::<bool>()), 1..10),
        (cores, gpus) in (1u32..5, 0u32..3),
        choices in proptest::collection::vec(any::<u8>(), 80),
        cancel_at in proptest::option::of(0usize..12),
    ) {
        let (plan, limits) = (random_plan(&raw), Limits::new(cores, gpus));
        let mut scheduler = Scheduler::new(&plan, limits.clone(), Policy::default());
        let (running, skipped, results) = Default::default();
        let mut world = World { plan, limits, running, skipped, results, ends: 0 };
        world.act(scheduler.handle(Signal::Begin));
        let mut choices = choices.into_iter().cycle();
        for step in 0.. {
            if cancel_at == Some(step) {
                world.act(scheduler.handle(Signal::Cancel));
            }
            if world.running.is_empty() {
                break;
            }
            let stage = world.running.remove(usize::from(choices.next().unwrap()) % world.running.len());
            let result = outcome(choices.next().unwrap());
            world.results.entry(stage.clone()).or_default().push(result);
            world.act(scheduler.handle(Signal::StageEnded { stage, result }));
        }
        prop_assert_eq!(world.ends, 1);
        for stage in &world.plan.stages {
            prop_assert_eq!(world.n_terminal(stage), 1, "`{}`", stage.id);
            let tries = world.results.get(&stage.id).map_or(0, Vec::len);
            prop_assert!(tries <= 3);
        }
    }
}
