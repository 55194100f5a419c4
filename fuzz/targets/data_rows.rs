//! Any file of lines or text tables is rows, or is told what is wrong with it.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_rows"),
    |bytes: &[u8]| pedigree_fuzz::rows::text(bytes)
);
