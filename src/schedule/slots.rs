//! Slots: how much of the machine there is, and how much of it a stage takes.

use std::collections::BTreeMap;
use std::fmt;

use crate::plan::Work;
use crate::recipe::run::DeviceChoice;

/// A part of the machine that stages share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// Processor cores.
    Cpu,
    /// The GPU of this number.
    Gpu(u32),
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Gpu(index) => write!(f, "gpu:{index}"),
        }
    }
}

/// How much there is of every slot; what is not named is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    capacities: BTreeMap<Slot, u32>,
}

impl Limits {
    /// Returns the limits of a machine with so many cores and GPUs; there is always one core.
    pub fn new(cores: u32, gpus: u32) -> Self {
        let gpus = (0..gpus).map(|index| (Slot::Gpu(index), 1));
        Self { capacities: gpus.chain([(Slot::Cpu, cores.max(1))]).collect() }
    }

    /// Returns how much there is of a slot.
    pub fn capacity(&self, slot: Slot) -> u32 {
        self.capacities.get(&slot).copied().unwrap_or(0)
    }
}

/// Returns how many cores a stage computes on; none for the work of the manager.
pub fn cores_of(work: &Work) -> u32 {
    match work {
        Work::Dataset(_) => 1,
        Work::Tokenizer(_) | Work::Tokens(_) | Work::Contamination(_) => 2,
        Work::Train(work) => work.compute.threads.max(1),
        Work::Evaluate(work) => work.compute.threads.max(1),
        Work::Sample(work) => work.compute.threads.max(1),
        Work::Import(_)
        | Work::Uncontaminated(_)
        | Work::Analyse(_)
        | Work::Gate(_)
        | Work::Card(_)
        | Work::Publish(_) => 0,
    }
}

/// What a stage takes while it runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    amounts: BTreeMap<Slot, u32>,
}

impl Claim {
    /// Returns what `work` takes, never more than there is, so that every stage can run.
    ///
    /// A stage on a GPU that the limits do not name takes no GPU: the worker is the one to say that there is none.
    pub fn of(work: &Work, limits: &Limits) -> Self {
        let gpu = work.compute().and_then(|compute| match compute.device {
            DeviceChoice::Auto => Some(Slot::Gpu(0)),
            DeviceChoice::Cuda(index) => Some(Slot::Gpu(index)),
            DeviceChoice::Cpu | DeviceChoice::Flex => None,
        });
        let wanted = gpu.map(|gpu| (gpu, 1)).into_iter().chain([(Slot::Cpu, cores_of(work))]);
        Self { amounts: wanted.map(|(slot, n)| (slot, n.min(limits.capacity(slot)))).filter(|(_, n)| *n > 0).collect() }
    }

    /// Returns how much of a slot is taken.
    pub fn amount(&self, slot: Slot) -> u32 {
        self.amounts.get(&slot).copied().unwrap_or(0)
    }
}

/// What is taken and what is left.
#[derive(Debug, Clone)]
pub struct Slots {
    limits: Limits,
    taken: BTreeMap<Slot, u32>,
}

impl Slots {
    /// Returns slots of which nothing is taken.
    pub fn new(limits: Limits) -> Self {
        Self { limits, taken: BTreeMap::new() }
    }

    /// Returns the limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns how much of a slot is taken.
    pub fn taken(&self, slot: Slot) -> u32 {
        self.taken.get(&slot).copied().unwrap_or(0)
    }

    /// Returns whether as much as a claim asks for is left.
    pub fn fits(&self, claim: &Claim) -> bool {
        claim.amounts.iter().all(|(slot, amount)| self.taken(*slot) + amount <= self.limits.capacity(*slot))
    }

    /// Takes what a claim asks for; the caller has asked whether it fits, or knows that it is taken already.
    pub fn claim(&mut self, claim: &Claim) {
        for (slot, amount) in &claim.amounts {
            *self.taken.entry(*slot).or_default() += amount;
        }
    }

    /// Gives back what a claim took.
    pub fn release(&mut self, claim: &Claim) {
        for (slot, amount) in &claim.amounts {
            let taken = self.taken.entry(*slot).or_default();
            *taken = taken.saturating_sub(*amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::scheduler::samples;

    #[test]
    fn a_stage_wider_than_the_machine_takes_all_of_it() {
        let limits = Limits::new(2, 0);
        let claim = Claim::of(&samples::evaluate(64, DeviceChoice::Cpu), &limits);
        assert_eq!(claim.amount(Slot::Cpu), 2);
    }

    #[test]
    fn a_gpu_is_taken_by_one_stage_at_a_time() {
        let mut slots = Slots::new(Limits::new(8, 2));
        let first = Claim::of(&samples::evaluate(1, DeviceChoice::Cuda(0)), slots.limits());
        let other = Claim::of(&samples::evaluate(1, DeviceChoice::Cuda(1)), slots.limits());
        slots.claim(&first);
        assert!(!slots.fits(&first));
        assert!(slots.fits(&other));
        slots.release(&first);
        assert!(slots.fits(&first));
    }

    #[test]
    fn auto_takes_the_first_gpu_where_there_is_one() {
        let work = samples::evaluate(1, DeviceChoice::Auto);
        assert_eq!(Claim::of(&work, &Limits::new(4, 1)).amount(Slot::Gpu(0)), 1);
        assert_eq!(Claim::of(&work, &Limits::new(4, 0)).amount(Slot::Gpu(0)), 0);
    }

    #[test]
    fn work_of_the_manager_takes_nothing() {
        assert_eq!(Claim::of(&samples::publish(), &Limits::new(4, 1)), Claim::default());
    }
}
