//! Any bytes are a table of records, or are told why not.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_table"),
    |bytes: &[u8]| pedigree_fuzz::kept::table(bytes)
);
