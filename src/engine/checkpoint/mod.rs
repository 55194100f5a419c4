//! Checkpoints: a training state on disk that is either whole or not there.
//!
//! ```text
//! checkpoints/step-000100/
//!     model.safetensors        the trainable parameters
//!     optimizer.safetensors    their moments
//!     average.safetensors      their moving average, where one is kept
//!     best.safetensors         the best trainable parameters, unless this step's are
//!     state.json               everything else a training needs to go on
//!     manifest.json            digest and size of each of these files
//! ```

pub mod state;
pub mod manifest;
pub mod save;
pub mod load;

pub use load::{Loaded, load_newest};
pub use save::{Saving, keep_newest, remove_debris, save};
pub use state::State;

use std::path::{Path, PathBuf};

/// The file names of a checkpoint.
pub(crate) const MODEL: &str = "model.safetensors";
pub(crate) const OPTIMIZER: &str = "optimizer.safetensors";
pub(crate) const AVERAGE: &str = "average.safetensors";
pub(crate) const BEST: &str = "best.safetensors";
pub(crate) const STATE: &str = "state.json";
pub(crate) const MANIFEST: &str = "manifest.json";

/// What the names of unfinished saves begin with.
pub(crate) const DEBRIS: &str = ".tmp-";

/// Returns the folder of the checkpoint at a step.
pub fn folder(checkpoints: &Path, step: u64) -> PathBuf {
    checkpoints.join(format!("step-{step:06}"))
}

/// Returns the steps that have a checkpoint folder, the newest first.
pub fn steps(checkpoints: &Path) -> Vec<u64> {
    let entries = std::fs::read_dir(checkpoints).into_iter().flatten().flatten();
    let step = |name: &str| name.strip_prefix("step-")?.parse::<u64>().ok();
    let mut steps: Vec<u64> = entries.filter_map(|entry| step(entry.file_name().to_str()?)).collect();
    steps.sort_unstable_by(|a, b| b.cmp(a));
    steps
}
