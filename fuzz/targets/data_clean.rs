//! Any text is cleaned.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_clean"),
    |bytes: &[u8]| pedigree_fuzz::text::clean(bytes)
);
