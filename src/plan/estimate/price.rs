//! What a stage draws and costs.

use crate::plan::Work;
use crate::plan::estimate::known::{Device, Known};
use crate::recipe::accelerator::Card;

/// What a core of a processor draws, in watts: the figure Lannelongue et al. 2021 ("Green Algorithms") take for any processor.
const WATTS_PER_CORE: f64 = 12.0;
/// The cores a stage of data computes on.
const DATA_CORES: f64 = 2.0;

/// Returns what a stage draws in so many seconds, in kWh, or nothing where nobody knows the card.
pub fn energy_kwh(work: &Work, seconds: f64, known: &Known) -> Option<f64> {
    let watts = match (work.compute(), known.watts, &known.device) {
        (Some(_), Some(watts), _) => watts * devices(known),
        (Some(_), None, Some(device)) => watts_of(device)? * devices(known),
        (Some(compute), None, None) => WATTS_PER_CORE * f64::from(compute.threads),
        (None, _, _) => WATTS_PER_CORE * DATA_CORES,
    };
    Some(watts * seconds / 3.6e6)
}

fn watts_of(device: &Device) -> Option<f64> {
    let accelerator = &device.accelerator;
    accelerator.watts.or_else(|| Card::named(&accelerator.name).map(|card| card.watts))
}

/// Returns what so many seconds cost, where a price is set: all devices are paid for as long as the run lasts.
pub fn cost(seconds: f64, known: &Known) -> Option<f64> {
    let price = known.price.as_ref()?;
    Some(price.per_hour * devices(known) * seconds / 3600.0)
}

fn devices(known: &Known) -> f64 {
    known.device.as_ref().map_or(1.0, |device| f64::from(device.accelerator.count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::estimate::known::{Price, SaidBy};
    use crate::plan::{Sources, build};
    use crate::recipe::accelerator::Accelerator;
    use crate::recipe::fixture::recipe;

    #[test]
    fn every_card_draws_and_costs_for_itself() {
        let plan = build(&recipe(""), &Sources::new());
        let train = &plan.stage(&"train:general".parse().unwrap()).unwrap().work;
        let nobody = Known::default();
        assert_eq!(energy_kwh(train, 3600.0, &nobody), Some(0.012));
        assert_eq!(cost(3600.0, &nobody), None);
        let accelerator = Accelerator { name: "a100".to_owned(), count: 4, tflops: None, watts: None };
        let device = Some(Device { accelerator, said_by: SaidBy::Settings });
        let price = Some(Price { per_hour: 2.0, currency: "EUR".to_owned() });
        let mut known = Known { device, price, ..Known::default() };
        assert_eq!((energy_kwh(train, 1800.0, &known), cost(1800.0, &known)), (Some(0.8), Some(4.0)));
        known.device.as_mut().unwrap().accelerator.name = "abacus".to_owned();
        assert_eq!(energy_kwh(train, 1800.0, &known), None);
        known.watts = Some(100.0);
        assert_eq!(energy_kwh(train, 1800.0, &known), Some(0.2));
    }
}
