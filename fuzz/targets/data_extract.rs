//! Any extraction of any row makes records, or is told why not.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_extract"),
    |bytes: &[u8]| pedigree_fuzz::text::extract(bytes)
);
