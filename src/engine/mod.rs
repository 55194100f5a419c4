//! The engine: tensors, models, training, measuring and writing.
//!
//! **Invariant:** the only importer of burn and tch; only `device` names a libtorch device. Knows nothing of recipes'
//! files, of workers or of the store: it is given values and bytes, and tells a [`Reporter`] what happens.

pub mod error;
pub mod device;
pub mod rate;
pub mod seed;
pub mod report;
pub mod tokens;
pub mod features;
pub mod sampler;
pub mod torch;
pub mod value;
pub mod model;
pub mod objective;
pub mod optimizer;
pub mod checkpoint;
pub mod train;
pub mod evaluate;
pub mod confusion;
pub mod asked;
pub mod classify;
pub mod generate;
pub mod retrieve;
pub mod each;
pub mod metric;

pub use error::EngineError;
pub use report::Reporter;
