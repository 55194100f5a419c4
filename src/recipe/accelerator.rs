//! `run.accelerator`: the cards a plan is reckoned for. Nothing of it is part of what comes out, or of a fingerprint.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::run::Precision;
use crate::recipe::typed::SomeText;

/// The cards a plan is reckoned for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Accelerator {
    /// The card's name; one of [`CARDS`] where `tflops` is not given.
    #[schemars(with = "SomeText", example = &"a100")]
    pub name: String,
    /// The number of cards.
    #[schemars(default = "crate::recipe::run::once", range(min = 1), extend("x-unit" = "cards"), example = 512)]
    pub count: u32,
    /// What one card achieves in a training, in 10^12 floating-point operations a second.
    #[serde(default)]
    #[schemars(range(min = 1e-6, max = 1e6), extend("x-unit" = "TFLOP/s"), example = 195)]
    pub tflops: Option<f64>,
    /// What one card draws, in watts.
    #[serde(default)]
    #[schemars(range(min = 1e-3, max = 1e6), extend("x-unit" = "watts"), example = 400)]
    pub watts: Option<f64>,
}

/// A card as its vendor describes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Card {
    /// The name recipes use.
    pub name: &'static str,
    /// The peak in 32-bit floats, in 10^12 floating-point operations a second.
    pub fp32_tflops: f64,
    /// The peak of the matrix units in 16-bit floats, without sparsity, in 10^12 floating-point operations a second.
    pub half_tflops: f64,
    /// The most it draws, in watts.
    pub watts: f64,
}

/// The cards that are known by name, as their vendors' data sheets give them.
pub const CARDS: [Card; 11] = [
    card("a10", 31.2, 125.0, 150.0),
    card("a100", 19.5, 312.0, 400.0),
    card("h100", 66.9, 989.4, 700.0),
    card("h200", 66.9, 989.4, 700.0),
    card("l4", 30.3, 121.0, 72.0),
    card("l40s", 91.6, 362.0, 350.0),
    card("mi300x", 163.4, 1307.4, 750.0),
    card("rtx-3090", 35.6, 71.0, 350.0),
    card("rtx-4090", 82.6, 165.2, 450.0),
    card("t4", 8.1, 65.0, 70.0),
    card("v100", 15.7, 125.0, 300.0),
];

const fn card(name: &'static str, fp32_tflops: f64, half_tflops: f64, watts: f64) -> Card {
    Card { name, fp32_tflops, half_tflops, watts }
}

impl Card {
    /// Returns the card of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CARDS.iter().find(|card| card.name == name)
    }

    /// Returns the peak in a number format, in floating-point operations a second.
    pub fn peak(&self, precision: Precision) -> f64 {
        match precision {
            Precision::Fp32 => self.fp32_tflops * 1e12,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_is_found_by_its_name_and_is_faster_in_half_precision() {
        for card in &CARDS {
            assert_eq!(Card::named(card.name), Some(card));
            assert!(card.half_tflops > card.fp32_tflops, "{}", card.name);
        }
        assert_eq!(Card::named("abacus"), None);
    }
}
