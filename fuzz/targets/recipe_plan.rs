//! Any text laid over a recipe is planned, or is told what is wrong with it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pedigree_fuzz::plan(bytes));
