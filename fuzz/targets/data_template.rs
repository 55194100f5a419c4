//! Any text is a chat template that ends, or is told why not.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_template"),
    |bytes: &[u8]| pedigree_fuzz::tokens::template(bytes)
);
