//! Any text is freed of private data, once and for all.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_redact"),
    |bytes: &[u8]| pedigree_fuzz::text::mask(bytes)
);
