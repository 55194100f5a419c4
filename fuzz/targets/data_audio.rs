//! Any bytes are a sound, or are told why not.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_audio"),
    |bytes: &[u8]| pedigree_fuzz::media::audio(bytes)
);
