//! Any Parquet or Arrow file is rows, or is told what is wrong with it.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_columns"),
    |bytes: &[u8]| pedigree_fuzz::rows::columns(bytes)
);
