//! How fast a device multiplies matrices: measured by the engine, kept by the workspace.

use serde::{Deserialize, Serialize};

use crate::record::machine::Machine;

/// A measured speed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MatrixRate {
    /// What it was measured on.
    pub machine: Machine,
    /// Floating-point operations a second in products of square matrices of 32-bit floats.
    pub flops_per_second: f64,
    /// The rows of the matrices.
    pub rows: u64,
}

/// `rates.json` of a workspace, which is also what the engine prints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MatrixRates {
    /// The version of this format: 1.
    pub version: u32,
    /// The speeds, one for every device and number of threads.
    pub rates: Vec<MatrixRate>,
}

impl MatrixRates {
    /// The version of `rates.json` this program writes and reads.
    pub const VERSION: u32 = 1;
}
