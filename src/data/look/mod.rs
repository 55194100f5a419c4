//! Looking at tables: their columns, and rows picked by chance, with private data masked where a person reads them.

mod columns;
mod mask;
mod pick;
mod cells;

pub use cells::cells;
pub use columns::{Column, TableFacts, facts};
pub use mask::{excerpts, masked};
pub use pick::{Picked, Wanted, pick};
