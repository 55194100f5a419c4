//! What the numbers of many trainings say together: the ranks of variants, and laws fitted to them.
//!
//! **Invariant:** pure. Values go in, values and text come out: no clock, disk, environment or randomness, and the same bytes
//! for the same values.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod statistics;
pub mod ranking;
pub mod forgetting;
pub mod law;
pub mod curve;
pub mod ticks;
pub mod figure;
pub mod plot;

pub use forgetting::{Forgetting, forgetting};
pub use law::{LawError, ScalingLaw, Training, fit};
pub use ranking::{Ranking, Trial, rank};
pub use statistics::Summary;
