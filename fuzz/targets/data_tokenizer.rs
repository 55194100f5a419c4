//! Any bytes are a tokenizer that encodes any text, or are told why not.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_tokenizer"),
    |bytes: &[u8]| pedigree_fuzz::tokens::tokenizer(bytes)
);
