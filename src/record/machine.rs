//! What a stage was computed on: everything that can change its bits.

use serde::{Deserialize, Serialize};

/// The machine and the libraries of one attempt at a stage.
///
/// Bit identity is promised between attempts that agree in `libtorch`, `device`, `cpu_capability` and `threads`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Machine {
    /// The version of Pedigree.
    pub pedigree: String,
    /// The version of burn.
    pub burn: String,
    /// The version of libtorch; `none` for a stage that computes no tensors.
    pub libtorch: String,
    /// Where tensors lived: `cpu`, `cuda:0`, `flex`, `none`.
    pub device: String,
    /// The instruction set libtorch chose: `AVX2`, `AVX512`, `DEFAULT`, `none`.
    pub cpu_capability: String,
    /// The number of threads of the computation.
    pub threads: u32,
    /// The processor's name.
    pub cpu: String,
    /// The operating system and architecture, such as `linux x86_64`.
    pub platform: String,
    /// The host's name.
    pub host: String,
}
