//! `pedigree data`: what was prepared, what is in it, and how it came about.

mod found;
mod tables;
pub mod list;
pub mod inspect;
pub mod report;
pub mod diff;
pub mod sample;
pub mod card;
