//! The state machine: what has happened goes in, what is to be done comes out.
//!
//! Never does anything itself; the driver does the actions and tells how they ended.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::StageId;
use crate::plan::Plan;
use crate::record::{FailureClass, RunStatus};
use crate::schedule::queue::Queue;
use crate::schedule::slots::{Claim, Limits, Slots};

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// The run begins.
    Begin,
    /// A worker of an earlier manager is still on this stage; told before [`Signal::Begin`] or while it is started.
    Adopted {
        /// The stage.
        stage: StageId,
    },
    /// A stage that was started has ended.
    StageEnded {
        /// The stage.
        stage: StageId,
        /// How.
        result: StageResult,
    },
    /// Somebody asks for an end: running stages save and stop.
    Cancel,
    /// Somebody asks for an end at once.
    CancelNow,
}

/// How a stage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageResult {
    /// It did all its work.
    Finished,
    /// It could not do its work.
    Failed {
        /// Whose fault it is.
        class: FailureClass,
    },
    /// It was stopped and can go on.
    Interrupted,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Start a stage.
    Start {
        /// The stage.
        stage: StageId,
        /// How many times this run has tried it, this time included, from 1.
        attempt: u32,
    },
    /// Ask a stage to save and stop.
    Stop {
        /// The stage.
        stage: StageId,
    },
    /// End a stage at once.
    Kill {
        /// The stage.
        stage: StageId,
    },
    /// Give a stage up that was never started.
    Skip {
        /// The stage.
        stage: StageId,
        /// Why.
        because: Because,
    },
    /// End the run; nothing follows.
    End {
        /// How.
        status: RunStatus,
    },
}

/// Why a stage is not started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// A stage it needs, directly or not, did not finish.
    Needs(StageId),
    /// Somebody stopped the run.
    Cancelled,
}

/// Where a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageState {
    /// It waits for its inputs, for a slot, or to be tried again.
    Waiting,
    /// It was started.
    Running,
    /// Its outputs are there, from this run or an earlier one.
    Done,
    /// It could not do its work.
    Failed,
    /// It was stopped.
    Interrupted,
    /// It was given up before it was started.
    Skipped,
}

/// What a person may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How often a stage is tried again after a failure of the machine.
    pub retries: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { retries: 2 }
    }
}

/// The state of a run.
#[derive(Debug, Clone)]
pub struct Scheduler {
    stages: BTreeMap<StageId, Node>,
    queue: Queue<StageId, Claim>,
    slots: Slots,
    policy: Policy,
    phase: Phase,
    was_cut_short: bool,
    n_running: usize,
}

#[derive(Debug, Clone)]
struct Node {
    claim: Claim,
    attempt: u32,
    state: StageState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Planned,
    Going,
    Stopping,
    Killing,
    Ended,
}

impl Scheduler {
    /// Returns the state of a run of which nothing has happened yet.
    pub fn new(plan: &Plan, limits: Limits, policy: Policy) -> Self {
        let mut queue = Queue::default();
        let mut stages = BTreeMap::new();
        let stale: BTreeSet<&StageId> =
            plan.stages.iter().filter(|stage| !stage.is_fresh()).map(|stage| &stage.id).collect();
        for stage in &plan.stages {
            let state = if stage.is_fresh() { StageState::Done } else { StageState::Waiting };
            let claim = Claim::of(&stage.work, &limits);
            if state == StageState::Waiting {
                queue.queue(
                    stage.id.clone(),
                    claim.clone(),
                    stage.needs.iter().filter(|need| stale.contains(need)).cloned(),
                );
            }
            stages.insert(stage.id.clone(), Node { claim, attempt: 0, state });
        }
        Self {
            stages,
            queue,
            slots: Slots::new(limits),
            policy,
            phase: Phase::Planned,
            was_cut_short: false,
            n_running: 0,
        }
    }

    /// Returns where a stage stands.
    pub fn state(&self, stage: &StageId) -> Option<StageState> {
        self.stages.get(stage).map(|node| node.state)
    }

    /// Returns whether a running stage will be tried again when it ends with a failure of this class.
    pub fn will_retry(&self, stage: &StageId, class: FailureClass) -> bool {
        let attempt = self.stages.get(stage).map(|node| node.attempt);
        self.phase == Phase::Going && attempt.is_some_and(|attempt| can_retry(class, attempt, self.policy))
    }

    /// Takes note of what happened, and returns what is to be done, in order.
    pub fn handle(&mut self, signal: Signal) -> Vec<Action> {
        if self.phase == Phase::Ended {
            return Vec::new();
        }
        let mut actions = match signal {
            Signal::Begin => self.begin(),
            Signal::Adopted { stage } => self.adopt(&stage),
            Signal::StageEnded { stage, result } => self.stage_ended(&stage, result),
            Signal::Cancel => self.cancel(Phase::Stopping, |stage| Action::Stop { stage }),
            Signal::CancelNow => self.cancel(Phase::Killing, |stage| Action::Kill { stage }),
        };
        actions.extend(self.start_what_fits());
        actions.extend(self.end_if_idle());
        actions
    }

    fn begin(&mut self) -> Vec<Action> {
        if self.phase == Phase::Planned {
            self.phase = Phase::Going;
        }
        Vec::new()
    }

    /// Takes a waiting stage that waits for nothing as started; its worker holds its share of the machine already.
    fn adopt(&mut self, stage: &StageId) -> Vec<Action> {
        if self.queue.dequeue_this(stage) {
            self.set_running(stage);
        }
        Vec::new()
    }

    fn stage_ended(&mut self, stage: &StageId, result: StageResult) -> Vec<Action> {
        let is_retried = matches!(result, StageResult::Failed { class } if self.will_retry(stage, class));
        let Some(node) = self.stages.get_mut(stage).filter(|node| node.state == StageState::Running) else {
            return Vec::new();
        };
        self.slots.release(&node.claim);
        self.n_running -= 1;
        match result {
            StageResult::Finished => {
                node.state = StageState::Done;
                self.queue.finish(stage);
                Vec::new()
            }
            StageResult::Failed { .. } if is_retried => {
                node.state = StageState::Waiting;
                self.queue.queue(stage.clone(), node.claim.clone(), []);
                Vec::new()
            }
            StageResult::Failed { .. } => {
                node.state = StageState::Failed;
                self.skip_descendants(stage)
            }
            StageResult::Interrupted => {
                node.state = StageState::Interrupted;
                self.skip_descendants(stage)
            }
        }
    }

    fn cancel(&mut self, phase: Phase, end: impl Fn(StageId) -> Action) -> Vec<Action> {
        if self.phase >= phase {
            return Vec::new();
        }
        self.phase = phase;
        let running = self.stages.iter().filter(|(_, node)| node.state == StageState::Running);
        let mut actions: Vec<_> = running.map(|(stage, _)| end(stage.clone())).collect();
        let waiting = self.queue.clear();
        self.was_cut_short |= !waiting.is_empty();
        actions.extend(waiting.into_iter().map(|stage| self.skip(stage, Because::Cancelled)));
        actions
    }

    fn start_what_fits(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        while self.phase == Phase::Going {
            let Some(stage) = self.queue.dequeue(|claim| self.slots.fits(claim)) else { break };
            let attempt = self.set_running(&stage);
            actions.push(Action::Start { stage, attempt });
        }
        actions
    }

    fn set_running(&mut self, stage: &StageId) -> u32 {
        let node = self.stages.get_mut(stage).expect("only stages of the plan are queued");
        node.state = StageState::Running;
        node.attempt += 1;
        self.slots.claim(&node.claim);
        self.n_running += 1;
        node.attempt
    }

    fn skip_descendants(&mut self, stage: &StageId) -> Vec<Action> {
        let descendants = self.queue.abandon(stage);
        descendants.into_iter().map(|descendant| self.skip(descendant, Because::Needs(stage.clone()))).collect()
    }

    fn skip(&mut self, stage: StageId, because: Because) -> Action {
        self.stages.get_mut(&stage).expect("only stages of the plan are queued").state = StageState::Skipped;
        Action::Skip { stage, because }
    }

    fn end_if_idle(&mut self) -> Option<Action> {
        let is_idle = self.queue.is_empty() && self.n_running == 0;
        if self.phase == Phase::Planned || !is_idle {
            return None;
        }
        let status = self.status();
        self.phase = Phase::Ended;
        Some(Action::End { status })
    }

    /// Returns how a run ended in which nothing runs or waits.
    ///
    /// A run that was cancelled before all of it was tried is interrupted, whatever else failed: it can go on.
    fn status(&self) -> RunStatus {
        let any = |state| self.stages.values().any(|node| node.state == state);
        let was_stopped = self.was_cut_short || any(StageState::Interrupted);
        let was_cancelled = self.phase > Phase::Going;
        match (any(StageState::Failed), was_stopped) {
            (_, true) if was_cancelled => RunStatus::Interrupted,
            (true, _) => RunStatus::Failed,
            (false, true) => RunStatus::Interrupted,
            (false, false) => RunStatus::Succeeded,
        }
    }
}

fn can_retry(class: FailureClass, attempt: u32, policy: Policy) -> bool {
    class.is_worth_a_retry() && attempt <= policy.retries
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests;
