//! The plan: a recipe and what is known become stages, a graph, fingerprints, and what is fresh or stale and why.
//!
//! **Invariant:** pure. What lies on disk and in the database is handed in as a ledger.

pub mod spec;
pub mod work;

pub use spec::Spec;
pub use work::Work;
