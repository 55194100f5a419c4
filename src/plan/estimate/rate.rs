//! How fast a training computes: as this workspace measured it, as the matrices allow, or as somebody states.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::RunId;
use crate::plan::estimate::flops::PerToken;
use crate::plan::estimate::known::{Device, Known, PastTraining, SaidBy};
use crate::plan::estimate::parameters::with_adapter;
use crate::plan::work::{Compute, TrainWork};
use crate::recipe::accelerator::Card;
use crate::recipe::head::Head;
use crate::recipe::run::DeviceChoice;

/// The share of a card's peak that a training reaches: between the 21 % and 46 % that Chowdhery et al. 2022, table 3, list for
/// GPT-3 and PaLM, and the 52 % of Narayanan et al. 2021.
const SHARE_OF_CARD: f64 = 0.4;
/// The share of a processor's peak that a training reaches, as measured with 4 million parameters on two cores with AVX2.
const SHARE_OF_CORES: f64 = 0.55;
/// The same with AVX-512, whose wider registers help less than they promise.
const SHARE_OF_WIDE_CORES: f64 = 0.35;
/// From so many operations a cycle on a core counts as wide.
const WIDE: u32 = 64;
/// The share of the measured speed of large matrices that a training is taken to reach: it also normalises, activates and updates.
const SHARE_OF_MATRICES: f64 = 0.7;
/// The clock a processor is taken to run at, in cycles a second.
const CLOCK: f64 = 3e9;
/// What a card without a name is taken to reach at its peak, in floating-point operations a second.
const UNNAMED_CARD: f64 = 10e12;
/// What the pure-Rust reference is taken to reach on a core, in floating-point operations a second.
const FLEX_CORE: f64 = 2e9;
/// Networks whose tokens cost nearly the same are taken for the same, as the logarithm of the ratio.
const SAME: f64 = 0.02;

/// How fast a training computes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rate {
    /// What one device achieves, in floating-point operations a second.
    pub flops_per_second: f64,
    /// The number of devices.
    pub devices: u32,
    /// Where the figure comes from.
    pub source: RateSource,
}

impl Rate {
    /// Returns what all devices achieve together, in floating-point operations a second.
    pub fn all(&self) -> f64 {
        self.flops_per_second * f64::from(self.devices)
    }
}

/// Where a rate comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum RateSource {
    /// Trainings of this workspace on the same device: the median of their medians.
    Runs {
        /// The runs, the newest first.
        runs: Vec<RunId>,
        /// The device.
        device: String,
        /// Whether they trained the same network, or only the nearest one.
        same_network: bool,
    },
    /// The measured speed of matrices on this machine.
    Matrices {
        /// The device.
        device: String,
        /// The measured speed, in floating-point operations a second.
        measured: f64,
        /// The share of it that a training is taken to reach.
        share: f64,
    },
    /// Somebody states what a card achieves.
    Stated {
        /// Who.
        by: SaidBy,
        /// The card.
        name: String,
    },
    /// What a device can do at its peak by its data sheet.
    DataSheet {
        /// The device.
        name: String,
        /// The peak, in floating-point operations a second.
        peak: f64,
        /// The share of it that a training is taken to reach.
        share: f64,
    },
}

/// Returns how fast the work computes: stated by a person, else measured in runs, else on matrices, else by data sheets.
///
/// A card that is named is the one to reckon with, even where earlier runs had another device.
pub fn of(work: &TrainWork, per_token: &PerToken, known: &Known) -> Rate {
    match &known.device {
        Some(device) => of_cards(work, per_token, known, device),
        None => of_this_machine(work, per_token, known),
    }
}

fn of_cards(work: &TrainWork, per_token: &PerToken, known: &Known, device: &Device) -> Rate {
    let accelerator = &device.accelerator;
    if let Some(tflops) = accelerator.tflops {
        let source = RateSource::Stated { by: device.said_by, name: accelerator.name.clone() };
        return Rate { flops_per_second: tflops * 1e12, devices: accelerator.count, source };
    }
    let on_cards = known.trainings.iter().filter(|past| past.machine.device.starts_with("cuda"));
    let found = from_runs(work, per_token, on_cards).unwrap_or_else(|| {
        let peak = Card::named(&accelerator.name).map_or(UNNAMED_CARD, |card| card.peak(work.compute.precision));
        let source = RateSource::DataSheet { name: accelerator.name.clone(), peak, share: SHARE_OF_CARD };
        Rate { flops_per_second: peak * SHARE_OF_CARD, devices: 1, source }
    });
    Rate { devices: accelerator.count, ..found }
}

fn of_this_machine(work: &TrainWork, per_token: &PerToken, known: &Known) -> Rate {
    let device = device(&work.compute, known);
    let is_card = device.starts_with("cuda");
    let is_here =
        |past: &&PastTraining| past.machine.device == device && (is_card || past.machine.cpu == known.host.cpu);
    from_runs(work, per_token, known.trainings.iter().filter(is_here))
        .or_else(|| from_matrices(&work.compute, &device, known))
        .unwrap_or_else(|| from_data_sheet(&work.compute, device, known))
}

/// Returns the device the work will be done on, as far as one can know without asking it.
fn device(compute: &Compute, known: &Known) -> String {
    match compute.device {
        DeviceChoice::Cpu | DeviceChoice::Cuda(_) | DeviceChoice::Flex => compute.device.to_string(),
        DeviceChoice::Auto => {
            let trained = known.trainings.iter().map(|past| &past.machine).find(|machine| machine.device != "flex");
            let cards =
                || known.rates.iter().map(|rate| &rate.machine).find(|machine| machine.device.starts_with("cuda"));
            trained.or_else(cards).map_or_else(|| "cpu".to_owned(), |machine| machine.device.clone())
        }
    }
}

/// Returns the median speed of the nearest networks that were trained; speed on a processor grows with the threads.
fn from_runs<'p>(
    work: &TrainWork,
    per_token: &PerToken,
    trainings: impl Iterator<Item = &'p PastTraining>,
) -> Option<Rate> {
    let mut near: Vec<(f64, f64, &PastTraining)> = trainings
        .map(|past| {
            let parameters = with_adapter(
                &past.architecture,
                past.vocab_size,
                &Head::of(&past.objective, &past.architecture),
                past.adapter.as_ref(),
            );
            let theirs =
                PerToken::of_training(&past.architecture, past.vocab_size, &past.objective, &parameters).training();
            let is_card = past.machine.device.starts_with("cuda");
            let threads =
                if is_card { 1.0 } else { f64::from(work.compute.threads) / f64::from(past.machine.threads.max(1)) };
            let another = |is: bool, distance: f64| if is { distance } else { 0.0 };
            let distance = (theirs / per_token.training()).ln().abs()
                + another(past.architecture.word() != work.architecture.word(), 2.0)
                + another(past.adapter.is_some() != work.adapter.is_some(), 1.0)
                + 2.0 * threads.ln().abs();
            (distance, past.tokens_per_second * theirs * threads, past)
        })
        .collect();
    near.sort_by(|one, other| one.0.total_cmp(&other.0));
    let nearest = near.first()?.0;
    near.retain(|(distance, _, _)| *distance <= nearest + SAME);
    let mut seen = BTreeSet::new();
    let runs = near.iter().map(|(_, _, past)| past.run).filter(|run| seen.insert(*run)).collect();
    let source = RateSource::Runs { runs, device: near[0].2.machine.device.clone(), same_network: nearest <= SAME };
    let flops_per_second = median(near.iter().map(|(_, rate, _)| *rate).collect())?;
    Some(Rate { flops_per_second, devices: 1, source })
}

fn from_matrices(compute: &Compute, device: &str, known: &Known) -> Option<Rate> {
    let is_card = device.starts_with("cuda");
    let here = known.rates.iter().filter(|rate| {
        rate.machine.device == device && (is_card || rate.machine.cpu == known.host.cpu) && rate.flops_per_second > 0.0
    });
    let nearest = here.min_by_key(|rate| rate.machine.threads.abs_diff(compute.threads))?;
    let threads = if is_card { 1.0 } else { f64::from(compute.threads) / f64::from(nearest.machine.threads.max(1)) };
    let measured = nearest.flops_per_second * threads;
    let source = RateSource::Matrices { device: device.to_owned(), measured, share: SHARE_OF_MATRICES };
    Some(Rate { flops_per_second: measured * SHARE_OF_MATRICES, devices: 1, source })
}

fn from_data_sheet(compute: &Compute, device: String, known: &Known) -> Rate {
    let threads = f64::from(compute.threads);
    let (name, peak, share) = match device.as_str() {
        "flex" => ("pure Rust on the processor".to_owned(), FLEX_CORE * threads, 1.0),
        "cpu" => {
            let peak = CLOCK * f64::from(known.host.operations_per_cycle) * threads;
            let cores = if compute.threads == 1 { "1 core".to_owned() } else { format!("{} cores", compute.threads) };
            let share = if known.host.operations_per_cycle < WIDE { SHARE_OF_CORES } else { SHARE_OF_WIDE_CORES };
            (format!("{cores} of this processor at 3 GHz"), peak, share)
        }
        _ => ("a card without a name".to_owned(), UNNAMED_CARD, SHARE_OF_CARD),
    };
    Rate { flops_per_second: peak * share, devices: 1, source: RateSource::DataSheet { name, peak, share } }
}

/// Returns the middle of some values.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::estimate::known::Host;
    use crate::plan::{Work, build};
    use crate::recipe::accelerator::Accelerator;
    use crate::recipe::fixture::recipe;
    use crate::record::Machine;
    use crate::record::rate::MatrixRate;

    fn work(sets: &str) -> (TrainWork, PerToken) {
        let plan = build(&recipe(sets), &crate::plan::Sources::new());
        let Work::Train(work) = &plan.stage(&"train:general".parse().unwrap()).unwrap().work else { unreachable!() };
        let parameters = with_adapter(&work.architecture, work.vocab_size, &Head::Language, None);
        (work.as_ref().clone(), PerToken::of(&work.architecture, work.vocab_size, &Head::Language, &parameters))
    }

    fn machine(device: &str, cpu: &str, threads: u32) -> Machine {
        Machine { device: device.to_owned(), cpu: cpu.to_owned(), threads, ..Machine::default() }
    }

    fn past(run: u128, sets: &str, machine: Machine, tokens_per_second: f64) -> PastTraining {
        let (work, _) = work(sets);
        PastTraining {
            run: RunId::from_bits(run),
            stage: "train:general".parse().unwrap(),
            architecture: work.architecture,
            vocab_size: work.vocab_size,
            adapter: None,
            objective: work.train.objective,
            machine,
            tokens_per_second,
        }
    }

    fn known(trainings: Vec<PastTraining>) -> Known {
        let host = Host { cpu: "ours".to_owned(), operations_per_cycle: 32 };
        Known { trainings, host, ..Known::default() }
    }

    const WIDE: &str = "models.general.architecture.width=64";

    #[test]
    fn runs_of_the_same_network_on_the_same_processor_count_first() {
        let (work, per_token) = work("");
        let known = known(vec![
            past(1, "", machine("cpu", "theirs", 1), 9e9),
            past(2, "", machine("cuda:0", "ours", 1), 9e9),
            past(3, WIDE, machine("cpu", "ours", 1), 9e9),
            past(4, "", machine("cpu", "ours", 1), 100.0),
            past(5, "", machine("cpu", "ours", 1), 300.0),
        ]);
        let rate = of(&work, &per_token, &known);
        assert_eq!(rate.flops_per_second / per_token.training(), 200.0);
        let runs = vec![RunId::from_bits(4), RunId::from_bits(5)];
        assert_eq!(rate.source, RateSource::Runs { runs, device: "cpu".to_owned(), same_network: true });
    }

    #[test]
    fn another_network_lends_its_operations_and_not_its_tokens() {
        let (work, per_token) = work("");
        let (_, wide) = self::work(WIDE);
        let known = known(vec![past(3, WIDE, machine("cpu", "ours", 2), 100.0)]);
        let rate = of(&work, &per_token, &known);
        // The recipe has one thread where the run had two.
        assert!((rate.flops_per_second / (100.0 * wide.training() / 2.0) - 1.0).abs() < 1e-12);
        assert!(matches!(rate.source, RateSource::Runs { same_network: false, .. }));
    }

    #[test]
    fn without_runs_the_measured_matrices_count_and_without_those_the_data_sheet() {
        let (work, per_token) = work("");
        let mut known = known(Vec::new());
        let sheet = of(&work, &per_token, &known);
        assert!(matches!(sheet.source, RateSource::DataSheet { peak, .. } if peak == 96e9), "{sheet:?}");
        known.rates = vec![MatrixRate { machine: machine("cpu", "ours", 2), flops_per_second: 80e9, rows: 1024 }];
        let measured = of(&work, &per_token, &known);
        assert!(matches!(measured.source, RateSource::Matrices { measured, .. } if measured == 40e9), "{measured:?}");
        known.host.cpu = "another".to_owned();
        assert_eq!(of(&work, &per_token, &known).source, sheet.source);
    }

    #[test]
    fn a_card_that_is_named_is_reckoned_with_and_one_that_is_stated_before_all() {
        let (work, per_token) = work("");
        let accelerator = Accelerator { name: "a100".to_owned(), count: 8, tflops: None, watts: None };
        let device = Device { accelerator, said_by: SaidBy::Settings };
        let mut known = Known { device: Some(device), ..known(vec![past(1, "", machine("cpu", "ours", 1), 100.0)]) };
        let rate = of(&work, &per_token, &known);
        assert_eq!(rate.all(), 8.0 * 19.5e12 * SHARE_OF_CARD);
        known.trainings.push(past(2, "", machine("cuda:0", "ours", 1), 100.0));
        assert!(matches!(of(&work, &per_token, &known).source, RateSource::Runs { .. }));
        known.device.as_mut().unwrap().accelerator.tflops = Some(195.0);
        let rate = of(&work, &per_token, &known);
        assert_eq!((rate.all(), rate.devices), (8.0 * 195e12, 8));
        assert_eq!(rate.source, RateSource::Stated { by: SaidBy::Settings, name: "a100".to_owned() });
    }
}
