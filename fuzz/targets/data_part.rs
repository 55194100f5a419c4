//! Damage in what a preparation kept is told or made good, and never makes another dataset.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_part"),
    |bytes: &[u8]| pedigree_fuzz::kept::part(bytes)
);
