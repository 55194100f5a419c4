//! `run`: how the stages of a recipe run.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::accelerator::Accelerator;

/// How the stages run; seed, precision and threads are part of what is trained, and so of the fingerprints.
///
/// How often trainings are repeated adds stages and changes none; how long a run may take changes nothing that comes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(default)]
pub struct RunOptions {
    /// The seed every random stream is derived from.
    #[schemars(extend("x-unit" = "seed"), example = 7)]
    pub seed: u64,
    /// Where tensors live: `auto` takes the first GPU or else the processor, `cuda:N` the GPU of that number, `flex` is the reference
    /// in pure Rust, and slow.
    #[schemars(example = &"cuda:0")]
    pub device: DeviceChoice,
    /// The number format of the arithmetic.
    #[schemars(example = &"fp32")]
    pub precision: Precision,
    /// The number of threads a training stage computes with; it is part of what makes a run bit-identical.
    #[schemars(range(min = 1, max = 1024), extend("x-unit" = "threads"), example = 4)]
    pub threads: u32,
    /// The cards the plan is reckoned for; no part of any fingerprint.
    #[serde(default)]
    #[schemars(example = serde_json::json!({ "name": "a100", "count": 512, "tflops": 195 }))]
    pub accelerator: Option<Accelerator>,
    /// How often every training is done, each time with another seed, from 1.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    #[schemars(range(min = 1, max = 1000), extend("x-unit" = "repeats"), example = 3)]
    pub repeats: u32,
    /// How long a run may take, in hours; it then stops, and can go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1e-6, max = 1e6), extend("x-unit" = "hours"), example = 2.5)]
    pub max_hours: Option<f64>,
}

/// Returns 1: what is done once, or for the first time, says nothing of it.
pub const fn once() -> u32 {
    1
}

/// Returns whether something is done once, or for the first time.
pub const fn is_once(n: &u32) -> bool {
    *n == 1
}

impl RunOptions {
    /// Returns the numbers of the repeats, from 1.
    pub fn each_repeat(&self) -> impl Iterator<Item = u32> + use<> {
        1..=self.repeats
    }

    /// Returns the seed of the trainings of a repeat: the recipe's for the first, then one more each time.
    pub fn seed_of(&self, repeat: u32) -> u64 {
        self.seed.wrapping_add(u64::from(repeat) - 1)
    }
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            seed: 42,
            device: DeviceChoice::Auto,
            precision: Precision::Fp32,
            threads: 2,
            repeats: 1,
            max_hours: None,
            accelerator: None,
        }
    }
}

/// Where tensors live: `auto`, `cpu`, `cuda:0`, or `flex` (the pure-Rust reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The first GPU where libtorch sees one, else the processor.
    Auto,
    /// libtorch on the processor.
    Cpu,
    /// libtorch on the GPU of this number.
    Cuda(u32),
    /// burn's pure-Rust backend on the processor: slow, and the reference for tests.
    Flex,
}

/// Text that names no device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no device: expected `auto`, `cpu`, `cuda:N` or `flex`")]
pub struct DeviceChoiceError {
    text: String,
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(index) => write!(f, "cuda:{index}"),
            Self::Flex => f.write_str("flex"),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = DeviceChoiceError;

    fn from_str(text: &str) -> Result<Self, DeviceChoiceError> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "flex" => Ok(Self::Flex),
            _ => text
                .strip_prefix("cuda:")
                .and_then(|index| index.parse().ok())
                .map(Self::Cuda)
                .ok_or_else(|| DeviceChoiceError { text: text.chars().take(80).collect() }),
        }
    }
}

impl Serialize for DeviceChoice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeviceChoice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The number format of the arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 32-bit floats throughout.
    Fp32,
}
