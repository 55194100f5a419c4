//! Any bytes are a token shard, or are told why not.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_shard"),
    |bytes: &[u8]| pedigree_fuzz::tokens::shard(bytes)
);
