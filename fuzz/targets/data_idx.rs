//! Any two IDX files are pictures with classes, or are told what is wrong with them.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_idx"),
    |bytes: &[u8]| pedigree_fuzz::rows::idx(bytes)
);
