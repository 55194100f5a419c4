//! Any bytes are a recipe, or are told what is wrong with them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pedigree_fuzz::parse(bytes));
