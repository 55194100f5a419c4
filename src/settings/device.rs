//! `device` of the settings: what estimates reckon with on this machine, and what it costs.

use crate::plan::estimate::known::{Device, Price, SaidBy};
use crate::recipe::accelerator::Accelerator;
use crate::recipe::read::accelerator;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// What the settings say of the device that estimates reckon with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeviceSettings {
    /// The cards; they stand for those of the recipe.
    pub accelerator: Option<Accelerator>,
    /// What one device draws, in watts.
    pub watts: Option<f64>,
    /// What one device costs.
    pub price: Option<Price>,
}

impl DeviceSettings {
    /// Returns the cards to reckon with: those of the settings, else those of the recipe.
    pub fn or_of_recipe(&self, recipe: Option<&Accelerator>) -> Option<Device> {
        let by = |said_by| move |accelerator: &Accelerator| Device { accelerator: accelerator.clone(), said_by };
        let ours = self.accelerator.as_ref().map(by(SaidBy::Settings));
        ours.or_else(|| recipe.map(by(SaidBy::Recipe)))
    }
}

/// Reads `device`; without a name it speaks of the cards of the recipe, or of this machine.
pub(super) fn device(reader: &mut Reader, at: &At<'_>) -> Option<DeviceSettings> {
    let mut fields = Fields::open(reader, at)?;
    let per_hour = fields.or(reader, "price-per-hour", None, |reader, at| reader.number(at, 0.0..=1e9).map(Some));
    let currency = fields.or(reader, "currency", "USD".to_owned(), |reader, at| reader.some_text(at));
    let (accelerator, watts) = match at.node.get("name") {
        Some(_) => {
            let accelerator = accelerator::parts(reader, &mut fields);
            let watts = accelerator.as_ref().and_then(|accelerator| accelerator.watts);
            (accelerator.map(Some), Some(watts))
        }
        None => (Some(None), fields.or(reader, "watts", None, |reader, at| reader.number(at, 1e-3..=1e6).map(Some))),
    };
    fields.finish(reader);
    let currency = currency?;
    let price = per_hour?.map(|per_hour| Price { per_hour, currency });
    Some(DeviceSettings { accelerator: accelerator?, watts: watts?, price })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::read::yaml;

    fn read(text: &str) -> (Option<DeviceSettings>, Vec<String>) {
        let mut reader = Reader::default();
        let root = yaml::parse(text).unwrap();
        let found = device(&mut reader, &At { node: &root, path: "device".to_owned() });
        (found, reader.problems.into_iter().map(|problem| problem.message).collect())
    }

    #[test]
    fn the_cards_of_the_settings_stand_for_those_of_the_recipe() {
        let (settings, problems) = read("{ name: a100, count: 8, price-per-hour: 2.5, currency: EUR }");
        assert_eq!(problems, [""; 0]);
        let settings = settings.unwrap();
        assert_eq!(settings.price, Some(Price { per_hour: 2.5, currency: "EUR".to_owned() }));
        let recipe = Accelerator { name: "t4".to_owned(), count: 1, tflops: None, watts: None };
        let device = settings.or_of_recipe(Some(&recipe)).unwrap();
        assert_eq!((device.accelerator.name.as_str(), device.accelerator.count), ("a100", 8));
        assert_eq!(device.said_by, SaidBy::Settings);
        let priced = read("{ price-per-hour: 1, watts: 90 }").0.unwrap();
        assert_eq!((priced.watts, priced.or_of_recipe(None)), (Some(90.0), None));
        assert_eq!(priced.or_of_recipe(Some(&recipe)).unwrap().said_by, SaidBy::Recipe);
    }

    #[test]
    fn a_card_nobody_knows_has_to_say_what_it_achieves() {
        assert_eq!(read("{ name: abacus }").1, ["the speed of `abacus` is not known"]);
        assert_eq!(read("{ name: abacus, tflops: 0.001 }").1, [""; 0]);
        assert_eq!(read("{ tflops: 3 }").1, ["unknown key `tflops`"], "of what?");
    }
}
